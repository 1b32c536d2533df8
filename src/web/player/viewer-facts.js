const askEveryMs = 1000;
const mostSilences = 3;

/**
 * @typedef {object} Facts what the server knows of a viewer
 * @property {string} tier
 * @property {number} fps
 * @property {{ p50: number | null }} age_ms
 * @property {{ timestamp: number, unix_ms: number } | null} rtp what its RTP timestamps (90 kHz) tell
 */

/** Asks the server about the viewer that is shown, each second. Owns a timer until `stop()`. */
export class ViewerFacts {
  #api;
  #viewer;
  #onLost;
  /** @type {{ viewer: string, facts: Facts } | null} */
  #known = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #silences = 0;

  /**
   * @param {URL} api `/api/viewers/`
   * @param {() => string | null} viewer its id now
   * @param {() => void} onLost the server doesn't know it any more, or doesn't answer
   */
  constructor(api, viewer, onLost) {
    this.#api = api;
    this.#viewer = viewer;
    this.#onLost = onLost;
  }

  /** Null where nothing is known. @returns {Facts | null} */
  get current() {
    return this.#known !== null && this.#known.viewer === this.#viewer() ? this.#known.facts : null;
  }

  start() {
    this.stop();
    this.#timer = setInterval(() => this.ask(), askEveryMs);
  }

  stop() {
    clearInterval(this.#timer);
    this.#known = null;
  }

  async ask() {
    const viewer = this.#viewer();
    if (viewer === null) return;
    try {
      const answer = await fetch(new URL(viewer, this.#api), { cache: 'no-store' });
      const facts = await answer.json();
      this.#silences = 0;
      if (answer.ok) this.#known = { viewer, facts };
      else if (answer.status === 404 && viewer === this.#viewer()) this.#onLost();
    } catch {
      this.#silences++;
      if (this.#silences % mostSilences === 0) this.#onLost();
    }
  }

  /**
   * Gives a viewer another tier; whether it did.
   * @param {string} viewer
   * @param {string} tier
   */
  async move(viewer, tier) {
    const headers = { 'Content-Type': 'application/json' };
    const { ok } = await fetch(new URL(viewer, this.#api), {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ tier }),
    });
    if (ok) this.ask();
    return ok;
  }
}
