/** A whole access unit that can be decoded, since all before it back to a keyframe were there. */
export interface CompleteUnit {
  readonly timestamp: number;
  readonly isKeyframe: boolean;
  /** Of its payloads. */
  readonly bytes: number;
  /** The sequence parameter set as it came in a packet of its own or in an aggregation; null where it has none. */
  readonly sps: Buffer | null;
}

const size = 4096;
const flagMarker = 1;
const flagIdr = 2;
const flagSps = 4;

/**
 * Puts packets together as browsers do (RFC 6184): access units are given in order and whole; behind a gap nothing is
 * given before the gap is filled or a keyframe is whole. Sequence numbers count on beyond 16 bits.
 */
export class PictureBuffer {
  readonly #onUnit: (unit: CompleteUnit) => void;
  readonly #sequences = new Float64Array(size).fill(-1);
  readonly #timestamps = new Float64Array(size);
  readonly #flags = new Uint8Array(size);
  readonly #bytes = new Uint16Array(size);
  readonly #sps = new Map<number, Buffer>();
  /** The first one that isn't part of an access unit that was given, or given up; -1 before the first keyframe. */
  #next = -1;
  /** All from `#next` up to here are there. */
  #contiguous = Number.NEGATIVE_INFINITY;
  #highest = -1;

  constructor(onUnit: (unit: CompleteUnit) => void) {
    this.#onUnit = onUnit;
  }

  /** Below this nothing is of use any more. */
  get next(): number {
    return this.#next;
  }

  get hasPicture(): boolean {
    return this.#next >= 0;
  }

  /** `bytes` from `from` to `to` are the payload; none for packets of nothing but padding. */
  add(sequence: number, timestamp: number, isMarked: boolean, bytes: Buffer, from: number, to: number): void {
    const i = sequence % size;
    if (sequence < this.#next || this.#sequences[i] === sequence) return;
    if (this.#highest - sequence >= size) return;
    this.#sequences[i] = sequence;
    this.#timestamps[i] = timestamp;
    this.#bytes[i] = to - from;
    this.#flags[i] = (isMarked ? flagMarker : 0) | this.#look(sequence, bytes, from, to);
    this.#highest = Math.max(this.#highest, sequence);
    if (sequence === this.#contiguous + 1) this.#give();
    else this.#skipAhead(sequence);
  }

  #give(): void {
    for (let at = this.#contiguous + 1; this.#sequences[at % size] === at; at++) {
      this.#contiguous = at;
      const isMarked = ((this.#flags[at % size] ?? 0) & flagMarker) !== 0;
      // Or padding between two access units.
      if (isMarked || (this.#bytes[at % size] === 0 && at === this.#next)) this.#take(this.#next, at);
    }
  }

  /** Where what begins there ends, when all of it is here; else -1. */
  #endOf(from: number): number {
    for (let sequence = from; sequence <= this.#highest; sequence++) {
      const i = sequence % size;
      if (this.#sequences[i] !== sequence) return -1;
      if (((this.#flags[i] ?? 0) & flagMarker) !== 0) return sequence;
    }
    return -1;
  }

  #take(from: number, to: number): void {
    let flags = 0;
    let bytes = 0;
    let sps: Buffer | null = null;
    for (let sequence = from; sequence <= to; sequence++) {
      const i = sequence % size;
      flags |= this.#flags[i] ?? 0;
      bytes += this.#bytes[i] ?? 0;
      sps ??= this.#sps.get(sequence) ?? null;
    }
    this.#next = to + 1;
    this.#contiguous = to;
    for (const sequence of this.#sps.keys()) if (sequence < this.#next) this.#sps.delete(sequence);
    const timestamp = this.#timestamps[to % size] ?? 0;
    if (bytes > 0) this.#onUnit({ timestamp, isKeyframe: (flags & flagIdr) !== 0 && sps !== null, bytes, sps });
  }

  /** Whether the packet made a later keyframe whole: it needs nothing of what is missing before it. */
  #skipAhead(sequence: number): void {
    const timestamp = this.#timestamps[sequence % size];
    let from = sequence;
    while (from > this.#next && !this.#isSpsAt(from)) {
      from--;
      if (this.#sequences[from % size] !== from || this.#timestamps[from % size] !== timestamp) return;
    }
    if (!this.#isSpsAt(from)) return;
    const end = this.#endOf(from);
    if (end < 0) return;
    this.#take(from, end);
    this.#give();
  }

  #isSpsAt(sequence: number): boolean {
    const i = sequence % size;
    return this.#sequences[i] === sequence && ((this.#flags[i] ?? 0) & flagSps) !== 0;
  }

  /** Which of the NAL units that matter here a payload has. */
  #look(sequence: number, bytes: Buffer, from: number, to: number): number {
    if (to <= from) return 0;
    const type = (bytes[from] ?? 0) & 31;
    if (type === 24) return this.#lookIntoAggregation(sequence, bytes, from + 1, to);
    if (type === 28) return ((bytes[from + 1] ?? 0) & 31) === 5 ? flagIdr : 0;
    return this.#flagOf(sequence, bytes, from, to);
  }

  #lookIntoAggregation(sequence: number, bytes: Buffer, from: number, to: number): number {
    let flags = 0;
    for (let at = from; at + 2 < to; ) {
      const end = at + 2 + bytes.readUInt16BE(at);
      if (end > to) break;
      flags |= this.#flagOf(sequence, bytes, at + 2, end);
      at = end;
    }
    return flags;
  }

  #flagOf(sequence: number, bytes: Buffer, from: number, to: number): number {
    const type = (bytes[from] ?? 0) & 31;
    if (type === 5) return flagIdr;
    if (type !== 7) return 0;
    this.#sps.set(sequence, Buffer.from(bytes.subarray(from, to)));
    return flagSps;
  }
}
