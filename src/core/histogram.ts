import type { Clock } from './clock.js';

/**
 * Durations of the last half minute to minute, in buckets that grow by a tenth: percentiles within 5 %, in constant
 * memory, without keeping a sample. Two halves take turns, so that what is old is forgotten.
 */
export class DurationHistogram {
  #current = new Float64Array(bucketCount);
  #previous = new Float64Array(bucketCount);
  #turnedMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turnedMs = clock();
  }

  record(durationMs: number): void {
    this.#turn();
    const bucket = bucketOf(durationMs);
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1;
  }

  /** The durations, in ms, under which each share (0 to 1) of the samples lies; null without a sample. */
  percentiles(shares: readonly number[]): readonly (number | null)[] {
    this.#turn();
    const counts = this.#current.map((count, i) => count + (this.#previous[i] ?? 0));
    const total = counts.reduce((sum, count) => sum + count, 0);
    return shares.map((share) => {
      if (total === 0) return null;
      let seen = 0;
      for (let i = 0; i < bucketCount; i++) {
        seen += counts[i] ?? 0;
        if (seen >= share * total && seen > 0) return middleOf(i);
      }
      return middleOf(bucketCount - 1);
    });
  }

  #turn(): void {
    const ageMs = this.#clock() - this.#turnedMs;
    if (ageMs < windowMs) return;
    this.#previous = ageMs < 2 * windowMs ? this.#current : new Float64Array(bucketCount);
    this.#current = new Float64Array(bucketCount);
    this.#turnedMs += Math.floor(ageMs / windowMs) * windowMs;
  }
}

const windowMs = 30_000;
const firstMs = 0.05;
const growth = 1.1;
const bucketCount = 160; // up to 0.05 ms × 1.1^159, about 190 s

function bucketOf(durationMs: number): number {
  if (durationMs <= firstMs) return 0;
  return Math.min(bucketCount - 1, Math.ceil(Math.log(durationMs / firstMs) / Math.log(growth)));
}

function middleOf(bucket: number): number {
  return firstMs * growth ** (bucket - 0.5);
}
