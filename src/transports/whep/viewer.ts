import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import { LensError } from '../../core/errors.js';
import { RateMeter } from '../../core/rate.js';
import { FrameAges } from '../../hub/frame-ages.js';
import { type TierQuery, tierChoice } from '../../hub/tier-query.js';
import type { VideoChannel } from '../../hub/video-channel.js';
import type { VideoConnection } from '../../hub/video-link.js';
import type { TierChoice, Viewer, ViewerLink, ViewerStats } from '../../hub/viewer-registry.js';
import type { RtpAccessUnit } from '../rtp/access-unit.js';
import type { Pacer } from '../rtp/pacer.js';
import type { RtpTier } from '../rtp/tier-packets.js';
import { type Negotiated, ViewerStream } from '../rtp/viewer-stream.js';

export interface WhepViewerOptions {
  readonly camera: string;
  readonly tier: string;
  /** Throws TIER_NOT_FOUND. */
  readonly channelOf: (tier: string) => VideoChannel;
  /** The packets of a channel, made once for all its viewers. */
  readonly packetsOf: (channel: VideoChannel) => RtpTier;
  readonly query: TierQuery;
  readonly address: string;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly send: (packet: Uint8Array) => boolean;
  /** The viewer was closed from this side: its session is to end. Called once, before it is out of its tier. */
  readonly onClose: (viewer: WhepViewer) => void;
}

/**
 * Who watches by WebRTC. Its tier runs from its construction on, so that a camera that rests is awake when the connection
 * is there; packets are sent from `open()` to `close()`. Owns its place in the tier and its stream.
 */
export class WhepViewer implements Viewer {
  readonly id = randomBytes(8).toString('hex');
  readonly transport = 'webrtc';
  readonly medium = 'h264';
  readonly camera: string;
  readonly address: string;
  readonly sinceMs: number;
  readonly maxFps = null;
  readonly #options: WhepViewerOptions;
  readonly #rate: RateMeter;
  readonly #ages: FrameAges;
  #tier: string;
  #choice: TierChoice;
  /** Keeps the tier running until packets of it are sent. */
  #release: (() => void) | undefined;
  #stream: ViewerStream | undefined;
  #isClosed = false;

  constructor(options: WhepViewerOptions) {
    const { query, tier, clock } = options;
    this.#options = options;
    this.camera = options.camera;
    this.address = options.address;
    this.sinceMs = clock();
    this.#rate = new RateMeter(clock);
    this.#ages = new FrameAges(clock);
    this.#choice = tierChoice(query);
    this.#tier = tier;
    this.#await(tier);
  }

  get request(): Viewer['request'] {
    const { maxTier, minTier } = this.#options.query;
    return {
      ...(maxTier === undefined ? {} : { max_tier: maxTier }),
      ...(minTier === undefined ? {} : { min_tier: minTier }),
    };
  }

  get tier(): string {
    return this.#tier;
  }

  get choice(): TierChoice {
    return this.#choice;
  }

  get videoConnection(): VideoConnection | undefined {
    return this.#stream;
  }

  /** The connection is there: sends from the next keyframe on. */
  open(negotiated: Negotiated): void {
    if (this.#isClosed || this.#stream !== undefined) return;
    const { clock, pacer, send } = this.#options;
    this.#stream = new ViewerStream({
      clock,
      random: Math.random,
      pacer,
      send,
      negotiated,
      onAccessUnit: (unit, tier) => this.#sent(unit, tier),
    });
    this.#switchTo(this.#tier);
  }

  /** Whatever RTCP came from the viewer. */
  onRtcp(bytes: Uint8Array): void {
    this.#stream?.onRtcp(bytes);
  }

  stats(): ViewerStats {
    const stats = this.#stream?.stats();
    return {
      delivered: stats?.delivered ?? 0,
      droppedSlow: stats?.droppedSlow ?? 0,
      droppedRate: 0,
      fps: this.#rate.perSecond(),
      bytes: stats?.bytes ?? 0,
      bitrateBps: this.#stream?.sentBps ?? 0,
    };
  }

  link(): ViewerLink {
    const [p50 = null, p95 = null] = this.#ages.percentiles([0.5, 0.95]);
    return { rttMs: this.#stream?.rttMs ?? null, linkBps: this.#stream?.linkBps ?? null, ageMs: { p50, p95 } };
  }

  rtpTimestampAt(momentMs: number): number | null {
    return this.#stream?.timestampAt(momentMs) ?? null;
  }

  moveTo(tier: string): void {
    if (this.#isClosed) return;
    if (this.#stream === undefined) this.#await(tier);
    else this.#switchTo(tier);
    this.#tier = tier;
  }

  pinTo(tier: string | null): void {
    this.#choice = tierChoice({ ...this.#options.query, tier: tier ?? 'auto' });
  }

  /** Throws BODY_INVALID for a number: pictures of a video build on each other, none can be left out for one viewer. */
  limitTo(maxFps: number | null): void {
    if (maxFps === null) return;
    const message = 'fps: a viewer by WebRTC has the frame rate of its tier; choose another tier.';
    throw new LensError('BODY_INVALID', message, { details: { problems: [{ field: 'fps', message }] } });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream?.close();
    this.#options.onClose(this);
    this.#release?.();
  }

  #await(tier: string): void {
    const release = this.#options.channelOf(tier).hold();
    this.#release?.();
    this.#release = release;
  }

  #switchTo(tier: string): void {
    const { channelOf, packetsOf } = this.#options;
    this.#stream?.switchTo(packetsOf(channelOf(tier)));
    this.#release?.();
    this.#release = undefined;
  }

  #sent(unit: RtpAccessUnit, tier: RtpTier): void {
    const ageMs = this.#options.clock() - unit.captureMs;
    this.#rate.add(unit.bytes);
    tier.channel.latency.record(ageMs);
    // On its way it is half of a round trip more.
    this.#ages.record(ageMs + (this.#stream?.rttMs ?? 0) / 2);
  }
}
