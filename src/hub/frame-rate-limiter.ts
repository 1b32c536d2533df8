/**
 * Leaves out frames, evenly, to come down to a frame rate. Frames are due on a grid of the wanted interval; the first
 * frame that comes no more than a quarter of the source's own interval before its due time is taken, so that jitter
 * neither thins the stream nor bunches it. A source at or below the wanted rate loses nothing.
 */
export class FrameRateLimiter {
  readonly #intervalMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;
  #previousMs = Number.NaN;
  #sourceIntervalMs = 0;

  /** `fps`: frames a second, more than 0. */
  constructor(fps: number) {
    this.#intervalMs = 1000 / fps;
  }

  /** Whether a frame captured at `captureMs` is to be sent. */
  admit(captureMs: number): boolean {
    const gapMs = captureMs - this.#previousMs;
    this.#previousMs = captureMs;
    if (gapMs > 0 && gapMs < 2000) {
      this.#sourceIntervalMs = this.#sourceIntervalMs === 0 ? gapMs : this.#sourceIntervalMs * 0.9 + gapMs * 0.1;
    }
    const toleranceMs = Math.min(this.#sourceIntervalMs, this.#intervalMs) / 4;
    // A clock that stepped back would otherwise silence the stream until it caught up.
    const steppedBack = this.#dueMs - captureMs > 2 * this.#intervalMs;
    if (captureMs < this.#dueMs - toleranceMs && !steppedBack) return false;
    const lateMs = captureMs - this.#dueMs;
    const keepsGrid = lateMs < this.#intervalMs && !steppedBack;
    this.#dueMs = (keepsGrid ? this.#dueMs : captureMs) + this.#intervalMs;
    return true;
  }
}
