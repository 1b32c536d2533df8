import type { Arrival } from './packets.js';
import { Slots } from './slots.js';

// How long the shortest way that was seen counts: clocks drift apart, and ways change.
const baseMs = 10_000;
const floorSlotMs = 100;
const leastStandingMs = 25;
const growingSlots = 4;
const growingMs = 10;
// Ways that are uneven anyway show a queue only by more than that.
const noiseTimes = 2;
// A shortest wait that stays within this, or a quarter of itself, in each of so many half seconds is the way itself: a
// queue that grows or overflows is never so even.
const evenMs = 4;
const evenShare = 0.25;
const mostEvenMs = 15;
const slotsPerPart = 5;
const evenParts = 4;

/**
 * How long packets wait in queues: by how much their way took longer than the shortest of the last ten to twenty
 * seconds. The two clocks have different origins, so only differences count.
 */
export class QueueingDelay {
  /** The least of arrived less sent in the present ten seconds, and in the ten before. */
  #base = Number.POSITIVE_INFINITY;
  #olderBase = Number.POSITIVE_INFINITY;
  #baseSinceMs = Number.NaN;
  readonly #floors = new Slots(
    floorSlotMs,
    1 + evenParts * slotsPerPart,
    () => ({ leastMs: Number.POSITIVE_INFINITY }),
    (sums) => {
      sums.leastMs = Number.POSITIVE_INFINITY;
    },
  );

  /** Takes a packet and tells how long it waited. */
  add({ sentMs, arrivedMs }: Arrival): number {
    const wayMs = arrivedMs - sentMs;
    if (!(Math.abs(arrivedMs - this.#baseSinceMs) < baseMs)) {
      this.#olderBase = this.#base;
      this.#base = wayMs;
      this.#baseSinceMs = arrivedMs;
    }
    this.#base = Math.min(this.#base, wayMs);
    const floor = this.#floors.at(arrivedMs);
    if (floor !== undefined) floor.leastMs = Math.min(floor.leastMs, wayMs);
    return wayMs - this.wayMs;
  }

  /** Arrived less sent where nothing waits; infinite before the first packet. */
  get wayMs(): number {
    return Math.min(this.#base, this.#olderBase);
  }

  /** The shortest wait of the last tenth or two of a second, that between frames; 0 before the first packet. */
  get standingMs(): number {
    const floors = this.#recentFloors(2);
    return floors.length === 0 ? 0 : Math.max(0, Math.min(...floors));
  }

  /** By how much the shortest wait, that between frames, has grown in the last three or four tenths of a second. */
  get growthMs(): number {
    const floors = this.#recentFloors(growingSlots);
    const before = floors[growingSlots - 1];
    return before === undefined ? 0 : Math.min(...floors.slice(0, 2)) - before;
  }

  /**
   * Whether packets wait even between frames, and longer and longer; or for so long already that it can't be that the
   * way has become longer.
   */
  get isCongested(): boolean {
    if (this.#recentFloors(growingSlots).length < 2 || this.standingMs < leastStandingMs) return false;
    const floors = this.#recentFloors(1 + evenParts * slotsPerPart);
    const noiseMs = noiseTimes * unevennessOf(floors.slice(growingSlots - 1));
    if (floors.length < growingSlots || this.growthMs > growingMs + noiseMs) return true;
    return floors.length > evenParts * slotsPerPart && Math.min(...floors) >= leastStandingMs + noiseMs;
  }

  /** A way that has become longer, by another route, looks like a queue; unlike one it is even and loses nothing. */
  acceptLongerWay(): void {
    // It rarely has.
    if (Math.min(...this.#recentFloors(growingSlots)) < evenMs) return;
    const floors = this.#recentFloors(1 + evenParts * slotsPerPart).slice(1);
    if (floors.length < evenParts * slotsPerPart) return;
    const parts = Array.from({ length: evenParts }, (_, i) =>
      Math.min(...floors.slice(i * slotsPerPart, (i + 1) * slotsPerPart)),
    );
    const longerMs = Math.min(...parts);
    const spreadMs = Math.max(...parts) - longerMs;
    if (longerMs < evenMs || spreadMs > Math.min(mostEvenMs, Math.max(evenMs, evenShare * longerMs))) return;
    this.#base = this.wayMs + longerMs;
    this.#olderBase = this.#base;
  }

  reset(): void {
    this.#base = Number.POSITIVE_INFINITY;
    this.#olderBase = Number.POSITIVE_INFINITY;
    this.#baseSinceMs = Number.NaN;
    this.#floors.reset();
  }

  /** The shortest waits of the last tenths of a second, newest first. */
  #recentFloors(count: number): number[] {
    return this.#floors.recent(count).map(({ leastMs }) => leastMs - this.wayMs);
  }
}

/** By how much they differ from one to the next. */
function unevennessOf(floors: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < floors.length; i++) sum += Math.abs((floors[i] ?? 0) - (floors[i - 1] ?? 0));
  return floors.length > 1 ? sum / (floors.length - 1) : 0;
}
