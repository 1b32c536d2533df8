const burst = 3;
const regainMs = 1000;
const firstWaitMs = 500;
const longestWaitMs = 8000;

/**
 * Which of a viewer's wishes for a keyframe are passed on. A keyframe costs all viewers of a tier, so that one whose link
 * is bad must not have one whenever it wants: three at once, and then one a second.
 */
export class KeyframeRequests {
  #allowance = burst;
  #atMs = Number.NaN;
  /** By the sender's own numbering (RFC 5104, 4.3.1.2), for the one stream that there is. */
  #firSequence: number | null = null;
  #waitMs = firstWaitMs;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** PLI, or a packet that is gone for good. */
  allows(nowMs: number): boolean {
    const passedMs = Number.isNaN(this.#atMs) ? 0 : Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#allowance = Math.min(burst, this.#allowance + passedMs / regainMs);
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }

  /** FIR; the same sequence number again is the same request again. */
  allowsFir(sequence: number, nowMs: number): boolean {
    if (sequence === this.#firSequence || !this.allows(nowMs)) return false;
    this.#firSequence = sequence;
    return true;
  }

  /** The viewer takes nothing: each time in a row it has to wait twice as long. */
  allowsAfterFailure(nowMs: number): boolean {
    if (nowMs < this.#notBeforeMs) return false;
    this.#notBeforeMs = nowMs + this.#waitMs;
    this.#waitMs = Math.min(longestWaitMs, 2 * this.#waitMs);
    return true;
  }

  /** A whole access unit was taken. */
  succeeded(): void {
    this.#waitMs = firstWaitMs;
  }
}
