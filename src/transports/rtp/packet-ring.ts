import type { RtpAccessUnit } from './access-unit.js';

interface Kept {
  readonly unit: RtpAccessUnit;
  readonly atMs: number;
}

const longestMs = 1500;
const mostBytes = 4 * 1024 * 1024;

/** The last access units of a tier, by time and bytes. What falls out of it is discarded for everybody. */
export class PacketRing {
  readonly #kept: Kept[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(unit: RtpAccessUnit, nowMs: number): void {
    this.#kept.at(-1)?.unit.forgetViews();
    this.#kept.push({ unit, atMs: nowMs });
    this.#bytes += unit.bytes;
    for (;;) {
      const [oldest] = this.#kept;
      if (oldest === undefined || oldest.unit === unit) return;
      if (nowMs - oldest.atMs <= longestMs && this.#bytes <= mostBytes) return;
      this.#kept.shift();
      this.#bytes -= oldest.unit.bytes;
      oldest.unit.discard();
    }
  }

  sinceKeyframe(): readonly RtpAccessUnit[] {
    const index = this.#kept.findLastIndex(({ unit }) => unit.isKeyframe);
    return index < 0 ? [] : this.#kept.slice(index).map(({ unit }) => unit);
  }

  /** Forgets them without discarding: somebody may still be sending the last one. */
  clear(): void {
    this.#kept.length = 0;
    this.#bytes = 0;
  }
}
