import { BucketCounts } from '../core/bucket-counts.js';
import type { Clock } from '../core/clock.js';
import { DurationHistogram } from '../core/histogram.js';

const boundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] as const;

/** How old frames are when they have been handed to a viewer's socket: lately, and since the start. */
export class FrameAges {
  readonly counts = new BucketCounts(boundsMs);
  readonly #recent: DurationHistogram;

  constructor(clock: Clock) {
    this.#recent = new DurationHistogram(clock);
  }

  record(ageMs: number): void {
    this.#recent.record(ageMs);
    this.counts.add(ageMs);
  }

  /** Of the last half minute to minute; as {@link DurationHistogram.percentiles}. */
  percentiles(shares: readonly number[]): readonly (number | null)[] {
    return this.#recent.percentiles(shares);
  }
}
