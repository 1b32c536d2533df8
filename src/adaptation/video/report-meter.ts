import type { VideoFeedback } from '../../hub/video-link.js';
import { congestionLoss } from './loss-window.js';
import { finiteOrNull } from './packets.js';
import type { ProbeOrder, ProbeResult } from './probe-meter.js';

// Receivers put their estimate at this share of what came through when delay grew (draft-ietf-rmcat-gcc-02, 5.5).
const estimateShare = 0.85;
const belowShare = 0.95;
const longQueueMs = 200;
// One report may be unlucky.
const reportsInARow = 2;
const steadyShare = 0.25;
// For as long what a report said counts.
const validMs = 5000;
// A report after the end of a probe tells of its last part; one a second later tells nothing of it any more.
const settleMs = 100;
const reportMs = 1200;
const patienceMs = 6000;
const mostExtraLoss = 0.03;
const mostExtraRttMs = 60;

/** What is known of a link whose viewer tells nothing of single packets: loss, round trips, and maybe an own estimate. */
export class ReportMeter {
  #lossRatio: number | null = null;
  #rttMs: number | null = null;
  #leastRttMs = Number.POSITIVE_INFINITY;
  #badReports = 0;
  #limitBps: number | null = null;
  #limitedMs = Number.NEGATIVE_INFINITY;
  #lossMs = Number.NEGATIVE_INFINITY;
  #sentBps = 0;
  #ignoredMs = Number.NEGATIVE_INFINITY;
  #lossBefore = 0;
  #worstLoss = 0;
  #worstQueueMs = 0;

  /** Share of packets lost, 0 to 1, by the last receiver report; null before the first. */
  get lossRatio(): number | null {
    return this.#lossRatio;
  }

  get rttMs(): number | null {
    return this.#rttMs;
  }

  /** How long packets wait, by the round trip; null before the first is known. */
  get queueMs(): number | null {
    return this.#rttMs === null ? null : this.#rttMs - this.#leastRttMs;
  }

  /** Takes the parts of a report that say something. `sentBps` is what was sent meanwhile. */
  add({ atMs, lossRatio, estimateBps, rttMs }: VideoFeedback, sentBps: number): void {
    const loss = finiteOrNull(lossRatio);
    const rtt = finiteOrNull(rttMs);
    const estimate = finiteOrNull(estimateBps);
    if (loss !== null) {
      this.#lossRatio = Math.min(1, loss);
      this.#lossMs = atMs;
      this.#worstLoss = Math.max(this.#worstLoss, this.#lossRatio);
    }
    if (rtt !== null) {
      this.#rttMs = rtt;
      this.#leastRttMs = Math.min(this.#leastRttMs, rtt);
      this.#worstQueueMs = Math.max(this.#worstQueueMs, rtt - this.#leastRttMs);
    }
    if (loss === null && rtt === null && estimate === null) return;
    // After a switch a report tells of what was before, too.
    const isSteady = Math.abs(sentBps - this.#sentBps) <= steadyShare * sentBps;
    this.#sentBps = sentBps;
    if (isSteady && atMs >= this.#ignoredMs) this.#judge(atMs, this.#limitOf(loss, rtt, estimate, sentBps));
    else this.#badReports = 0;
  }

  /** What the link carries where it showed too little in the last reports, bit/s; else null. */
  limitBps(nowMs: number): number | null {
    return nowMs - this.#limitedMs < validMs ? this.#limitBps : null;
  }

  /** From now on it is found out what reports say of a probe; they say nothing of what the video alone does. */
  beginProbe({ startMs, durationMs }: ProbeOrder): void {
    this.#ignoredMs = startMs + durationMs + reportMs;
    this.#limitBps = null;
    this.#lossBefore = this.#lossRatio ?? 0;
    this.#worstLoss = 0;
    this.#worstQueueMs = 0;
  }

  /** What came of the probe: all of it, where nothing became worse by it. */
  readProbe({ bitrateBps, startMs, durationMs }: ProbeOrder, nowMs: number): ProbeResult {
    const endMs = startMs + durationMs;
    const isHeard = this.#lossMs >= endMs + settleMs;
    const isWorse = this.#worstLoss > this.#lossBefore + mostExtraLoss || this.#worstQueueMs > mostExtraRttMs;
    const isUnhindered = isHeard && !isWorse;
    const isOver = isHeard || nowMs >= endMs + patienceMs;
    return { isOver, carriedBps: isUnhindered ? bitrateBps : null, isUnhindered };
  }

  /** What a report says that the link carries, bit/s; infinite where it says nothing of the kind. */
  #limitOf(loss: number | null, rtt: number | null, estimateBps: number | null, sentBps: number): number {
    const isQueueing = rtt !== null && rtt - this.#leastRttMs > longQueueMs;
    const isBelow = estimateBps !== null && estimateBps < belowShare * sentBps;
    return Math.min(
      loss !== null && loss > congestionLoss ? sentBps * Math.max(0, 1 - loss) : Number.POSITIVE_INFINITY,
      isQueueing ? estimateShare * sentBps : Number.POSITIVE_INFINITY,
      isBelow ? estimateBps / estimateShare : Number.POSITIVE_INFINITY,
    );
  }

  #judge(atMs: number, limitBps: number): void {
    if (!Number.isFinite(limitBps)) {
      this.#badReports = 0;
      this.#limitBps = null;
      return;
    }
    this.#badReports++;
    if (this.#badReports < reportsInARow) return;
    this.#limitedMs = atMs;
    this.#limitBps = limitBps;
  }
}
