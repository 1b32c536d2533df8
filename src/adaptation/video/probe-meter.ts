import type { CarriedPacket } from './carried-rate.js';

/** A link is asked to carry so much for so long. */
export interface ProbeOrder {
  readonly bitrateBps: number;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface ProbeResult {
  /** Nothing more will be known of it. */
  readonly isOver: boolean;
  /** What the link was seen to carry during the probe, bit/s; null where that isn't known (yet). */
  readonly carriedBps: number | null;
  /** What was sent came through as it was sent: nothing queued, and no more was lost than before. */
  readonly isUnhindered: boolean;
}

// Feedback that isn't there by then won't come.
const patienceMs = 1500;
// Work for as long shows the link's rate well enough to end the probe early.
const surelyLimitedMs = 120;
const leastWorkMs = 60;
const mostExtraLoss = 0.08;
const mostQueueGrowthMs = 40;

/** Watches the packets that are sent during a probe, the video's own among them. */
export class ProbeMeter {
  readonly #order: ProbeOrder;
  readonly #lossBefore: number;
  #first: CarriedPacket | null = null;
  #last: CarriedPacket | null = null;
  #bytes = 0;
  #workMs = 0;
  #workBytes = 0;
  #packets = 0;
  #lost = 0;
  #isPast = false;

  /** `lossBefore` is the share of packets that the link loses anyway, 0 to 1. */
  constructor(order: ProbeOrder, lossBefore: number) {
    this.#order = order;
    this.#lossBefore = Math.min(0.1, lossBefore);
  }

  addLost(sentMs: number): void {
    if (!this.#isWithin(sentMs)) return;
    this.#packets++;
    this.#lost++;
  }

  /** In the order of arrival. */
  add(packet: CarriedPacket): void {
    if (!this.#isWithin(packet.sentMs)) return;
    this.#packets++;
    if (this.#first === null) {
      this.#first = packet;
    } else {
      this.#bytes += packet.bytes;
      if (packet.workMs !== null) {
        this.#workMs += packet.workMs;
        this.#workBytes += packet.bytes;
      }
    }
    this.#last = packet;
  }

  read(nowMs: number): ProbeResult {
    const { bitrateBps, startMs, durationMs } = this.#order;
    const carriedBps = this.#carriedBps();
    const isLimited = this.#workMs >= surelyLimitedMs && carriedBps !== null && carriedBps < bitrateBps * 0.9;
    const isOver = this.#isPast || isLimited || nowMs - startMs - durationMs > patienceMs;
    return { isOver, carriedBps, isUnhindered: this.#isUnhindered() };
  }

  #isWithin(sentMs: number): boolean {
    const { startMs, durationMs } = this.#order;
    if (sentMs > startMs + durationMs) this.#isPast = true;
    return sentMs >= startMs && sentMs <= startMs + durationMs;
  }

  #carriedBps(): number | null {
    const cameThrough = 1 - this.#lossBefore;
    if (this.#workMs >= leastWorkMs) return (8000 * this.#workBytes) / this.#workMs / cameThrough;
    if (this.#first === null || this.#last === null) return null;
    const spanMs = this.#last.arrivedMs - this.#first.arrivedMs;
    return spanMs >= this.#order.durationMs / 2 ? (8000 * this.#bytes) / spanMs / cameThrough : null;
  }

  #isUnhindered(): boolean {
    if (this.#first === null || this.#last === null || this.#workMs >= leastWorkMs) return false;
    const grewMs = this.#last.queueMs - this.#first.queueMs;
    const extraLoss = this.#lost / this.#packets - this.#lossBefore;
    return grewMs <= mostQueueGrowthMs && extraLoss <= mostExtraLoss;
  }
}
