import type { Clock } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import { RateMeter } from '../core/rate.js';
import { FrameAges } from './frame-ages.js';
import { KeptStart } from './kept-start.js';

export interface VideoChannelOptions {
  readonly clock: Clock;
  /** Called with true when somebody is there, or about to come, and with false when nobody is any more. */
  readonly onDemand: (wanted: boolean) => void;
  /** Somebody can't go on without a keyframe. */
  readonly onKeyframeWanted: () => void;
  /** Its maker gives keyframes when it likes to: the last one is kept for who is about to come. */
  readonly keepsStart?: boolean;
}

/** Takes every access unit, in the order of decoding. The frame belongs to the channel: retain it to keep it. */
export type VideoReceiver = (accessUnit: Frame) => void;

// One keyframe serves all who asked for one meanwhile.
const keyframesApartMs = 300;
// Encoders count frames between keyframes, and may get fewer a second than they were told.
const longestWithoutKeyframeMs = 5000;

/**
 * The H.264 access units of one tier (Annex B byte stream, parameter sets before each keyframe) on their way to
 * everybody who watches it. They build on each other: none is left out, and none is kept while anybody watches. Owns a
 * timer while a keyframe is asked for.
 */
export class VideoChannel {
  readonly name: string;
  /** What came in, whoever watched; the amount is bytes. */
  readonly rate: RateMeter;
  /** How old access units are when they have been handed to a viewer's socket: from capture to sent. */
  readonly latency: FrameAges;
  readonly #options: VideoChannelOptions;
  readonly #receivers = new Set<VideoReceiver>();
  readonly #start = new KeptStart();
  #holds = 0;
  #published = 0;
  #keyframes = 0;
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: NodeJS.Timeout | undefined;

  constructor(name: string, options: VideoChannelOptions) {
    this.name = name;
    this.#options = options;
    this.rate = new RateMeter(options.clock);
    this.latency = new FrameAges(options.clock);
  }

  /** What stands in for the camera isn't counted, neither here nor among the keyframes. */
  get published(): number {
    return this.#published;
  }

  get keyframes(): number {
    return this.#keyframes;
  }

  get receiverCount(): number {
    return this.#receivers.size;
  }

  publish(accessUnit: Frame): void {
    if (!accessUnit.isStandIn) {
      this.#published++;
      if (accessUnit.isKeyframe) this.#keyframes++;
      this.rate.add(accessUnit.data.byteLength);
    }
    if (accessUnit.isKeyframe) this.#keyframeCame();
    else if (this.#options.clock() - this.#askedMs > longestWithoutKeyframeMs) this.requestKeyframe();
    for (const receive of this.#receivers) receive(accessUnit);
    if (this.#options.keepsStart && this.#receivers.size === 0 && this.#holds > 0) this.#start.push(accessUnit);
  }

  /** Returns the function that ends it; idempotent. What was kept for who comes first follows in a moment. */
  subscribe(receiver: VideoReceiver): () => void {
    const receive: VideoReceiver = (accessUnit) => receiver(accessUnit);
    const start = this.#start.take();
    this.#receivers.add(receive);
    if (this.#receivers.size + this.#holds === 1) this.#options.onDemand(true);
    // Once whoever it is has its place.
    if (start.length > 0) queueMicrotask(() => this.#catchUp(receive, start));
    return () => {
      if (!this.#receivers.delete(receive)) return;
      if (this.#receivers.size === 0) this.#cancelAsking();
      this.#leaves();
    };
  }

  /** Has it run for somebody who is about to come. Returns the function that ends it; idempotent. */
  hold(): () => void {
    this.#holds++;
    if (this.#receivers.size + this.#holds === 1) this.#options.onDemand(true);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds--;
      if (this.#holds === 0) this.#start.clear();
      this.#leaves();
    };
  }

  /** Asks for a keyframe, at most every 300 ms, however many want one. Nothing where nobody watches. */
  requestKeyframe(): void {
    if (this.#receivers.size === 0 || this.#asking !== undefined) return;
    const waitMs = this.#askedMs + keyframesApartMs - this.#options.clock();
    if (waitMs <= 0) this.#ask();
    else this.#asking = setTimeout(() => this.#ask(), waitMs);
  }

  #leaves(): void {
    if (this.#receivers.size + this.#holds === 0) this.#options.onDemand(false);
  }

  #catchUp(receive: VideoReceiver, start: readonly Frame[]): void {
    for (const accessUnit of start) {
      if (this.#receivers.has(receive)) receive(accessUnit);
      accessUnit.release();
    }
  }

  #ask(): void {
    this.#cancelAsking();
    this.#askedMs = this.#options.clock();
    this.#options.onKeyframeWanted();
  }

  /** Who asked before it has what he wanted. */
  #keyframeCame(): void {
    this.#askedMs = this.#options.clock();
    this.#cancelAsking();
  }

  #cancelAsking(): void {
    clearTimeout(this.#asking);
    this.#asking = undefined;
  }
}
