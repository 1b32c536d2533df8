import type { Clock } from './clock.js';

/** Events and amounts per second over the last two seconds, in ten slots: no sample is kept. */
export class RateMeter {
  readonly #counts = new Float64Array(slots);
  readonly #amounts = new Float64Array(slots);
  readonly #clock: Clock;
  readonly #startMs: number;
  #slot: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock();
    this.#slot = Math.floor(this.#startMs / slotMs);
  }

  add(amount = 0): void {
    this.#advance();
    const i = this.#slot % slots;
    this.#counts[i] = (this.#counts[i] ?? 0) + 1;
    this.#amounts[i] = (this.#amounts[i] ?? 0) + amount;
  }

  /** How many `add()`s a second. */
  perSecond(): number {
    return this.#perSecond(this.#counts);
  }

  /** The sum of the amounts a second. */
  amountPerSecond(): number {
    return this.#perSecond(this.#amounts);
  }

  #perSecond(values: Float64Array): number {
    this.#advance();
    const nowMs = this.#clock();
    const coveredMs = Math.min((slots - 1) * slotMs + (nowMs % slotMs), Math.max(nowMs - this.#startMs, slotMs));
    return (values.reduce((sum, value) => sum + value, 0) * 1000) / coveredMs;
  }

  #advance(): void {
    const slot = Math.floor(this.#clock() / slotMs);
    for (let i = Math.max(this.#slot + 1, slot - slots + 1); i <= slot; i++) {
      this.#counts[i % slots] = 0;
      this.#amounts[i % slots] = 0;
    }
    this.#slot = Math.max(this.#slot, slot);
  }
}

const slotMs = 200;
const slots = 10;
