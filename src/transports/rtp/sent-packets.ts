import type { RtpAccessUnit } from './access-unit.js';

interface Run {
  /** Sequence numbers count on beyond 16 bits here. */
  first: number;
  count: number;
  timestamp: number;
  /** Null for packets that are nothing but padding. */
  unit: RtpAccessUnit | null;
}

export interface SentPacket {
  readonly sequence: number;
  readonly timestamp: number;
  /** Null where it was nothing but padding. */
  readonly unit: RtpAccessUnit | null;
  /** Which of the access unit's packets it was. */
  readonly index: number;
}

// The packets themselves go when the tier's ring discards them. This is enough for two seconds of 60 frames with padding
// between them.
const mostRuns = 256;
const farthest = 2 ** 15;

/**
 * Which packet each of a viewer's sequence numbers was, over all tiers that it was given. Holds no packet longer than
 * the tier's ring does, but for the last few access units of a tier that nobody watches any more.
 */
export class SentPackets {
  readonly #runs: Run[] = [];
  #next: number;
  #keyframeFirst = Number.NEGATIVE_INFINITY;

  constructor(firstSequence: number) {
    this.#next = firstSequence;
  }

  /** The sequence number of the next packet, not cut to 16 bits. */
  get nextSequence(): number {
    return this.#next;
  }

  begin(unit: RtpAccessUnit, timestamp: number): void {
    if (unit.isKeyframe) this.#keyframeFirst = this.#next;
    this.#beginRun(timestamp, unit);
  }

  /** The next packet of the access unit that began last was sent. */
  sentNext(): void {
    const run = this.#runs.at(-1);
    if (run !== undefined) run.count++;
    this.#next++;
  }

  sentPadding(timestamp: number): void {
    const last = this.#runs.at(-1);
    if (last?.unit !== null) this.#beginRun(timestamp, null);
    this.sentNext();
  }

  /**
   * What a sequence number of 16 bits means: `later` where it wasn't sent yet, `past` where a keyframe came after it, which
   * needs nothing of what was before, and `gone` where it isn't kept any more.
   */
  find(sequence: number): SentPacket | 'later' | 'gone' | 'past' {
    const back = (this.#next - 1 - sequence) & 0xffff;
    if (back >= farthest) return 'later';
    const extended = this.#next - 1 - back;
    if (extended < this.#keyframeFirst) return 'past';
    const run = this.#runOf(extended);
    if (run === undefined) return 'gone';
    const { unit, timestamp, first } = run;
    const index = extended - first;
    if (unit !== null && index >= unit.packetCount) return 'gone';
    return { sequence: extended, timestamp, unit, index };
  }

  /** The newest `count` packets of access units that are kept, newest access unit first; no padding. */
  recent(count: number): readonly SentPacket[] {
    const found: SentPacket[] = [];
    for (let i = this.#runs.length - 1; i >= 0 && found.length < count; i--) {
      const run = this.#runs[i];
      if (run === undefined || run.unit === null) continue;
      const { first, timestamp, unit } = run;
      const kept = Math.min(run.count, unit.packetCount);
      for (let index = 0; index < kept && found.length < count; index++) {
        found.push({ sequence: first + index, timestamp, unit, index });
      }
    }
    return found;
  }

  clear(): void {
    this.#runs.length = 0;
  }

  /** The oldest one's object serves for the newest: they would all be old to the garbage collector when they go. */
  #beginRun(timestamp: number, unit: RtpAccessUnit | null): void {
    const run = this.#runs.length < mostRuns ? undefined : this.#runs.shift();
    if (run === undefined) {
      this.#runs.push({ first: this.#next, count: 0, timestamp, unit });
      return;
    }
    run.first = this.#next;
    run.count = 0;
    run.timestamp = timestamp;
    run.unit = unit;
    this.#runs.push(run);
  }

  #runOf(sequence: number): Run | undefined {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const run = this.#runs[middle];
      if (run === undefined || sequence < run.first) high = middle - 1;
      else if (sequence >= run.first + run.count) low = middle + 1;
      else return run;
    }
    return undefined;
  }
}
