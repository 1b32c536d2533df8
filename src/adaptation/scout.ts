import type { Clock } from '../core/clock.js';
import type { Channel } from '../hub/channel.js';
import { Subscription } from '../hub/subscription.js';

const framesNeeded = 3;
const patienceMs = 2000;
const freshMs = 30_000;

/**
 * Looks at a few frames of tiers that nobody watches, so that a choice knows how large they are instead of guessing.
 * Owns a subscription and a timer for each look; `close()` ends them.
 */
export class Scout {
  readonly #clock: Clock;
  readonly #lastLookMs = new WeakMap<Channel, number>();
  readonly #looks = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does nothing where somebody watches the channel, or it was looked at lately. */
  look(channel: Channel): void {
    const nowMs = this.#clock();
    const lastMs = this.#lastLookMs.get(channel);
    if (channel.subscriberCount > 0 || (lastMs !== undefined && nowMs - lastMs < freshMs)) return;
    this.#lastLookMs.set(channel, nowMs);
    let seen = 0;
    const subscription = new Subscription(channel, {
      deliver: (frame) => {
        frame.release();
        seen++;
        if (seen >= framesNeeded) end();
        else subscription.ready();
      },
    });
    const timer = setTimeout(() => end(), patienceMs);
    const end = () => {
      clearTimeout(timer);
      subscription.close();
      this.#looks.delete(end);
    };
    this.#looks.add(end);
    subscription.ready();
  }

  close(): void {
    for (const end of this.#looks) end();
  }
}
