import type { Clock } from '../../core/clock.js';

/** Something that sends little by little. */
export interface Paced {
  /** Sends what is due; false where nothing is left to send. */
  pace(nowMs: number): boolean;
}

const tickMs = 4;

/** The one timer of all who have packets waiting. It runs only while somebody has. */
export class Pacer {
  readonly #clock: Clock;
  readonly #waiting = new Set<Paced>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has it called every few milliseconds until it has nothing left. */
  add(paced: Paced): void {
    this.#waiting.add(paced);
    this.#timer ??= setTimeout(() => this.#tick(), tickMs);
  }

  /** Idempotent. */
  remove(paced: Paced): void {
    this.#waiting.delete(paced);
    if (this.#waiting.size === 0) this.#stop();
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Idempotent. */
  close(): void {
    this.#waiting.clear();
    this.#stop();
  }

  #tick(): void {
    this.#timer = undefined;
    const nowMs = this.#clock();
    for (const paced of this.#waiting) {
      if (!paced.pace(nowMs)) this.#waiting.delete(paced);
    }
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#tick(), tickMs);
    else this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
