import type { Clock } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import type { Channel } from '../../hub/channel.js';
import { Subscription } from '../../hub/subscription.js';

export interface SnapshotOptions {
  /** How long before the request the picture may have been captured. */
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Waits for one picture of a channel and starts its camera by doing so. Requests that come together get the same
 * frame. Resolves with a frame whose one reference is the caller's: in the end with the newest that is older than that,
 * as of a camera with a frame in several seconds, and with null where there is none.
 */
export function takeSnapshot(channel: Channel, { maxAgeMs, timeoutMs, clock }: SnapshotOptions): Promise<Frame | null> {
  const oldestMs = clock() - maxAgeMs;
  return new Promise((resolve) => {
    let older: Frame | null = null;
    const finish = (frame: Frame | null) => {
      clearTimeout(timer);
      subscription.close();
      if (frame !== older) older?.release();
      resolve(frame);
    };
    const timer = setTimeout(() => finish(older), timeoutMs);
    const subscription = new Subscription(channel, {
      deliver: (frame) => {
        if (frame.captureMs >= oldestMs && !frame.isStandIn) return finish(frame);
        if (frame.isStandIn) frame.release();
        else {
          older?.release();
          older = frame;
        }
        subscription.ready();
      },
    });
    subscription.ready();
  });
}
