import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.js';
import { DurationHistogram } from '../../core/histogram.js';
import type { AdaptableConnection, LinkSample } from '../../hub/link.js';
import type { Subscription } from '../../hub/subscription.js';
import type { ViewerLink } from '../../hub/viewer-registry.js';
import { descriptorOf, type Sockets } from './sockets.js';

// A fast viewer's whole frame fits; what a slow one may have unsent is bounded by time once its link is known.
const unsentLimitBytes = 128 * 1024;
const leastUnsentBytes = 16 * 1024;
const mostUnsentMs = 100;

/**
 * The socket under an MJPEG viewer as the adaptation sees it: counters, the frame under way, padding. It owns nothing:
 * the viewer owns socket and subscription.
 */
export class MjpegConnection implements AdaptableConnection {
  readonly #socket: Socket;
  readonly #sockets: Sockets;
  readonly #subscription: Subscription;
  readonly #clock: Clock;
  readonly #ages: DurationHistogram;
  readonly #setFps: (maxFps: number | null) => void;
  #linkBps: number | null = null;
  #rttMs: number | null = null;
  #pendingCaptureMs: number | null = null;
  #paddingBytes = 0;
  #sendsPadding = false;
  #trainEndBytes: number | null = null;

  constructor(
    socket: Socket,
    sockets: Sockets,
    subscription: Subscription,
    clock: Clock,
    setFps: (maxFps: number | null) => void,
  ) {
    this.#socket = socket;
    this.#sockets = sockets;
    this.#subscription = subscription;
    this.#clock = clock;
    this.#ages = new DurationHistogram(clock);
    this.#setFps = setFps;
    const descriptor = descriptorOf(socket);
    if (descriptor >= 0) sockets.boundBuffer(descriptor);
    this.#limitUnsent(unsentLimitBytes);
  }

  get droppedSlow(): number {
    return this.#subscription.stats.droppedSlow;
  }

  sample(): LinkSample | null {
    const descriptor = descriptorOf(this.#socket);
    if (descriptor < 0) return null;
    const { ackedBytes, busyMs, unackedBytes, rttMs, minRttMs } = this.#sockets.info(descriptor);
    this.#rttMs = rttMs;
    const trainEndBytes = this.#trainEndBytes;
    return { atMs: this.#clock(), ackedBytes, busyMs, queuedBytes: unackedBytes, rttMs, minRttMs, trainEndBytes };
  }

  pendingAgeMs(): number {
    return this.#pendingCaptureMs === null ? 0 : this.#clock() - this.#pendingCaptureMs;
  }

  padNextFrame(bytes: number): void {
    this.#paddingBytes = bytes;
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

  /** The padding that the frame about to be sent is to have; asked once for each frame. */
  takePadding(): number {
    const bytes = this.#paddingBytes;
    this.#paddingBytes = 0;
    this.#sendsPadding = bytes > 0;
    return bytes;
  }

  /** A part of a frame waits for the kernel to take it. */
  waits(captureMs: number): void {
    this.#pendingCaptureMs = captureMs;
  }

  /** The kernel has all of a frame. */
  handed(captureMs: number): void {
    this.#pendingCaptureMs = null;
    const needsCounters = this.#sendsPadding || this.#linkBps !== null;
    const sample = needsCounters ? this.sample() : null;
    if (sample !== null && this.#sendsPadding) this.#trainEndBytes = sample.ackedBytes + sample.queuedBytes;
    this.#sendsPadding = false;
    const queuedMs = sample === null || this.#linkBps === null ? 0 : (8000 * sample.queuedBytes) / this.#linkBps;
    this.#ages.record(this.#clock() - captureMs + queuedMs + (this.#rttMs ?? 0) / 2);
  }

  link(): ViewerLink {
    const [p50 = null, p95 = null] = this.#ages.percentiles([0.5, 0.95]);
    return { rttMs: this.#rttMs, linkBps: this.#linkBps, ageMs: { p50, p95 } };
  }

  #limitUnsent(bytes: number): void {
    const descriptor = descriptorOf(this.#socket);
    if (descriptor >= 0) this.#sockets.setUnsentLimit(descriptor, bytes);
  }
}
