import { TokenBucket } from './token-bucket.js';

/** What a viewer's packets are paced by. */
export interface PaceConditions {
  /** What the tier amounts to, bit/s. */
  readonly tierBps: number;
  /** Access units a second. */
  readonly fps: number;
  /** What the link was found to carry, bit/s; null where it never showed a limit. */
  readonly linkBps: number | null;
  /** Whether the viewer has told anything of its link yet. */
  readonly isLinkHeard: boolean;
  /** What waits to be sent. */
  readonly queuedBytes: number;
}

const tierFactor = 2.5;
// A link is measured by packets that queue in it.
const linkFactor = 1.5;
const intervalShare = 2 / 3;
const shortestIntervalMs = 8;
const longestIntervalMs = 100;
// However slow the link: a queue that grows older than this helps nobody.
const longestQueueMs = 300;
const leastBurstBytes = 5_000;
const mostBurstBytes = 20_000;

/**
 * How fast packets leave, so that a keyframe doesn't overrun a slow link. What is about as large as an access unit
 * usually is goes at once. The rest goes at two and a half times the tier's bit rate or one and a half times the link's,
 * whichever is more; over a link that has shown no limit, within two thirds of the time between two access units.
 */
export class Pace {
  #bytesPerMs = 0;
  #burstBytes = leastBurstBytes;
  readonly #budgetBytes = new TokenBucket(leastBurstBytes);

  adjust({ tierBps, fps, linkBps, isLinkHeard, queuedBytes }: PaceConditions): void {
    const intervalMs = Math.min(longestIntervalMs, Math.max(shortestIntervalMs, 1000 / fps));
    const withinMs = linkBps === null && isLinkHeard ? intervalShare * intervalMs : longestQueueMs;
    this.#bytesPerMs = Math.max(
      (tierFactor * tierBps) / 8000,
      (linkFactor * (linkBps ?? 0)) / 8000,
      queuedBytes / withinMs,
    );
    const usual = (tierBps * intervalMs) / 8000;
    this.#burstBytes = Math.min(mostBurstBytes, Math.max(leastBurstBytes, 2 * usual));
  }

  /** Whether a packet may leave now. */
  allows(nowMs: number): boolean {
    this.#budgetBytes.refill(nowMs, this.#bytesPerMs, this.#burstBytes);
    return this.#budgetBytes.tokens > 0;
  }

  spend(bytes: number): void {
    this.#budgetBytes.spend(bytes);
  }
}
