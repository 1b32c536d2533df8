const windowMs = 2000;

/** How many pictures a second are shown and how old they are, over the last two seconds. */
export class FrameMeter {
  /** @type {{ atMs: number, delayMs: number | null }[]} */
  #frames = [];

  /**
   * @param {number} atMs by performance.now()
   * @param {number | null} delayMs how old the picture is; null where that isn't known
   */
  add(atMs, delayMs) {
    this.#frames.push({ atMs, delayMs });
    this.#forget(atMs);
  }

  /** Null before there were two pictures. @param {number} nowMs */
  fps(nowMs) {
    this.#forget(nowMs);
    const first = this.#frames[0];
    if (first === undefined || this.#frames.length < 2) return null;
    return ((this.#frames.length - 1) * 1000) / Math.max(1, (this.#frames.at(-1)?.atMs ?? 0) - first.atMs);
  }

  /** The median; null where it isn't known. @param {number} nowMs */
  delayMs(nowMs) {
    this.#forget(nowMs);
    const known = this.#frames.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]));
    return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
  }

  /** @param {number} nowMs */
  #forget(nowMs) {
    const first = this.#frames.findIndex(({ atMs }) => atMs > nowMs - windowMs);
    this.#frames.splice(0, first < 0 ? this.#frames.length : first);
  }
}
