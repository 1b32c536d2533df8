import type { Clock } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import type { VideoChannel } from '../../hub/video-channel.js';
import { RtpAccessUnit } from './access-unit.js';
import { PacketMemory } from './packet-memory.js';
import { PacketRing } from './packet-ring.js';
import { headroomBytes } from './rtp-header.js';

/** Takes every access unit of a tier, in order. */
export interface TierViewer {
  receive(unit: RtpAccessUnit, tier: RtpTier): void;
}

export interface RtpTierOptions {
  readonly channel: VideoChannel;
  readonly clock: Clock;
  /** The longest RTP packet, header included; 1200 where left out. UDP, IP and SRTP come on top. */
  readonly maxPacketBytes?: number;
}

const defaultMaxPacketBytes = 1200;

/**
 * One tier as RTP packets: each access unit is made into packets once, whoever watches, and kept for a moment for those
 * who lost some. It is subscribed to its channel while it has viewers, and holds nothing while it has none: there is
 * nothing to close.
 */
export class RtpTier {
  readonly channel: VideoChannel;
  readonly #clock: Clock;
  readonly #maxPayloadBytes: number;
  readonly #ring = new PacketRing();
  #memory = new PacketMemory();
  readonly #viewers = new Set<TierViewer>();
  #viewerList: readonly TierViewer[] = [];
  #unsubscribe: (() => void) | undefined;
  #bitrateBps = 0;
  #fps = 0;

  constructor({ channel, clock, maxPacketBytes = defaultMaxPacketBytes }: RtpTierOptions) {
    this.channel = channel;
    this.#clock = clock;
    this.#maxPayloadBytes = maxPacketBytes - headroomBytes;
  }

  get name(): string {
    return this.channel.name;
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** What its access units amount to now, bit/s; measured with each one. */
  get bitrateBps(): number {
    return this.#bitrateBps;
  }

  /** Access units a second now; measured with each one. */
  get fps(): number {
    return this.#fps;
  }

  /** The last keyframe and all access units since; empty where the ring has none. */
  sinceKeyframe(): readonly RtpAccessUnit[] {
    return this.#ring.sinceKeyframe();
  }

  /** From the next access unit on. Returns the function that ends it; idempotent. A viewer joins once. */
  join(viewer: TierViewer): () => void {
    this.#viewers.add(viewer);
    this.#viewerList = [...this.#viewers];
    this.#unsubscribe ??= this.channel.subscribe((frame) => this.#receive(frame));
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#leave(viewer);
    };
  }

  requestKeyframe(): void {
    this.channel.requestKeyframe();
  }

  #leave(viewer: TierViewer): void {
    this.#viewers.delete(viewer);
    this.#viewerList = [...this.#viewers];
    if (this.#viewers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#ring.clear();
    // What was in the ring may still be on its way.
    this.#memory = new PacketMemory();
  }

  #receive(frame: Frame): void {
    const unit = new RtpAccessUnit(frame, this.#maxPayloadBytes, this.#memory);
    if (unit.packetCount === 0) return;
    this.#bitrateBps = 8 * this.channel.rate.amountPerSecond();
    this.#fps = this.channel.rate.perSecond();
    this.#ring.push(unit, this.#clock());
    for (const viewer of this.#viewerList) viewer.receive(unit, this);
  }
}
