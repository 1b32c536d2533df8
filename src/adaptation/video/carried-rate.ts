import type { Arrival } from './packets.js';
import { Slots } from './slots.js';

/** A packet that came through, and what it tells of the link. */
export interface CarriedPacket extends Arrival {
  readonly queueMs: number;
  /** How long the link worked on it; null where it may have rested before. */
  readonly workMs: number | null;
}

// Short of this a packet may have found the link free: clocks are coarse, and ways jitter.
const behindMs = 2;
const slotMs = 50;
const slotCount = 30;
// The newest work counts, and as little of it as gives a rate.
const enoughMs = 200;
const leastMs = 100;
const leastPackets = 6;

/**
 * What a link carries shows when packets queue in it: one that was sent before the one ahead of it had arrived kept the
 * link at work from that arrival to its own. With pauses in between, the rate is the sender's.
 */
export class CarriedRate {
  #lastArrivedMs = Number.NaN;
  readonly #slots = new Slots(
    slotMs,
    slotCount,
    () => ({ bytes: 0, workMs: 0, workBytes: 0, workPackets: 0 }),
    (sums) => Object.assign(sums, { bytes: 0, workMs: 0, workBytes: 0, workPackets: 0 }),
  );

  /** In the order of arrival. `wayMs` is arrived less sent where nothing waits. */
  add(arrival: Arrival, wayMs: number, queueMs: number): CarriedPacket {
    const { sentMs, arrivedMs, bytes } = arrival;
    const gapMs = arrivedMs - this.#lastArrivedMs;
    const isBehind = gapMs >= 0 && sentMs + wayMs + behindMs < this.#lastArrivedMs;
    if (!(gapMs < 0)) this.#lastArrivedMs = arrivedMs;
    const slot = this.#slots.at(arrivedMs);
    if (slot !== undefined) {
      slot.bytes += bytes;
      if (isBehind) {
        slot.workMs += gapMs;
        slot.workBytes += bytes;
        slot.workPackets++;
      }
    }
    return { sentMs, arrivedMs, bytes, queueMs, workMs: isBehind ? gapMs : null };
  }

  /** What the link carried while it worked without a rest, lately, bit/s; null where it didn't for long enough. */
  get linkBps(): number | null {
    let workMs = 0;
    let bytes = 0;
    let packets = 0;
    for (const slot of this.#slots.recent()) {
      workMs += slot.workMs;
      bytes += slot.workBytes;
      packets += slot.workPackets;
      if (workMs >= enoughMs && packets >= leastPackets) break;
    }
    return workMs >= leastMs && packets >= leastPackets ? (8000 * bytes) / workMs : null;
  }

  /** What came through in the last half second, bit/s: the acknowledged rate. */
  get arrivedBps(): number {
    let bytes = 0;
    for (const slot of this.#slots.recent(ackedSlots)) bytes += slot.bytes;
    return (8000 * bytes) / (ackedSlots * slotMs);
  }

  reset(): void {
    this.#lastArrivedMs = Number.NaN;
    this.#slots.reset();
  }
}

const ackedSlots = 10;
