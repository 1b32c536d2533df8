import { wallClockMs } from '../../core/clock.js';
import { buildBye, buildSenderReport, compactNtp, type SenderFacts } from './rtcp/build.js';
import type { ReportBlock } from './rtcp/packets.js';

interface Sent {
  readonly compactNtp: number;
  readonly atMs: number;
}

/** What a report tells beside its time. */
export type SenderCounts = Pick<SenderFacts, 'packets' | 'payloadBytes'>;

const intervalMs = 1000;
const mostRemembered = 8;

/**
 * The sender reports of one stream, about one a second while there is something to send, and the round trip that the
 * answers to them show.
 */
export class SenderReports {
  readonly #source: Pick<SenderFacts, 'ssrc' | 'cname'>;
  readonly #random: () => number;
  readonly #timestampAt: (momentMs: number) => number;
  readonly #sent: Sent[] = [];
  #dueMs = Number.NEGATIVE_INFINITY;

  /** `timestampAt` maps a moment of CLOCK_MONOTONIC to the stream's RTP timestamp. */
  constructor(
    source: Pick<SenderFacts, 'ssrc' | 'cname'>,
    timestampAt: (momentMs: number) => number,
    random: () => number,
  ) {
    this.#source = source;
    this.#timestampAt = timestampAt;
    this.#random = random;
  }

  /** The next report where it is due, else null. */
  next(counts: SenderCounts, nowMs: number): Uint8Array | null {
    if (nowMs < this.#dueMs) return null;
    // RFC 3550, 6.3.1: never in step with others.
    this.#dueMs = nowMs + intervalMs * (0.8 + 0.4 * this.#random());
    const facts = this.#facts(counts, nowMs);
    this.#sent.push({ compactNtp: compactNtp(facts.wallClockMs), atMs: nowMs });
    if (this.#sent.length > mostRemembered) this.#sent.shift();
    return buildSenderReport(facts);
  }

  bye(counts: SenderCounts, nowMs: number): Uint8Array {
    return buildBye(this.#facts(counts, nowMs));
  }

  /** RFC 3550, 6.4.1, by when the report was really sent, so that the wall clock may jump; null where it isn't known. */
  roundTripMs({ lastSenderReport, delaySinceLastSenderReportMs }: ReportBlock, nowMs: number): number | null {
    const answered = this.#sent.find((sent) => sent.compactNtp === lastSenderReport);
    if (answered === undefined) return null;
    const rttMs = nowMs - answered.atMs - delaySinceLastSenderReportMs;
    return rttMs < 0 ? null : rttMs;
  }

  #facts(counts: SenderCounts, nowMs: number): SenderFacts {
    return {
      ssrc: this.#source.ssrc,
      cname: this.#source.cname,
      packets: counts.packets,
      payloadBytes: counts.payloadBytes,
      wallClockMs: wallClockMs(nowMs),
      rtpTimestamp: this.#timestampAt(nowMs),
    };
  }
}
