import { decideVideo, startVideoAdaptation, type VideoAdaptationState } from '../../src/adaptation/video/decide.js';
import { type LinkEstimate, LinkEstimator } from '../../src/adaptation/video/link-estimator.js';
import type { PacketResult, VideoFeedback } from '../../src/hub/video-link.js';
import { type SimulatedUdpLink, UdpLinkModel } from './udp-link-model.js';
import { type ShownFrame, VideoReceiverModel } from './video-receiver-model.js';
import { type SimulatedPacket, type SimulatedTier, VideoSenderModel } from './video-sender-model.js';

export interface SimulatedVideoRun {
  /** Best first. */
  readonly tiers: readonly SimulatedTier[];
  readonly link: SimulatedUdpLink;
  readonly durationMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  /** The best where left out. */
  readonly firstTier?: string;
  /** What the viewer tells: of every packet, or only in receiver reports. */
  readonly feedback?: 'packets' | 'reports';
  /** How the viewer's clock is off at a moment. */
  readonly clockOffsetMs?: (atMs: number) => number;
}

export interface VideoSwitch {
  readonly atMs: number;
  readonly tier: string;
  readonly reason: string;
  readonly linkBps: number | null;
}

export interface SimulatedVideoOutcome {
  readonly switches: readonly VideoSwitch[];
  readonly shown: readonly ShownFrame[];
  readonly estimates: readonly (LinkEstimate & { readonly atMs: number })[];
  readonly probes: readonly number[];
  /** The tier that was chosen at a moment. */
  tierAt(ms: number): string;
  /** The longest time without a new picture from a moment on. */
  longestFreezeMs(fromMs: number): number;
}

const lookMs = 100;
const feedbackMs = 100;
const reportMs = 1000;
const resendMs = 20;
const mostResends = 10;

interface Sent {
  readonly packet: SimulatedPacket;
  readonly sentMs: number;
  readonly arrivedMs: number | null;
}

/** Runs the adaptation of one viewer of video over a model of its link. */
export function simulateVideo(run: SimulatedVideoRun): SimulatedVideoOutcome {
  const simulation = new Simulation(run);
  for (let nowMs = 0; nowMs < run.durationMs; nowMs++) simulation.step(nowMs);
  return simulation.outcome();
}

class Simulation {
  readonly #run: SimulatedVideoRun;
  readonly #link: UdpLinkModel;
  readonly #sender: VideoSenderModel;
  readonly #receiver: VideoReceiverModel;
  readonly #estimator = new LinkEstimator();
  #state: VideoAdaptationState;
  readonly #switches: VideoSwitch[] = [];
  readonly #estimates: (LinkEstimate & { atMs: number })[] = [];
  readonly #probes: number[] = [];
  #sent: Sent[] = [];
  #flying: (Sent & { readonly arrivedMs: number })[] = [];
  #resends: { readonly atMs: number; readonly packet: SimulatedPacket; readonly times: number }[] = [];
  readonly #timesSent = new Map<SimulatedPacket, number>();
  #heard: { readonly atMs: number; readonly feedback: VideoFeedback }[] = [];
  #reported = { sent: 0, lost: 0 };

  constructor(run: SimulatedVideoRun) {
    this.#run = run;
    this.#link = new UdpLinkModel(run.link, run.random);
    const first = run.firstTier ?? run.tiers[0]?.name ?? '';
    this.#sender = new VideoSenderModel(run.tiers, first, run.random);
    this.#receiver = new VideoReceiverModel(this.#sender.frames);
    this.#state = startVideoAdaptation(first, 0);
  }

  step(nowMs: number): void {
    for (const packet of this.#sender.step(nowMs)) this.#send(packet, nowMs);
    this.#resend(nowMs);
    this.#arrive(nowMs);
    if (this.#receiver.asksForKeyframe(nowMs)) this.#sender.wantKeyframe();
    if (nowMs % feedbackMs === 0) this.#report(nowMs);
    if (nowMs % lookMs === lookMs / 2) this.#look(nowMs);
  }

  outcome(): SimulatedVideoOutcome {
    const first = this.#run.firstTier ?? this.#run.tiers[0]?.name ?? '';
    const { shown } = this.#receiver;
    return {
      switches: this.#switches,
      shown,
      estimates: this.#estimates,
      probes: this.#probes,
      tierAt: (ms) => this.#switches.findLast(({ atMs }) => atMs <= ms)?.tier ?? first,
      longestFreezeMs: (fromMs) => {
        const times = [fromMs, ...shown.map(({ atMs }) => atMs).filter((atMs) => atMs > fromMs), this.#run.durationMs];
        return Math.max(...times.map((atMs, i) => atMs - (times[i - 1] ?? fromMs)));
      },
    };
  }

  #send(packet: SimulatedPacket, nowMs: number): void {
    const arrivedMs = this.#link.send(packet.bytes, nowMs);
    const sent = { packet, sentMs: nowMs, arrivedMs };
    this.#sent.push(sent);
    this.#reported.sent++;
    if (arrivedMs !== null) {
      this.#flying.push({ ...sent, arrivedMs });
      return;
    }
    this.#reported.lost++;
    const times = this.#timesSent.get(packet) ?? 0;
    if (packet.frame === null || times >= mostResends) return;
    this.#timesSent.set(packet, times + 1);
    this.#resends.push({ atMs: nowMs + this.#roundTripMs(nowMs) + resendMs, packet, times: times + 1 });
  }

  #resend(nowMs: number): void {
    const due = this.#resends.filter(({ atMs }) => atMs <= nowMs);
    if (due.length === 0) return;
    this.#resends = this.#resends.filter(({ atMs }) => atMs > nowMs);
    for (const { packet } of due) {
      if (packet.frame !== null && this.#receiver.wants(packet.frame)) this.#send(packet, nowMs);
    }
  }

  #arrive(nowMs: number): void {
    for (let next = this.#flying[0]; next !== undefined && next.arrivedMs <= nowMs; next = this.#flying[0]) {
      this.#flying.shift();
      if (next.packet.frame !== null) this.#receiver.arrive(next.packet.frame, nowMs);
    }
  }

  #roundTripMs(nowMs: number): number {
    const last = this.#flying.at(-1);
    const { rttMs } = this.#run.link;
    return last === undefined ? rttMs : Math.max(0, last.arrivedMs - nowMs) + rttMs / 2;
  }

  /** The viewer tells of all packets up to the last that arrived. */
  #report(nowMs: number): void {
    const { feedback = 'packets', clockOffsetMs = () => 0, link } = this.#run;
    const last = this.#sent.findLastIndex(({ arrivedMs }) => arrivedMs !== null && arrivedMs <= nowMs);
    const told = this.#sent.splice(0, last + 1);
    const packets: PacketResult[] = told.map(({ packet, sentMs, arrivedMs }) => ({
      sentMs,
      arrivedMs: arrivedMs === null ? null : Math.round(4 * (arrivedMs + clockOffsetMs(arrivedMs))) / 4,
      bytes: packet.bytes,
      isProbe: packet.isProbe,
    }));
    const isReport = nowMs % reportMs === reportMs - feedbackMs && this.#reported.sent > 0;
    const { sent, lost } = this.#reported;
    const said = {
      packets: feedback === 'packets' ? packets : [],
      lossRatio: isReport ? Math.floor((256 * lost) / sent) / 256 : null,
      estimateBps: null,
      rttMs: isReport ? this.#roundTripMs(nowMs) : null,
    };
    if (isReport) this.#reported = { sent: 0, lost: 0 };
    const atMs = nowMs + link.rttMs / 2;
    if (said.packets.length > 0 || isReport) this.#heard.push({ atMs, feedback: { atMs, ...said } });
  }

  #look(nowMs: number): void {
    const heard = this.#heard.filter(({ atMs }) => atMs <= nowMs);
    this.#heard = this.#heard.filter(({ atMs }) => atMs > nowMs);
    for (const { feedback } of heard) this.#estimator.add(feedback, this.#sender.sentBps);
    const link = this.#estimator.read(nowMs);
    this.#estimates.push({ ...link, atMs: nowMs });
    const options = this.#run.tiers.map(({ name, bitrateBps }) => ({ name, bitrateBps, mostBps: bitrateBps }));
    const before = this.#state;
    const { state, reason } = decideVideo(before, { nowMs, link, options });
    this.#state = state;
    this.#sender.linkBps = link.linkBps;
    if (state.probe !== before.probe) this.#probe(nowMs);
    if (reason === null) return;
    this.#sender.moveTo(state.tier, nowMs);
    this.#switches.push({ atMs: nowMs, tier: state.tier, reason, linkBps: link.linkBps });
  }

  #probe(nowMs: number): void {
    const { probe } = this.#state;
    if (probe === null) {
      this.#estimator.endProbe();
      this.#sender.probe(0, nowMs);
      return;
    }
    this.#probes.push(nowMs);
    this.#estimator.beginProbe(probe.order);
    this.#sender.probe(probe.order.bitrateBps, nowMs + probe.order.durationMs);
  }
}
