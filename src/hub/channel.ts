import type { Clock } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import { RateMeter } from '../core/rate.js';
import { FrameAges } from './frame-ages.js';

export interface SubscriptionStats {
  delivered: number;
  /** Left out because the receiver was still busy. */
  droppedSlow: number;
  /** Left out because of `maxFps`. */
  droppedRate: number;
}

/** Somebody's place at a channel. */
export interface FrameReceiver {
  /** There is a new frame. */
  offer(frame: Frame): void;
  /** The last frame once more, because nothing new came; not counted as lost where the receiver is busy. */
  repeat(frame: Frame): void;
}

export interface ChannelOptions {
  readonly clock: Clock;
  /** Called with true when the first subscription comes and with false when the last one left. */
  readonly onDemand: (wanted: boolean) => void;
  /** How long nothing new may come before the last frame is sent once more. */
  readonly repeatAfterMs?: number;
}

const smoothedFrames = 20;

/**
 * The frames of one tier on their way to everybody who watches it. Latest wins: it keeps the newest frame and no
 * other. It owns one reference to that frame, from `publish()` until the next one, `clear()`, or the last
 * subscription's leaving; and a timer, while there are subscriptions.
 */
export class Channel {
  readonly name: string;
  /** What came in, whoever watched; the amount is bytes. */
  readonly rate: RateMeter;
  /** How old frames are when they have been handed to a viewer's socket: from capture to sent. */
  readonly latency: FrameAges;
  /** What became of its frames, over all subscriptions of past and present. */
  readonly totals: SubscriptionStats = { delivered: 0, droppedSlow: 0, droppedRate: 0 };
  /** The mean size of its frames, smoothed over about a second; null before the first. Outlives the viewers. */
  meanFrameBytes: number | null = null;
  #newest: Frame | undefined;
  #published = 0;
  readonly #receivers = new Set<FrameReceiver>();
  readonly #onDemand: (wanted: boolean) => void;
  readonly #repeatAfterMs: number;
  #repeatTimer: NodeJS.Timeout | undefined;

  constructor(name: string, options: ChannelOptions) {
    this.name = name;
    this.rate = new RateMeter(options.clock);
    this.latency = new FrameAges(options.clock);
    this.#onDemand = options.onDemand;
    this.#repeatAfterMs = options.repeatAfterMs ?? 1000;
  }

  get newest(): Frame | undefined {
    return this.#newest;
  }

  get published(): number {
    return this.#published;
  }

  get subscriberCount(): number {
    return this.#receivers.size;
  }

  /** Offers a frame to everybody. The caller keeps its own reference. */
  publish(frame: Frame): void {
    if (!frame.isStandIn) {
      this.#published++;
      this.rate.add(frame.data.byteLength);
      this.#measure(frame.data.byteLength);
    }
    if (this.#receivers.size === 0) return;
    const previous = this.#newest;
    this.#newest = frame.retain();
    previous?.release();
    for (const receiver of this.#receivers) receiver.offer(frame);
    this.#repeatTimer?.refresh();
  }

  /** Forgets the newest frame: its source is gone. */
  clear(): void {
    this.#newest?.release();
    this.#newest = undefined;
  }

  /** For receivers alone. */
  add(receiver: FrameReceiver): void {
    this.#receivers.add(receiver);
    if (this.#receivers.size > 1) return;
    this.#repeatTimer = setInterval(() => this.#repeat(), this.#repeatAfterMs);
    this.#onDemand(true);
  }

  /** For receivers alone. */
  remove(receiver: FrameReceiver): void {
    if (!this.#receivers.delete(receiver) || this.#receivers.size > 0) return;
    clearInterval(this.#repeatTimer);
    this.#repeatTimer = undefined;
    this.clear();
    this.#onDemand(false);
  }

  #measure(bytes: number): void {
    const mean = this.meanFrameBytes;
    this.meanFrameBytes = mean === null ? bytes : mean + (bytes - mean) / smoothedFrames;
  }

  #repeat(): void {
    const frame = this.#newest;
    if (frame === undefined) return;
    for (const receiver of this.#receivers) receiver.repeat(frame);
  }
}
