/** A link that UDP packets go through: a bottleneck with a queue that drops what doesn't fit, and a way of some length. */
export interface SimulatedUdpLink {
  readonly rateBps: (atMs: number) => number;
  /** How long the queue may get; what doesn't fit is lost. */
  readonly queueMs: number;
  /** Both ways together. */
  readonly rttMs: number;
  /** The share of packets that is lost at random behind the bottleneck, 0 to 1. */
  readonly lossRatio?: number;
  /** The most that a packet's way varies, evenly; packets keep their order. */
  readonly jitterMs?: number;
  /** Bytes that pass unshaped after a pause. */
  readonly bucketBytes?: number;
}

/** What SRTP, UDP and IP add to a packet. */
export const headerBytes = 38;

/** One direction of such a link. Packets must be sent in the order of time. */
export class UdpLinkModel {
  readonly #link: SimulatedUdpLink;
  readonly #random: () => number;
  #freeMs = 0;
  #lastArrivalMs = 0;
  #tokens: number;
  #tokensMs = 0;

  constructor(link: SimulatedUdpLink, random: () => number) {
    this.#link = link;
    this.#random = random;
    this.#tokens = link.bucketBytes ?? 0;
  }

  /** When it arrives; null where it is lost. */
  send(bytes: number, nowMs: number): number | null {
    const { queueMs, rttMs, lossRatio = 0, jitterMs = 0 } = this.#link;
    const waitMs = Math.max(0, this.#freeMs - nowMs);
    if (waitMs > queueMs) return null;
    this.#pass(bytes + headerBytes, nowMs);
    if (this.#random() < lossRatio) return null;
    const arrivalMs = Math.max(this.#freeMs, nowMs) + rttMs / 2 + jitterMs * this.#random();
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivalMs);
    return this.#lastArrivalMs;
  }

  #pass(bytes: number, nowMs: number): void {
    const { bucketBytes = 0, rateBps } = this.#link;
    const bytesPerMs = rateBps(nowMs) / 8000;
    this.#tokens = Math.min(bucketBytes, this.#tokens + Math.max(0, nowMs - this.#tokensMs) * bytesPerMs);
    this.#tokensMs = Math.max(this.#tokensMs, nowMs);
    if (this.#freeMs <= nowMs && this.#tokens >= bytes) {
      this.#tokens -= bytes;
      return;
    }
    // Tokens that come are used up while it works.
    this.#freeMs = Math.max(this.#freeMs, nowMs) + bytes / bytesPerMs;
    this.#tokens = 0;
    this.#tokensMs = this.#freeMs;
  }
}
