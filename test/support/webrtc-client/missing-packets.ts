interface Missing {
  tries: number;
  askedMs: number;
}

// As libwebrtc has it: it never learns the round trip of a stream that it only receives, and asks ten times.
const assumedRttMs = 100;
const mostTries = 10;
const mostMissing = 1000;

/** Which packets of a stream are missing, and when they are asked for (RFC 4585, 6.2.1). Numbers count on beyond 16 bits. */
export class MissingPackets {
  readonly #missing = new Map<number, Missing>();
  #highest = -1;

  get isEmpty(): boolean {
    return this.#missing.size === 0;
  }

  /** Returns whether it tells of packets that are missing now. */
  arrived(sequence: number): boolean {
    if (this.#highest < 0) this.#highest = sequence;
    if (sequence <= this.#highest) {
      this.#missing.delete(sequence);
      return false;
    }
    const from = Math.max(this.#highest + 1, sequence - mostMissing);
    for (let each = from; each < sequence; each++) this.#missing.set(each, { tries: 0, askedMs: -1e9 });
    this.#highest = sequence;
    return from < sequence;
  }

  /** Those below aren't wanted any more. */
  forgetBelow(sequence: number): void {
    for (const each of this.#missing.keys()) if (each < sequence) this.#missing.delete(each);
  }

  /** Those to ask for now. */
  due(nowMs: number): readonly number[] {
    const due: number[] = [];
    for (const [sequence, missing] of this.#missing) {
      if (nowMs - missing.askedMs < assumedRttMs) continue;
      if (missing.tries >= mostTries) {
        this.#missing.delete(sequence);
        continue;
      }
      missing.tries++;
      missing.askedMs = nowMs;
      due.push(sequence);
    }
    return due;
  }
}

/** As the entries of a NACK: a first one each, and a mask of the 16 behind it. Ascending. */
export function nackEntries(sequences: readonly number[]): readonly (readonly [sequence: number, mask: number])[] {
  const entries: [number, number][] = [];
  let first = Number.NEGATIVE_INFINITY;
  for (const sequence of sequences) {
    const last = entries.at(-1);
    if (last !== undefined && sequence - first <= 16) last[1] |= 1 << (sequence - first - 1);
    else {
      first = sequence;
      entries.push([sequence & 0xffff, 0]);
    }
  }
  return entries;
}
