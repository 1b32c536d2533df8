import type { PacketResult, VideoFeedback } from '../../hub/video-link.js';
import { CarriedRate } from './carried-rate.js';
import { LossWindow } from './loss-window.js';
import { type Arrival, arrivalsOf, finiteOrNull, packetsOnTheWay } from './packets.js';
import { ProbeMeter, type ProbeOrder, type ProbeResult } from './probe-meter.js';
import { QueueingDelay } from './queueing-delay.js';
import { ReportMeter } from './report-meter.js';
import { Trendline } from './trendline.js';

/** What is known of a viewer's link. */
export interface LinkEstimate {
  /** Whether the viewer tells of every packet. */
  readonly tellsPackets: boolean;
  /** What it carries, bit/s, as far as it ever showed; null: it never showed a limit. */
  readonly linkBps: number | null;
  /** What it carried lately while it was at its limit, bit/s; null where it wasn't. */
  readonly limitBps: number | null;
  /** Packets wait longer and longer, or more is lost than chance explains. */
  readonly isCongested: boolean;
  /** Share of packets lost lately, 0 to 1; null where nothing is known of it. */
  readonly lossRatio: number | null;
  readonly rttMs: number | null;
  /** How long packets wait on their way at least, even between frames; null where nothing is known of it. */
  readonly queueMs: number | null;
  /** What came through in the last half second, bit/s; null where the viewer doesn't tell. */
  readonly arrivedBps: number | null;
  /** Of the probe that was begun last; null where there was none, or it was ended. */
  readonly probe: ProbeResult | null;
}

// A clock that was set, or a way that was cut: what is known of delays says nothing any more. As libwebrtc has it.
const clockJumpMs = 3000;
// For as long after the last feedback on packets a viewer counts as one that gives it.
const packetFeedbackMs = 5000;

/** Estimates a link from what its viewer tells. Whatever it tells, the figures are finite. */
export class LinkEstimator {
  readonly #delay = new QueueingDelay();
  readonly #trend = new Trendline();
  readonly #carried = new CarriedRate();
  readonly #loss = new LossWindow();
  readonly #reports = new ReportMeter();
  #linkBps: number | null = null;
  #lastWayMs: number | null = null;
  #packetsMs = Number.NEGATIVE_INFINITY;
  #probe: { readonly order: ProbeOrder; readonly meter: ProbeMeter } | null = null;

  /** `sentBps` is what is sent now, without probes. */
  add(feedback: VideoFeedback, sentBps: number): void {
    const packets = packetsOnTheWay(feedback.packets);
    if (packets.length > 0) {
      this.#packetsMs = feedback.atMs;
      this.#addPackets(packets);
    }
    this.#reports.add(feedback, finiteOrNull(sentBps) ?? 0);
  }

  beginProbe(order: ProbeOrder): void {
    const lossBefore = this.#lossRatio(order.startMs) ?? 0;
    this.#probe = { order, meter: new ProbeMeter(order, lossBefore) };
    this.#reports.beginProbe(order);
  }

  endProbe(): void {
    this.#probe = null;
  }

  /** Tells what is known at the moment. */
  read(nowMs: number): LinkEstimate {
    const tellsPackets = this.#tellsPackets(nowMs);
    const congestedBps = tellsPackets ? this.#loss.congestedBps : this.#reports.limitBps(nowMs);
    // What was lost while a queue overflowed is better known by how fast the queue drained.
    const limitBps = (tellsPackets ? this.#carried.linkBps : null) ?? congestedBps;
    const isGrowing = this.#trend.isGrowing && this.#delay.growthMs > leastGrowthMs;
    const isDelayed = tellsPackets && (isGrowing || this.#delay.isCongested);
    const arrivedBps = tellsPackets ? this.#carried.arrivedBps : null;
    const probe = this.#readProbe(nowMs, tellsPackets);
    this.#learn(limitBps, arrivedBps, probe);
    return {
      tellsPackets,
      linkBps: this.#linkBps,
      limitBps,
      isCongested: congestedBps !== null || isDelayed,
      lossRatio: this.#lossRatio(nowMs),
      rttMs: this.#reports.rttMs,
      queueMs: tellsPackets ? this.#delay.standingMs : this.#reports.queueMs,
      arrivedBps,
      probe,
    };
  }

  #tellsPackets(nowMs: number): boolean {
    return nowMs - this.#packetsMs < packetFeedbackMs;
  }

  #lossRatio(nowMs: number): number | null {
    return this.#tellsPackets(nowMs) ? this.#loss.lossRatio : this.#reports.lossRatio;
  }

  /** A limit that shows is what the link carries; else it carries what it did, or what it was seen to carry since. */
  #learn(limitBps: number | null, arrivedBps: number | null, probe: ProbeResult | null): void {
    if (limitBps !== null && limitBps > 0) this.#linkBps = limitBps;
    if (this.#linkBps === null) return;
    const probedBps = probe?.isOver ? (probe.carriedBps ?? 0) : 0;
    if (limitBps === null) this.#linkBps = Math.max(this.#linkBps, arrivedBps ?? 0, probedBps);
  }

  #readProbe(nowMs: number, tellsPackets: boolean): ProbeResult | null {
    if (this.#probe === null) return null;
    const { order, meter } = this.#probe;
    return tellsPackets ? meter.read(nowMs) : this.#reports.readProbe(order, nowMs);
  }

  #addPackets(packets: readonly PacketResult[]): void {
    for (const packet of packets) {
      this.#loss.add(packet);
      if (packet.arrivedMs === null) this.#probe?.meter.addLost(packet.sentMs);
    }
    for (const arrival of arrivalsOf(packets)) this.#addArrival(arrival);
    if ((this.#loss.lossRatio ?? 0) < mostChanceLoss) this.#delay.acceptLongerWay();
  }

  #addArrival(arrival: Arrival): void {
    const wayMs = arrival.arrivedMs - arrival.sentMs;
    if (this.#lastWayMs !== null && Math.abs(wayMs - this.#lastWayMs) > clockJumpMs) this.#forgetDelays();
    this.#lastWayMs = wayMs;
    const queueMs = this.#delay.add(arrival);
    this.#trend.add(arrival);
    const carried = this.#carried.add(arrival, this.#delay.wayMs, queueMs);
    this.#probe?.meter.add(carried);
  }

  #forgetDelays(): void {
    this.#delay.reset();
    this.#trend.reset();
    this.#carried.reset();
  }
}

// One step to a longer way bends the line for a while.
const leastGrowthMs = 4;
const mostChanceLoss = 0.02;
