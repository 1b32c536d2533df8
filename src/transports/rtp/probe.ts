import type { PacketSender } from './packet-sender.js';

// What a late timer has missed beyond this isn't made up for: it would be a burst.
const mostBehindMs = 20;
// The newest packets, to be repeated in turn.
const mostRepeated = 16;
// Sent as soon as about one packet is missing.
const leastBytes = 250;

/**
 * Sends packets that the viewer doesn't see beside the video, so that both together have a given bit rate for a while:
 * recent packets once more by RTX where that was negotiated, else padding.
 */
export class Probe {
  readonly #sender: PacketSender;
  readonly #hasRtx: boolean;
  #bytesPerMs = 0;
  #fromMs = 0;
  #fromBytes = 0;
  #endMs = Number.NEGATIVE_INFINITY;
  #turn = 0;

  constructor(sender: PacketSender, hasRtx: boolean) {
    this.#sender = sender;
    this.#hasRtx = hasRtx;
  }

  /** A probe that runs ends. */
  start(bitrateBps: number, durationMs: number, nowMs: number): void {
    this.#bytesPerMs = bitrateBps / 8000;
    this.#fromMs = nowMs;
    this.#fromBytes = this.#sender.bytes;
    this.#endMs = nowMs + durationMs;
  }

  isActive(nowMs: number): boolean {
    return nowMs < this.#endMs;
  }

  /** Sends what is missing now; only between two access units. */
  send(nowMs: number): void {
    if (!this.isActive(nowMs) || this.#sender.packets === 0) return;
    this.#forgetMissed(nowMs);
    while (this.#missingBytes(nowMs) >= leastBytes && this.#sendOne(nowMs));
  }

  #sendOne(nowMs: number): boolean {
    if (!this.#hasRtx) return this.#sender.sendPadding(nowMs);
    const recent = this.#sender.sent.recent(mostRepeated);
    const repeated = recent[this.#turn++ % recent.length];
    return repeated !== undefined && this.#sender.sendProbe(repeated, nowMs);
  }

  #missingBytes(nowMs: number): number {
    return this.#bytesPerMs * (nowMs - this.#fromMs) - (this.#sender.bytes - this.#fromBytes);
  }

  #forgetMissed(nowMs: number): void {
    const tooMuch = this.#missingBytes(nowMs) - this.#bytesPerMs * mostBehindMs;
    if (tooMuch > 0) this.#fromBytes -= tooMuch;
  }
}
