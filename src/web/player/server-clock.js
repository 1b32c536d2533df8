const samples = 5;
const againMs = 60_000;

/** The server's wall clock, by the quickest of a few questions, asked again each minute. Owns a timer until `stop()`. */
export class ServerClock {
  #url;
  /** What to add to performance.now(). @type {number | null} */
  #offsetMs = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {URL} url of `GET /api/time` */
  constructor(url) {
    this.#url = url;
  }

  /**
   * The Unix time in ms, with a fraction, at a moment of performance.now(); null where it isn't known.
   * @param {number} momentMs
   */
  at(momentMs) {
    return this.#offsetMs === null ? null : momentMs + this.#offsetMs;
  }

  start() {
    this.stop();
    this.#timer = setInterval(() => this.#measure(), againMs);
    this.#measure();
  }

  stop() {
    clearInterval(this.#timer);
  }

  async #measure() {
    let leastMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < samples; i++) {
      const askedMs = performance.now();
      try {
        const answer = await fetch(this.#url, { cache: 'no-store' });
        const tookMs = performance.now() - askedMs;
        const { unix_ms: unixMs } = await answer.json();
        if (!answer.ok || tookMs > leastMs) continue;
        leastMs = tookMs;
        this.#offsetMs = unixMs - askedMs - tookMs / 2;
      } catch {
        // It goes by what it knows, and asks again.
        return;
      }
    }
  }
}
