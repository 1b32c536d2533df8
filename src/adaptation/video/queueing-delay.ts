import type { Arrival } from './packets.js';
import { Slots } from './slots.js';

// How long the shortest way that was seen counts: clocks drift apart, and ways change.
const baseMs = 10_000;
const floorSlotMs = 100;
const standingMs = 25;
const growingSlots = 4;
const growingMs = 10;
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
    const newest = this.#recentFloors(growingSlots);
    if (newest.length < 2 || Math.min(...newest.slice(0, 2)) < standingMs) return false;
    if (newest.length < growingSlots || this.growthMs > growingMs) return true;
    const floors = this.#recentFloors(1 + evenParts * slotsPerPart);
    return floors.length > evenParts * slotsPerPart && Math.min(...floors) >= standingMs;
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
