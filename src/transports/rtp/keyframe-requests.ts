import { TokenBucket } from './token-bucket.js';

const burst = 3;
const regainMs = 1000;
const firstWaitMs = 500;
const longestWaitMs = 8000;

/**
 * Which of a viewer's wishes for a keyframe are passed on. A keyframe costs all viewers of a tier, so that one whose link
 * is bad must not have one whenever it wants: three at once, and then one a second.
 */
export class KeyframeRequests {
  readonly #allowance = new TokenBucket(burst);
  /** By the sender's own numbering (RFC 5104, 4.3.1.2), for the one stream that there is. */
  #firSequence: number | null = null;
  #waitMs = firstWaitMs;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** PLI, or a packet that is gone for good. */
  allows(nowMs: number): boolean {
    this.#allowance.refill(nowMs, 1 / regainMs, burst);
    if (this.#allowance.tokens < 1) return false;
    this.#allowance.spend(1);
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
