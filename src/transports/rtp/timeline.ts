const ticksPerMs = 90;
const wrap = 2 ** 32;

/** Maps capture times to one viewer's RTP timestamps (90 kHz, RFC 6184, 5.1), the same for all tiers. */
export class RtpTimeline {
  readonly #base: number;
  #last = Number.NEGATIVE_INFINITY;

  /** `random` gives 0 up to 1; the start is random as RFC 3550, 5.1 demands. */
  constructor(random: () => number) {
    this.#base = Math.floor(random() * wrap);
  }

  /** The timestamp of a moment of CLOCK_MONOTONIC; 0 to 2^32 - 1. */
  at(momentMs: number): number {
    return wrapped(this.#ticks(momentMs));
  }

  /**
   * The timestamp of the next access unit. Two tiers may have pictures of one capture time, or the new one the older
   * picture; since an access unit is known by its timestamp, each one's is later than the last.
   */
  next(captureMs: number): number {
    this.#last = Math.max(this.#ticks(captureMs), this.#last + 1);
    return wrapped(this.#last);
  }

  #ticks(momentMs: number): number {
    return this.#base + Math.round(momentMs * ticksPerMs);
  }
}

function wrapped(ticks: number): number {
  return ((ticks % wrap) + wrap) % wrap;
}
