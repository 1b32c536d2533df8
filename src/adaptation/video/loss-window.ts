import type { PacketResult } from '../../hub/video-link.js';
import { Slots } from './slots.js';

const slotMs = 100;
const slotCount = 10;
const recentSlots = 4;

/** More than this is congestion; of less, a link that loses packets at random has its share (draft-ietf-rmcat-gcc-02, 6). */
export const congestionLoss = 0.1;
// By so many standard deviations more, lest a random loss that is nearly as large be taken for it.
const certainty = 2;
const leastPackets = 20;
// A queue that fills lets more through at first than the link carries.
const leastSlots = 3;

interface Sums {
  packets: number;
  lost: number;
  bytes: number;
}

/** The packets sent in the last second that it was told of, and how many of them were lost. */
export class LossWindow {
  readonly #slots = new Slots<Sums>(
    slotMs,
    slotCount,
    () => ({ packets: 0, lost: 0, bytes: 0 }),
    (sums) => Object.assign(sums, { packets: 0, lost: 0, bytes: 0 }),
  );

  add({ sentMs, arrivedMs, bytes }: PacketResult): void {
    const slot = this.#slots.at(sentMs);
    if (slot === undefined) return;
    slot.packets++;
    if (arrivedMs === null) slot.lost++;
    else slot.bytes += bytes;
  }

  /** 0 to 1; null where nothing was sent. */
  get lossRatio(): number | null {
    const { packets, lost } = this.#sums(slotCount);
    return packets > 0 ? lost / packets : null;
  }

  /** What came through while too much was lost for it to be chance, bit/s; null where it wasn't. */
  get congestedBps(): number | null {
    const all = this.#sums(slotCount);
    const recent = this.#sums(recentSlots);
    // An interruption that is over isn't congestion.
    if (all.slots < leastSlots || !isTooMuch(all) || recent.lost <= congestionLoss * recent.packets) return null;
    return (8000 * all.bytes) / (slotMs * all.slots);
  }

  reset(): void {
    this.#slots.reset();
  }

  #sums(count: number): Sums & { readonly slots: number } {
    const sums = { packets: 0, lost: 0, bytes: 0, slots: 0 };
    for (const { packets, lost, bytes } of this.#slots.recent(count)) {
      sums.packets += packets;
      sums.lost += lost;
      sums.bytes += bytes;
      sums.slots++;
    }
    return sums;
  }
}

function isTooMuch({ packets, lost }: Sums): boolean {
  const deviation = Math.sqrt(packets * congestionLoss * (1 - congestionLoss));
  return packets >= leastPackets && lost > congestionLoss * packets + certainty * deviation;
}
