import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.js';
import { DurationHistogram } from '../../core/histogram.js';
import type { SubscriptionStats } from '../../hub/channel.js';
import type { AdaptableConnection, LinkSample } from '../../hub/link.js';
import type { ViewerLink } from '../../hub/viewer-registry.js';
import { descriptorOf, type Sockets } from './sockets.js';

// A fast connection takes a whole frame all the same, since what it sends at once is never unsent. What a slow one may
// have unsent is bounded by time once its link is known.
const unsentLimitBytes = 32 * 1024;
const leastUnsentBytes = 16 * 1024;
const mostUnsentMs = 100;
// What may be on its way to a slow viewer, beyond what its round trip needs, when its next frame is chosen. A link that
// was fast until now may be slow from now on, and has to carry it all the same.
const mostQueuedMs = 60;
const mostQueuedBytes = 64 * 1024;
const longestWaitMs = 250;
// How often it is looked whether the first frame is through.
const firstFrameLookMs = 15;

/** What a viewer was left without. */
export interface FrameCounts {
  readonly stats: Pick<SubscriptionStats, 'droppedSlow'>;
}

/**
 * A viewer's socket as the adaptation sees it: counters, the frame under way, padding. It owns a timer; the viewer owns
 * the socket.
 */
export class TcpConnection implements AdaptableConnection {
  readonly #socket: Socket;
  readonly #sockets: Sockets;
  readonly #frames: FrameCounts;
  readonly #clock: Clock;
  readonly #ages: DurationHistogram;
  readonly #setFps: (maxFps: number | null) => void;
  #linkBps: number | null = null;
  #rttMs: number | null = null;
  #pendingCaptureMs: number | null = null;
  #pendingSinceMs = Number.POSITIVE_INFINITY;
  #knowsLink = false;
  #waitTimer: NodeJS.Timeout | undefined;
  #paddingBytes = 0;
  #framesToPad = 0;
  #sendsLastPadding = false;
  #trainEndBytes: number | null = null;

  constructor(
    socket: Socket,
    sockets: Sockets,
    frames: FrameCounts,
    clock: Clock,
    setFps: (maxFps: number | null) => void,
  ) {
    this.#socket = socket;
    this.#sockets = sockets;
    this.#frames = frames;
    this.#clock = clock;
    this.#ages = new DurationHistogram(clock);
    this.#setFps = setFps;
    const descriptor = descriptorOf(socket);
    if (descriptor >= 0) sockets.boundBuffer(descriptor);
    this.#limitUnsent(unsentLimitBytes);
  }

  get droppedSlow(): number {
    return this.#frames.stats.droppedSlow;
  }

  sample(): LinkSample | null {
    const descriptor = descriptorOf(this.#socket);
    if (descriptor < 0) return null;
    const { ackedBytes, sackedBytes, busyMs, unackedBytes, rttMs, minRttMs } = this.#sockets.info(descriptor);
    this.#rttMs = rttMs;
    // Of a last segment that isn't full the kernel counts more than there is.
    const aheadBytes = Math.min(sackedBytes, unackedBytes);
    return {
      atMs: this.#clock(),
      ackedBytes: ackedBytes + aheadBytes,
      busyMs,
      queuedBytes: unackedBytes - aheadBytes,
      rttMs,
      minRttMs,
      droppedSlow: this.droppedSlow,
      trainEndBytes: this.#trainEndBytes,
    };
  }

  pendingAgeMs(): number {
    return this.#pendingCaptureMs === null ? 0 : this.#clock() - this.#pendingCaptureMs;
  }

  pendingSinceMs(): number {
    return this.#pendingSinceMs;
  }

  padFrames(bytes: number, frames: number): void {
    this.#paddingBytes = bytes;
    this.#framesToPad = frames;
    this.#sendsLastPadding = false;
    this.#trainEndBytes = null;
  }

  setLinkBps(linkBps: number | null): void {
    if (linkBps === this.#linkBps) return;
    this.#linkBps = linkBps;
    const inTime = linkBps === null ? unsentLimitBytes : (linkBps * mostUnsentMs) / 8000;
    this.#limitUnsent(Math.round(Math.min(unsentLimitBytes, Math.max(leastUnsentBytes, inTime))));
  }

  adaptFps(maxFps: number | null): void {
    this.#setFps(maxFps);
  }

  leaveAlone(): void {
    this.setLinkBps(null);
    this.padFrames(0, 0);
    this.adaptFps(null);
  }

  /** The padding that the frame about to be sent is to have; asked once for each frame. */
  takePadding(): number {
    if (this.#framesToPad === 0) return 0;
    this.#framesToPad -= 1;
    this.#sendsLastPadding = this.#framesToPad === 0;
    return this.#paddingBytes;
  }

  /** A part of a frame waits for the kernel to take it. */
  waits(captureMs: number): void {
    this.#pendingCaptureMs = captureMs;
    this.#pendingSinceMs = this.#clock();
  }

  /** The kernel has all of a frame. */
  handed(captureMs: number): void {
    this.#pendingCaptureMs = null;
    this.#pendingSinceMs = Number.POSITIVE_INFINITY;
    const needsCounters = this.#sendsLastPadding || this.#linkBps !== null;
    const sample = needsCounters ? this.sample() : null;
    if (sample !== null && this.#sendsLastPadding) this.#trainEndBytes = sample.ackedBytes + sample.queuedBytes;
    this.#sendsLastPadding = false;
    const queuedMs = sample === null || this.#linkBps === null ? 0 : (8000 * sample.queuedBytes) / this.#linkBps;
    this.#ages.record(this.#clock() - captureMs + queuedMs + (this.#rttMs ?? 0) / 2);
  }

  /**
   * Calls back once the next frame may be chosen. On a link that is known to be slow that is when the last one is
   * nearly through: a frame chosen earlier would grow old in the queues on the way, where nothing can replace it. The
   * first frame of all must be through: a link of which nothing is known yet may be a slow one.
   */
  whenDrained(then: () => void): void {
    const waitMs = this.#drainWaitMs();
    if (waitMs <= 1) then();
    else this.#waitTimer = setTimeout(() => this.whenDrained(then), Math.min(longestWaitMs, waitMs));
  }

  /** Ends a wait. Idempotent. */
  close(): void {
    clearTimeout(this.#waitTimer);
  }

  link(): ViewerLink {
    const [p50 = null, p95 = null] = this.#ages.percentiles([0.5, 0.95]);
    return { rttMs: this.#rttMs, linkBps: this.#linkBps, ageMs: { p50, p95 } };
  }

  #drainWaitMs(): number {
    if (this.#knowsLink && this.#linkBps === null) return 0;
    const sample = this.sample();
    if (sample === null) return 0;
    this.#knowsLink ||= sample.queuedBytes === 0 || this.#linkBps !== null;
    if (this.#linkBps === null) return this.#knowsLink ? 0 : firstFrameLookMs;
    const queuedMs = (8000 * sample.queuedBytes) / this.#linkBps;
    const mostMs = Math.min(mostQueuedMs, (8000 * mostQueuedBytes) / this.#linkBps);
    return queuedMs - mostMs - sample.minRttMs;
  }

  #limitUnsent(bytes: number): void {
    const descriptor = descriptorOf(this.#socket);
    if (descriptor >= 0) this.#sockets.setUnsentLimit(descriptor, bytes);
  }
}
