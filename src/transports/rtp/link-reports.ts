import type { VideoFeedback } from '../../hub/video-link.js';
import { LossMeter } from './loss-meter.js';
import type { RtcpPacket } from './rtcp/packets.js';
import type { SenderReports } from './sender-reports.js';
import type { TransportHistory } from './transport-history.js';

type Report = { -readonly [K in keyof VideoFeedback]: VideoFeedback[K] };

// About ten seconds of reports, where nobody hears them.
const mostKept = 128;

/**
 * Gathers what a viewer's RTCP tells of its link, for the adaptation to hear: at once, since what waits for it until the
 * garbage collector comes by is old to that, and stays for long.
 */
export class LinkReports {
  readonly #ssrc: number;
  readonly #transport: TransportHistory;
  readonly #senderReports: SenderReports;
  readonly #loss = new LossMeter();
  readonly #kept: VideoFeedback[] = [];
  #listener: ((feedback: VideoFeedback) => void) | null = null;
  #rttMs: number | null = null;
  #isHeard = false;

  constructor(ssrc: number, transport: TransportHistory, senderReports: SenderReports) {
    this.#ssrc = ssrc;
    this.#transport = transport;
    this.#senderReports = senderReports;
  }

  /** Of the last receiver report that told it. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  /** Whether anything was told yet. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** Calls `listener` with each report, as it comes; first with those of the last seconds that nobody heard. */
  listen(listener: (feedback: VideoFeedback) => void): void {
    this.#listener = listener;
    for (const report of this.#kept.splice(0)) listener(report);
  }

  hear(packets: readonly RtcpPacket[], nowMs: number): void {
    const report: Report = { atMs: nowMs, packets: [], lossRatio: null, estimateBps: null, rttMs: null };
    for (const packet of packets) this.#add(packet, report);
    const { lossRatio, estimateBps, rttMs } = report;
    if (lossRatio === null && estimateBps === null && rttMs === null && report.packets.length === 0) return;
    this.#isHeard = true;
    if (this.#listener !== null) this.#listener(report);
    else this.#keep(report);
  }

  #keep(report: VideoFeedback): void {
    this.#kept.push(report);
    if (this.#kept.length > mostKept) this.#kept.shift();
  }

  #add(packet: RtcpPacket, report: Report): void {
    switch (packet.type) {
      case 'receiver-report':
      case 'sender-report':
        for (const block of packet.reports) {
          if (block.ssrc !== this.#ssrc) continue;
          report.lossRatio = this.#loss.read(block, report.atMs);
          report.rttMs = this.#senderReports.roundTripMs(block, report.atMs);
          this.#rttMs = report.rttMs ?? this.#rttMs;
        }
        return;
      case 'bitrate-estimate':
        report.estimateBps = packet.bitrateBps;
        return;
      case 'transport-feedback':
        // Most messages hold one.
        report.packets = joined(report.packets, this.#transport.results(packet));
        return;
    }
  }
}

function joined<T>(before: readonly T[], more: readonly T[]): readonly T[] {
  return before.length === 0 ? more : [...before, ...more];
}
