import type { PacketSender } from './packet-sender.js';
import { TokenBucket } from './token-bucket.js';

/** What a viewer's wish to have packets again is weighed by. */
export interface RetransmissionConditions {
  readonly nowMs: number;
  /** Null where it isn't known. */
  readonly rttMs: number | null;
  /** What is sent now, bit/s. */
  readonly sentBps: number;
  /** What the link was found to carry, bit/s; null where it never showed a limit. */
  readonly linkBps: number | null;
}

const defaultRttMs = 100;
const leastRttMs = 10;
const share = 0.3;
const leastBps = 150_000;
const burstMs = 500;
const leastBurstBytes = 20_000;
const mostRemembered = 1024;

/**
 * Sends packets again that the viewer didn't get: each not more often than once in a round trip, and all of them
 * together not faster than a share of what is sent anyway, or of what the link carries. What is left out, the viewer asks for once more.
 */
export class Retransmission {
  readonly #sender: PacketSender;
  /** When a packet was last sent again, by its sequence number; the oldest first. */
  readonly #sentMs = new Map<number, number>();
  readonly #budgetBytes = new TokenBucket(leastBurstBytes);
  #packets = 0;

  constructor(sender: PacketSender) {
    this.#sender = sender;
  }

  /** How many were sent again. */
  get packets(): number {
    return this.#packets;
  }

  /** Answers a NACK. False where a packet that the viewer can't go on without isn't kept any more. */
  answer(sequences: readonly number[], conditions: RetransmissionConditions): boolean {
    const { nowMs, rttMs, sentBps, linkBps } = conditions;
    this.#refill(nowMs, Math.max(leastBps, share * Math.min(sentBps, linkBps ?? sentBps)));
    const notAgainMs = Math.max(leastRttMs, rttMs ?? defaultRttMs);
    let hasAll = true;
    for (const sequence of sequences) {
      const found = this.#sender.sent.find(sequence);
      if (found === 'gone') hasAll = false;
      if (typeof found === 'string' || this.#budgetBytes.tokens <= 0) continue;
      const lastMs = this.#sentMs.get(found.sequence);
      if (lastMs !== undefined && nowMs - lastMs < notAgainMs) continue;
      const bytes = this.#sender.bytes;
      if (!this.#sender.sendAgain(found, nowMs)) break;
      this.#budgetBytes.spend(this.#sender.bytes - bytes);
      this.#packets++;
      this.#remember(found.sequence, nowMs);
    }
    return hasAll;
  }

  #refill(nowMs: number, bps: number): void {
    this.#budgetBytes.refill(nowMs, bps / 8000, Math.max(leastBurstBytes, (bps * burstMs) / 8000));
  }

  #remember(sequence: number, nowMs: number): void {
    this.#sentMs.delete(sequence);
    this.#sentMs.set(sequence, nowMs);
    if (this.#sentMs.size <= mostRemembered) return;
    const [oldest] = this.#sentMs.keys();
    if (oldest !== undefined) this.#sentMs.delete(oldest);
  }
}
