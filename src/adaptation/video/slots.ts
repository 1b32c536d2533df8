/** What was added up in one slot of time. */
interface Slot<Sums> {
  index: number;
  readonly sums: Sums;
}

/**
 * Sums over slots of time, as many as there are: a bounded memory of what was measured lately, whatever order the times
 * come in. `empty` makes the sums of a slot, `clear` sets them back.
 */
export class Slots<Sums> {
  readonly slotMs: number;
  readonly #slots: readonly Slot<Sums>[];
  readonly #clear: (sums: Sums) => void;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(slotMs: number, count: number, empty: () => Sums, clear: (sums: Sums) => void) {
    this.slotMs = slotMs;
    this.#clear = clear;
    this.#slots = Array.from({ length: count }, () => ({ index: Number.NEGATIVE_INFINITY, sums: empty() }));
  }

  /** The sums of the slot that a moment is in; undefined where it is longer ago than the slots reach back. */
  at(ms: number): Sums | undefined {
    const index = Math.floor(ms / this.slotMs);
    if (index <= this.#newest - this.#slots.length) return undefined;
    this.#newest = Math.max(this.#newest, index);
    const slot = this.#slot(index);
    if (slot !== undefined && slot.index !== index) {
      slot.index = index;
      this.#clear(slot.sums);
    }
    return slot?.sums;
  }

  /** The slots that something was added to, of the last so many, newest first. */
  recent(count = this.#slots.length): readonly Sums[] {
    const recent: Sums[] = [];
    for (let back = 0; back < Math.min(count, this.#slots.length); back++) {
      const slot = this.#slot(this.#newest - back);
      if (slot !== undefined && slot.index === this.#newest - back) recent.push(slot.sums);
    }
    return recent;
  }

  reset(): void {
    this.#newest = Number.NEGATIVE_INFINITY;
    for (const slot of this.#slots) slot.index = Number.NEGATIVE_INFINITY;
  }

  #slot(index: number): Slot<Sums> | undefined {
    const { length } = this.#slots;
    return this.#slots[((index % length) + length) % length];
  }
}
