import { headerBytes } from './udp-link-model.js';

/** A tier as an encoder gives it: frames at a rate, now and then one that is larger. */
export interface SimulatedTier {
  readonly name: string;
  readonly fps: number;
  /** As sent, all headers included. */
  readonly bitrateBps: number;
}

export interface SimulatedPacket {
  /** Its frame's number in the order of sending; null where it is padding. */
  readonly frame: number | null;
  readonly bytes: number;
  readonly isProbe: boolean;
}

export interface SimulatedFrame {
  readonly number: number;
  readonly capturedMs: number;
  readonly tier: string;
  readonly isKeyframe: boolean;
  readonly packets: number;
}

const packetBytes = 1200;
const keyframeTimes = 5;
const keyframeEveryMs = 2000;
const leastShare = 0.5;
const pacedShare = 2 / 3;
const pacedTimes = 2.5;
const longestQueueMs = 300;
const mostBurstBytes = 20_000;
// Until a tier that is wanted gives a keyframe.
const openingMs = 100;
const sizeSpread = 0.2;

/** What a server sends to one viewer: the frames of its tier, paced, and padding while a probe asks for it. */
export class VideoSenderModel {
  readonly frames: SimulatedFrame[] = [];
  linkBps: number | null = null;
  readonly #tiers: readonly SimulatedTier[];
  readonly #random: () => number;
  #tier: SimulatedTier;
  #wanted: { readonly tier: SimulatedTier; readonly fromMs: number } | null = null;
  #nextFrameMs = 0;
  #keyframeMs = Number.NEGATIVE_INFINITY;
  #keyframeWanted = true;
  #outbox: { readonly dueMs: number; readonly packet: SimulatedPacket }[] = [];
  #overBytes = 0;
  #paceFreeMs = 0;
  #probe: { readonly bitrateBps: number; readonly untilMs: number } | null = null;
  #probeDebt = 0;

  constructor(tiers: readonly SimulatedTier[], first: string, random: () => number) {
    this.#tiers = tiers;
    this.#random = random;
    this.#tier = this.#find(first);
  }

  get sentBps(): number {
    return this.#tier.bitrateBps;
  }

  moveTo(name: string, nowMs: number): void {
    this.#wanted = { tier: this.#find(name), fromMs: nowMs + openingMs };
  }

  wantKeyframe(): void {
    this.#keyframeWanted = true;
  }

  probe(bitrateBps: number, untilMs: number): void {
    this.#probe = { bitrateBps, untilMs };
    this.#probeDebt = 0;
  }

  /** What leaves in the millisecond. */
  step(nowMs: number): SimulatedPacket[] {
    if (nowMs >= this.#nextFrameMs) this.#encode(nowMs);
    const out: SimulatedPacket[] = [];
    for (let next = this.#outbox[0]; next !== undefined && next.dueMs <= nowMs; next = this.#outbox[0]) {
      out.push(next.packet);
      this.#outbox.shift();
    }
    return this.#pad(out, nowMs);
  }

  #encode(nowMs: number): void {
    if (this.#wanted !== null && nowMs >= this.#wanted.fromMs) {
      this.#tier = this.#wanted.tier;
      this.#wanted = null;
      this.#keyframeWanted = true;
    }
    const { fps, bitrateBps, name } = this.#tier;
    this.#nextFrameMs = nowMs + 1000 / fps;
    const isKeyframe = this.#keyframeWanted || nowMs - this.#keyframeMs >= keyframeEveryMs;
    if (isKeyframe) this.#keyframeMs = nowMs;
    this.#keyframeWanted = false;
    const group = (fps * keyframeEveryMs) / 1000;
    const meanBytes = (bitrateBps / 8 / fps) * (packetBytes / (packetBytes + headerBytes));
    const otherBytes = meanBytes * (group / (group + keyframeTimes - 1));
    const varied = otherBytes * (1 + sizeSpread * (2 * this.#random() - 1));
    // What a keyframe took more is saved again until the next one is due; where one came sooner, by more.
    const isOver = this.#overBytes > (keyframeTimes - 1) * otherBytes;
    const bytes = varied * (isKeyframe ? keyframeTimes : isOver ? leastShare : 1);
    this.#overBytes = Math.max(0, this.#overBytes + bytes - meanBytes);
    const packets = Math.max(1, Math.ceil(bytes / packetBytes));
    const number = this.frames.length;
    this.frames.push({ number, capturedMs: nowMs, tier: name, isKeyframe, packets });
    this.#pace(number, packets, bytes / packets, nowMs);
  }

  /** What is about as large as a frame usually is goes at once, the rest at a rate (src/transports/rtp/pace.ts). */
  #pace(frame: number, packets: number, bytes: number, nowMs: number): void {
    const { fps, bitrateBps } = this.#tier;
    const withinMs = this.linkBps === null ? (pacedShare * 1000) / fps : longestQueueMs;
    const paceBps = Math.max(pacedTimes * bitrateBps, this.linkBps ?? 0, (8000 * packets * bytes) / withinMs);
    const burstBytes = Math.min(mostBurstBytes, bitrateBps / 4 / fps);
    for (let i = 0; i < packets; i++) {
      this.#paceFreeMs = Math.max(this.#paceFreeMs, nowMs);
      this.#outbox.push({ dueMs: this.#paceFreeMs, packet: { frame, bytes, isProbe: false } });
      if (i * bytes >= burstBytes) this.#paceFreeMs += (8000 * bytes) / paceBps;
    }
  }

  #pad(out: SimulatedPacket[], nowMs: number): SimulatedPacket[] {
    if (this.#probe === null) return out;
    if (nowMs >= this.#probe.untilMs) {
      this.#probe = null;
      return out;
    }
    this.#probeDebt += this.#probe.bitrateBps / 8000;
    for (const { bytes } of out) this.#probeDebt -= bytes;
    for (; this.#probeDebt >= packetBytes; this.#probeDebt -= packetBytes) {
      out.push({ frame: null, bytes: packetBytes, isProbe: true });
    }
    return out;
  }

  #find(name: string): SimulatedTier {
    const tier = this.#tiers.find((each) => each.name === name);
    if (tier === undefined) throw new RangeError(`no tier ${name}`);
    return tier;
  }
}
