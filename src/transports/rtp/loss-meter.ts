import type { ReportBlock } from './rtcp/packets.js';

// Viewers report with each NACK too: of two packets, one lost would be a half.
const leastPackets = 30;
const longestMs = 500;

/** The share of packets lost between two receiver reports that are far enough apart to say something of it. */
export class LossMeter {
  #highest = 0;
  #lost = 0;
  #atMs = Number.NaN;

  /** 0 to 1; null where too little was expected since it was told last. */
  read({ highestSequence, packetsLost, lossRatio }: ReportBlock, nowMs: number): number | null {
    const expected = (highestSequence - this.#highest) | 0;
    const lost = packetsLost - this.#lost;
    const isFirst = Number.isNaN(this.#atMs);
    if (!isFirst && (expected <= 0 || (expected < leastPackets && nowMs - this.#atMs < longestMs))) return null;
    this.#highest = highestSequence;
    this.#lost = packetsLost;
    this.#atMs = nowMs;
    return isFirst ? lossRatio : Math.min(1, Math.max(0, lost / expected));
  }
}
