/**
 * One viewer's RTP stream: the packets of its tier under its own sequence numbers and timestamps, paced, and sent again
 * where it lost some; and its RTCP. Knows neither sockets nor SDP.
 *
 *     const pacer = new Pacer(clock);                     // one for all viewers; close() it at the very end
 *     const tier = new RtpTier({ channel, clock });       // one for each VideoChannel, for all its viewers
 *     const stream = new ViewerStream({ clock, random: Math.random, pacer, send, negotiated, onAccessUnit });
 *     stream.switchTo(tier);            // from the tier's next keyframe on; the tier before it goes on until then
 *     stream.onRtcp(bytes);             // whatever RTCP comes from the viewer
 *     stream.listen(hear); stream.sentBps; stream.probe(bps, ms); stream.setLinkBps(bps);    // VideoConnection
 *     stream.tier; stream.wantedTier; stream.rttMs; stream.linkBps; stream.stats();
 *     stream.close();                   // says BYE and leaves its tiers; idempotent
 *
 * `send` must copy, since header and packet are written over for the next viewer, and must not throw; false says that
 * the packet wasn't taken: it is tried again for a moment, then the viewer goes on with the next keyframe.
 */
import type { Clock } from '../../core/clock.js';
import { RateMeter } from '../../core/rate.js';
import type { VideoConnection, VideoFeedback } from '../../hub/video-link.js';
import type { RtpAccessUnit } from './access-unit.js';
import { KeyframeRequests } from './keyframe-requests.js';
import { LinkReports } from './link-reports.js';
import type { Paced, Pacer } from './pacer.js';
import { type NegotiatedStreams, PacketSender, type Send } from './packet-sender.js';
import { Probe } from './probe.js';
import { Retransmission } from './retransmission.js';
import type { RtcpPacket } from './rtcp/packets.js';
import { parseRtcp } from './rtcp/parse.js';
import { SendQueue } from './send-queue.js';
import { SenderReports } from './sender-reports.js';
import type { RtpTier } from './tier-packets.js';
import { TierSwitch } from './tier-switch.js';
import { RtpTimeline } from './timeline.js';

export interface Negotiated extends NegotiatedStreams {
  /** RFC 3550, 6.5.1; the one in the session description. */
  readonly cname: string;
  /** Whether the viewer may ask for packets again (RFC 4585, 6.2.1). */
  readonly nack: boolean;
}

export interface ViewerStreamOptions {
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly pacer: Pacer;
  readonly send: Send;
  readonly negotiated: Negotiated;
  /** The last packet of an access unit was handed over. */
  readonly onAccessUnit?: (unit: RtpAccessUnit, tier: RtpTier) => void;
  /** The first keyframe of another tier is about to be sent. */
  readonly onTier?: (tier: RtpTier) => void;
}

export interface StreamStats {
  /** Access units sent whole. */
  readonly delivered: number;
  /** Access units left out, wholly or in part, since the viewer was slow. */
  readonly droppedSlow: number;
  /** Of all RTP packets, headers included; probes and what was sent again too. */
  readonly bytes: number;
  readonly probeBytes: number;
  /** Packets sent again. */
  readonly retransmitted: number;
}

/** Owns its place in its tiers and in the pacer, from its construction to `close()`. */
export class ViewerStream implements VideoConnection, Paced {
  readonly #options: ViewerStreamOptions;
  readonly #sender: PacketSender;
  readonly #timeline: RtpTimeline;
  readonly #senderReports: SenderReports;
  readonly #linkReports: LinkReports;
  readonly #retransmission: Retransmission;
  readonly #keyframes = new KeyframeRequests();
  readonly #probe: Probe;
  readonly #tiers: TierSwitch;
  readonly #queue: SendQueue;
  readonly #rate: RateMeter;
  #countedBytes = 0;
  #linkBps: number | null = null;
  #isClosed = false;

  /** Throws a RangeError where a header extension can't be written. */
  constructor(options: ViewerStreamOptions) {
    const { clock, random, send, negotiated, onAccessUnit } = options;
    const timeline = new RtpTimeline(random);
    this.#timeline = timeline;
    this.#options = options;
    this.#sender = new PacketSender(negotiated, send, random);
    this.#senderReports = new SenderReports(negotiated, (momentMs) => timeline.at(momentMs), random);
    this.#linkReports = new LinkReports(negotiated.ssrc, this.#sender.transport, this.#senderReports);
    this.#retransmission = new Retransmission(this.#sender);
    this.#probe = new Probe(this.#sender, negotiated.rtx !== undefined);
    this.#rate = new RateMeter(clock);
    this.#queue = new SendQueue({
      sender: this.#sender,
      timeline,
      linkBps: () => this.#linkBps,
      isLinkHeard: () => this.#linkReports.isHeard,
      onSent: (unit, tier) => {
        this.#keyframes.succeeded();
        onAccessUnit?.(unit, tier);
      },
      onBehind: () => {
        if (this.#keyframes.allowsAfterFailure(clock())) this.#tiers.requestKeyframe();
      },
    });
    this.#tiers = new TierSwitch({
      clock,
      deliver: (unit, tier) => this.#deliver(unit, tier),
      onTier: (tier) => options.onTier?.(tier),
    });
  }

  /** The RTP timestamp of a moment of CLOCK_MONOTONIC, whatever tier is sent. */
  timestampAt(momentMs: number): number {
    return this.#timeline.at(momentMs);
  }

  /** The tier whose pictures are sent; undefined before the first keyframe. */
  get tier(): RtpTier | undefined {
    return this.#tiers.current;
  }

  /** The tier that was asked for last. */
  get wantedTier(): RtpTier | undefined {
    return this.#tiers.wanted;
  }

  get sentBps(): number {
    return 8 * this.#rate.amountPerSecond();
  }

  /** Null before the first report that told it. */
  get rttMs(): number | null {
    return this.#linkReports.rttMs;
  }

  get linkBps(): number | null {
    return this.#linkBps;
  }

  stats(): StreamStats {
    return {
      delivered: this.#queue.delivered,
      droppedSlow: this.#queue.dropped,
      bytes: this.#sender.bytes,
      probeBytes: this.#sender.probeBytes,
      retransmitted: this.#retransmission.packets,
    };
  }

  /** From the tier's next keyframe on, which is asked for; until then the tier before goes on. */
  switchTo(tier: RtpTier): void {
    this.#tiers.switchTo(tier);
  }

  /** Takes whatever the viewer sent as RTCP; what makes no sense is left out. */
  onRtcp(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const packets = parseRtcp(bytes);
    const nowMs = this.#options.clock();
    this.#linkReports.hear(packets, nowMs);
    for (const packet of packets) this.#answer(packet, nowMs);
    this.#count();
  }

  listen(hear: (feedback: VideoFeedback) => void): void {
    this.#linkReports.listen(hear);
  }

  probe(bitrateBps: number, durationMs: number): void {
    if (this.#isClosed) return;
    this.#probe.start(bitrateBps, durationMs, this.#options.clock());
    this.#options.pacer.add(this);
  }

  setLinkBps(linkBps: number | null): void {
    this.#linkBps = linkBps;
  }

  /** For the pacer. */
  pace(nowMs: number): boolean {
    const isLeft = this.#queue.drain(nowMs);
    if (!isLeft) this.#probe.send(nowMs);
    this.#report(nowMs);
    this.#count();
    return !this.#isClosed && (isLeft || this.#probe.isActive(nowMs));
  }

  /** Says BYE and leaves its tiers. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.pacer.remove(this);
    this.#tiers.close();
    this.#queue.clear();
    this.#sender.sent.clear();
    this.#options.send(this.#senderReports.bye(this.#sender, this.#options.clock()));
  }

  #deliver(unit: RtpAccessUnit, tier: RtpTier): void {
    if (this.#isClosed) return;
    if (this.#isLeaving(tier)) this.#queue.leaveOut();
    else this.#queue.push(unit, tier);
    if (this.pace(this.#options.clock())) this.#options.pacer.add(this);
  }

  /** It waits for a tier that the link carries: what the one before it sends meanwhile would only be in the way. */
  #isLeaving(tier: RtpTier): boolean {
    return tier !== this.wantedTier && this.#linkBps !== null && tier.bitrateBps > this.#linkBps;
  }

  #answer(packet: RtcpPacket, nowMs: number): void {
    const { ssrc, nack } = this.#options.negotiated;
    switch (packet.type) {
      case 'picture-loss':
        if (packet.mediaSsrc === ssrc && this.#keyframes.allows(nowMs)) this.#tiers.requestKeyframe();
        return;
      case 'full-intra-request':
        for (const request of packet.requests) {
          if (request.ssrc !== ssrc || !this.#keyframes.allowsFir(request.sequence, nowMs)) continue;
          this.#tiers.requestKeyframe();
        }
        return;
      case 'nack':
        if (!nack || packet.mediaSsrc !== ssrc) return;
        if (this.#sendAgain(packet.sequences, nowMs)) return;
        if (this.#keyframes.allows(nowMs)) this.#tiers.requestKeyframe();
        return;
    }
  }

  /** False where a packet that the viewer can't go on without isn't kept any more. */
  #sendAgain(sequences: readonly number[], nowMs: number): boolean {
    const { rttMs, sentBps, linkBps } = this;
    return this.#retransmission.answer(sequences, { nowMs, rttMs, sentBps, linkBps });
  }

  #report(nowMs: number): void {
    if (this.#isClosed || this.#sender.packets === 0) return;
    const report = this.#senderReports.next(this.#sender, nowMs);
    if (report !== null) this.#options.send(report);
  }

  /** Into the rate goes what was sent since, without probes. */
  #count(): void {
    const bytes = this.#sender.bytes - this.#sender.probeBytes;
    if (bytes === this.#countedBytes) return;
    this.#rate.add(bytes - this.#countedBytes);
    this.#countedBytes = bytes;
  }
}
