import type { Frame } from '../core/frame.js';
import type { Channel, FrameReceiver, SubscriptionStats } from './channel.js';
import { FrameRateLimiter } from './frame-rate-limiter.js';

export interface SubscriptionOptions {
  /**
   * Takes the frame with one reference, to be released by the receiver. After it, as at the start, the receiver gets
   * none until it calls `ready()`. Must not throw.
   */
  readonly deliver: (frame: Frame) => void;
  /** The most frames a second that are delivered. */
  readonly maxFps?: number;
}

/**
 * One receiver's place at a channel. It holds no frame of its own: while the receiver is busy the channel's newest
 * frame is the one that waits, so a slow receiver costs no memory and sees, when it is ready, the newest there is.
 */
export class Subscription implements FrameReceiver {
  readonly stats: SubscriptionStats = { delivered: 0, droppedSlow: 0, droppedRate: 0 };
  readonly #deliver: (frame: Frame) => void;
  #limiter: FrameRateLimiter | undefined;
  #channel: Channel | undefined;
  #busy = true;
  /** The channel's newest frame is to be handed over as soon as the receiver is ready. */
  #waiting: boolean;
  #handedCaptureMs = Number.NEGATIVE_INFINITY;

  constructor(channel: Channel, options: SubscriptionOptions) {
    this.#deliver = options.deliver;
    this.#limiter = options.maxFps === undefined ? undefined : new FrameRateLimiter(options.maxFps);
    this.#channel = channel;
    this.#waiting = channel.newest !== undefined;
    channel.add(this);
  }

  /** Undefined once closed. */
  get channel(): Channel | undefined {
    return this.#channel;
  }

  offer(frame: Frame): void {
    if (this.#limiter !== undefined && !this.#limiter.admit(frame.captureMs)) {
      this.#count('droppedRate');
      return;
    }
    if (this.#busy) {
      if (this.#waiting) this.#count('droppedSlow');
      this.#waiting = true;
      return;
    }
    this.#hand(frame);
  }

  repeat(frame: Frame): void {
    if (!this.#busy) this.#hand(frame);
  }

  /** The receiver can't take a frame after all, until it calls `ready()`. */
  pause(): void {
    this.#busy = true;
  }

  /** The receiver can take the next frame. */
  ready(): void {
    this.#busy = false;
    if (this.#waiting) this.#catchUp();
  }

  /** Goes over to another channel between two frames. */
  moveTo(channel: Channel): void {
    if (this.#channel === undefined || this.#channel === channel) return;
    const left = this.#channel;
    this.#channel = channel;
    this.#waiting = channel.newest !== undefined;
    channel.add(this);
    left.remove(this);
    if (!this.#busy) this.#catchUp();
  }

  limitTo(maxFps: number | undefined): void {
    this.#limiter = maxFps === undefined ? undefined : new FrameRateLimiter(maxFps);
  }

  /** Idempotent. The receiver keeps what it was handed. */
  close(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#waiting = false;
    channel?.remove(this);
  }

  #count(what: keyof SubscriptionStats): void {
    this.stats[what]++;
    if (this.#channel !== undefined) this.#channel.totals[what]++;
  }

  #catchUp(): void {
    this.#waiting = false;
    const newest = this.#channel?.newest;
    // The tier that it came to may lag behind the one that it left.
    if (newest && newest.captureMs >= this.#handedCaptureMs) this.#hand(newest);
  }

  #hand(frame: Frame): void {
    this.#busy = true;
    this.#handedCaptureMs = frame.captureMs;
    this.#count('delivered');
    this.#deliver(frame.retain());
  }
}
