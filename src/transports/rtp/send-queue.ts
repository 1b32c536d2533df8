import type { RtpAccessUnit } from './access-unit.js';
import { Pace } from './pace.js';
import type { PacketSender } from './packet-sender.js';
import type { RtpTier } from './tier-packets.js';
import type { RtpTimeline } from './timeline.js';

interface Waiting {
  readonly unit: RtpAccessUnit;
  readonly tier: RtpTier;
}

export interface SendQueueOptions {
  readonly sender: PacketSender;
  readonly timeline: RtpTimeline;
  /** What the link was found to carry, bit/s; null where it never showed a limit. */
  readonly linkBps: () => number | null;
  /** Whether the viewer has told anything of its link yet. */
  readonly isLinkHeard: () => boolean;
  /** All packets of an access unit were handed over. */
  readonly onSent: (unit: RtpAccessUnit, tier: RtpTier) => void;
  /** Access units were left out; the next keyframe is waited for. Called again while it doesn't come. */
  readonly onBehind: () => void;
}

const longestBlockedMs = 100;

/**
 * The access units that wait to be sent to one viewer, in order. Who takes none for a while goes on with the next
 * keyframe.
 */
export class SendQueue {
  readonly #options: SendQueueOptions;
  readonly #pace = new Pace();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** The first one, once it has its timestamp. */
  #begun: RtpAccessUnit | undefined;
  /** How many of its packets were sent. */
  #sentPackets = 0;
  #needsKeyframe = true;
  #blockedSinceMs: number | null = null;
  #delivered = 0;
  #dropped = 0;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Access units sent whole. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Access units left out, wholly or in part. */
  get dropped(): number {
    return this.#dropped;
  }

  push(unit: RtpAccessUnit, tier: RtpTier): void {
    if (this.#needsKeyframe && !unit.isKeyframe) {
      this.#dropped++;
      this.#options.onBehind();
      return;
    }
    this.#needsKeyframe = false;
    this.#waiting.push({ unit, tier });
    this.#waitingBytes += unit.bytes;
    this.#pace.adjust({
      tierBps: tier.bitrateBps,
      fps: tier.fps,
      linkBps: this.#options.linkBps(),
      isLinkHeard: this.#options.isLinkHeard(),
      queuedBytes: this.#waitingBytes,
    });
  }

  /** The next access unit isn't sent, nor what waits and wasn't begun: it goes on with a keyframe. */
  leaveOut(): void {
    const kept = this.#waiting.filter(({ unit }) => unit === this.#begun);
    this.#dropped += 1 + this.#waiting.length - kept.length;
    this.#waiting = kept;
    this.#waitingBytes = kept.reduce((sum, { unit }) => sum + unit.bytes, 0);
    this.#needsKeyframe = true;
  }

  /** Sends what may leave now. Returns whether something is left. */
  drain(nowMs: number): boolean {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return false;
      if (this.#isStuck(first.unit, nowMs)) this.#fallBehind();
      else if (!this.#sendFirst(first, nowMs)) return true;
    }
  }

  /** Idempotent. */
  clear(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#end();
  }

  #isStuck(unit: RtpAccessUnit, nowMs: number): boolean {
    if (unit.packetCount === 0) return true;
    return this.#blockedSinceMs !== null && nowMs - this.#blockedSinceMs > longestBlockedMs;
  }

  /** Returns whether the access unit was sent to its end. */
  #sendFirst({ unit, tier }: Waiting, nowMs: number): boolean {
    const { sender, onSent } = this.#options;
    while (this.#sentPackets < unit.packetCount) {
      if (!this.#pace.allows(nowMs)) return false;
      this.#begin(unit);
      if (!sender.sendNext(unit, this.#sentPackets, nowMs)) {
        this.#blockedSinceMs ??= nowMs;
        return false;
      }
      this.#blockedSinceMs = null;
      this.#pace.spend(unit.payloadBytes(this.#sentPackets));
      this.#sentPackets++;
    }
    this.#waiting.shift();
    this.#waitingBytes -= unit.bytes;
    this.#end();
    this.#delivered++;
    onSent(unit, tier);
    return true;
  }

  #begin(unit: RtpAccessUnit): void {
    if (this.#begun === unit) return;
    this.#begun = unit;
    const { sender, timeline } = this.#options;
    sender.begin(unit, timeline.next(unit.captureMs));
  }

  #end(): void {
    this.#begun = undefined;
    this.#sentPackets = 0;
  }

  #fallBehind(): void {
    const keyframe = this.#waiting.findLastIndex(({ unit }, i) => i > 0 && unit.isKeyframe);
    const kept = keyframe < 0 ? [] : this.#waiting.slice(keyframe);
    this.#dropped += this.#waiting.length - kept.length;
    this.#waiting = kept;
    this.#waitingBytes = kept.reduce((sum, { unit }) => sum + unit.bytes, 0);
    this.#end();
    this.#blockedSinceMs = null;
    this.#needsKeyframe = kept.length === 0;
    if (this.#needsKeyframe) this.#options.onBehind();
  }
}
