import { transportFeedback } from './rtcp-bytes.js';

const mostPackets = 1500;
const ticksPerMs = 4;
const ticksPerReference = 256;

/** When packets arrived, by transport-wide sequence number, and the feedback that tells of it, as browsers give it. */
export class TransportArrivals {
  readonly #arrived = new Map<number, number>();
  readonly #originMs: number;
  #next = -1;
  #highest = -1;
  #count = 0;

  constructor(nowMs: number) {
    this.#originMs = nowMs - 1000;
  }

  add(sequence: number, nowMs: number): void {
    if (this.#next < 0) this.#next = sequence;
    this.#highest = Math.max(this.#highest, sequence);
    // What was reported lost and comes after all is told of once more by browsers; here it isn't.
    if (sequence >= this.#next) this.#arrived.set(sequence, nowMs);
  }

  /** On all packets since the last one; null where none came. */
  take(): Buffer | null {
    const { size } = this.#arrived;
    if (size === 0) return null;
    const from = Math.max(this.#next, this.#highest - mostPackets + 1);
    const ticks: (number | null)[] = [];
    let reference = -1;
    for (let sequence = from; sequence <= this.#highest; sequence++) {
      const atMs = this.#arrived.get(sequence);
      if (atMs === undefined) {
        ticks.push(null);
        continue;
      }
      const at = Math.round((atMs - this.#originMs) * ticksPerMs);
      if (reference < 0) reference = Math.floor(at / ticksPerReference);
      ticks.push(at - reference * ticksPerReference);
    }
    this.#arrived.clear();
    this.#next = this.#highest + 1;
    return transportFeedback(from & 0xffff, reference & 0xffffff, ticks, this.#count++ & 0xff);
  }
}
