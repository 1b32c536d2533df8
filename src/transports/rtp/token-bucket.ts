/** What may be spent now, of something that comes in at a rate and is kept up to a bound. */
export class TokenBucket {
  #tokens: number;
  #atMs = Number.NaN;

  constructor(tokens: number) {
    this.#tokens = tokens;
  }

  /** Below 0 where more was spent than there was. */
  get tokens(): number {
    return this.#tokens;
  }

  /** What came in since the last call, at `perMs`; of all that there is then, at most `most` stays. */
  refill(nowMs: number, perMs: number, most: number): void {
    const passedMs = Number.isNaN(this.#atMs) ? 0 : Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#tokens = Math.min(most, this.#tokens + perMs * passedMs);
  }

  spend(tokens: number): void {
    this.#tokens -= tokens;
  }
}
