/** How many durations fell under each of some bounds: what a Prometheus histogram needs, without keeping a sample. */
export class BucketCounts {
  /** In ms, ascending. */
  readonly boundsMs: readonly number[];
  /** Of the durations up to each bound but above the one before, and at the end of those above all. */
  readonly counts: readonly number[];
  readonly #counts: number[];
  #sumMs = 0;

  constructor(boundsMs: readonly number[]) {
    this.boundsMs = boundsMs;
    this.#counts = Array.from({ length: boundsMs.length + 1 }, () => 0);
    this.counts = this.#counts;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  add(durationMs: number): void {
    const found = this.boundsMs.findIndex((bound) => durationMs <= bound);
    const bucket = found < 0 ? this.boundsMs.length : found;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += durationMs;
  }
}
