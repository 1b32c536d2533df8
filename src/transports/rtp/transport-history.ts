import type { PacketResult } from '../../hub/video-link.js';
import type { TransportFeedback } from './rtcp/transport-feedback.js';

// Two seconds of 1,000 packets each; a power of two.
const size = 2048;
const farthest = 2 ** 15;
const referenceWrap = 2 ** 24;
const ticksPerReference = 256;
const ticksPerMs = 4;

const unknown = 0;
const sent = 1;
const lost = 2;
const arrived = 3;

/**
 * The packets sent lately by transport-wide sequence number
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01), to tell what became of them.
 */
export class TransportHistory {
  readonly #sentMs = new Float64Array(size);
  readonly #bytes = new Uint16Array(size);
  readonly #isProbe = new Uint8Array(size);
  readonly #state = new Uint8Array(size);
  #next: number;
  /** Multiples of 64 ms, unwrapped; NaN before the first feedback. */
  #reference = Number.NaN;

  constructor(firstSequence = 0) {
    this.#next = firstSequence;
  }

  /** The next packet's sequence number, not cut to 16 bits. */
  get nextSequence(): number {
    return this.#next;
  }

  add(sentMs: number, bytes: number, isProbe: boolean): void {
    const i = this.#next % size;
    this.#sentMs[i] = sentMs;
    this.#bytes[i] = bytes;
    this.#isProbe[i] = isProbe ? 1 : 0;
    this.#state[i] = sent;
    this.#next++;
  }

  /**
   * What a feedback says of packets still known, in the order of sending. A packet is told of once; one that was told
   * lost and is reported to have arrived after all, once more.
   */
  results(feedback: TransportFeedback): readonly PacketResult[] {
    const back = (this.#next - 1 - feedback.baseSequence) & 0xffff;
    if (back >= farthest) return [];
    const base = this.#next - 1 - back;
    const referenceTicks = this.#unwrapReference(feedback.reference) * ticksPerReference;
    const results: PacketResult[] = [];
    for (const [offset, ticks] of feedback.arrivedTicks.entries()) {
      const sequence = base + offset;
      if (sequence >= this.#next) break;
      if (sequence < 0 || this.#next - sequence > size) continue;
      const arrivedMs = ticks === null ? null : (referenceTicks + ticks) / ticksPerMs;
      const result = this.#result(sequence % size, arrivedMs);
      if (result !== null) results.push(result);
    }
    return results;
  }

  #result(i: number, arrivedMs: number | null): PacketResult | null {
    const state = this.#state[i] ?? unknown;
    const isNews = arrivedMs === null ? state === sent : state === sent || state === lost;
    if (!isNews) return null;
    this.#state[i] = arrivedMs === null ? lost : arrived;
    return {
      sentMs: this.#sentMs[i] ?? 0,
      arrivedMs,
      bytes: this.#bytes[i] ?? 0,
      isProbe: this.#isProbe[i] === 1,
    };
  }

  #unwrapReference(reference: number): number {
    if (Number.isNaN(this.#reference)) this.#reference = reference;
    const modulo = ((this.#reference % referenceWrap) + referenceWrap) % referenceWrap;
    let step = (reference - modulo + referenceWrap) % referenceWrap;
    if (step >= referenceWrap / 2) step -= referenceWrap;
    this.#reference += step;
    return this.#reference;
  }
}
