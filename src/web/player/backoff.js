/** Waits between tries, each twice as long as the last one and none in step with those of other pages. */
export class Backoff {
  #firstMs;
  #mostMs;
  #nextMs;

  /**
   * @param {number} firstMs
   * @param {number} mostMs
   */
  constructor(firstMs, mostMs) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
    this.#nextMs = firstMs;
  }

  /** How long to wait before the next try, in ms. */
  next() {
    const waitMs = this.#nextMs * (0.75 + 0.5 * Math.random());
    this.#nextMs = Math.min(2 * this.#nextMs, this.#mostMs);
    return waitMs;
  }

  reset() {
    this.#nextMs = this.#firstMs;
  }
}
