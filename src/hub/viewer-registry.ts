import type { EventBus, MoveReason } from './events.js';
import type { AdaptableConnection } from './link.js';
import type { VideoConnection } from './video-link.js';

export interface ViewerStats {
  readonly delivered: number;
  /** Left out because the viewer was slow. */
  readonly droppedSlow: number;
  /** Left out because of its frame rate limit. */
  readonly droppedRate: number;
  readonly fps: number;
  readonly bytes: number;
  /** TCP's or RTP's payload, in bits a second. */
  readonly bitrateBps: number;
}

/** Which tiers a viewer wants. */
export interface TierChoice {
  /** `auto`: the server chooses the tier; `fixed`: it was named. */
  readonly mode: 'auto' | 'fixed';
  readonly fixedTier?: string;
  /** The best and the least that `auto` may give. */
  readonly maxTier?: string;
  readonly minTier?: string;
}

/** What is known of the way to a viewer; null where it isn't. */
export interface ViewerLink {
  readonly rttMs: number | null;
  /** What the link could carry, bit/s. */
  readonly linkBps: number | null;
  /** How old frames are when the viewer has them. */
  readonly ageMs: { readonly p50: number | null; readonly p95: number | null };
}

/** What a viewer is sent: pictures that each stand for themselves, or video. */
export type Medium = 'jpeg' | 'h264';

/** Anybody who watches, whatever the transport. */
export interface Viewer {
  readonly id: string;
  readonly camera: string;
  readonly transport: 'mjpeg' | 'websocket' | 'webrtc';
  readonly medium: Medium;
  /** `address:port` of the other side. */
  readonly address: string;
  /** CLOCK_MONOTONIC ms. */
  readonly sinceMs: number;
  readonly choice: TierChoice;
  /** The most frames a second that it wants; null for all. */
  readonly maxFps: number | null;
  /** What the viewer asked for, under the transport's own names. */
  readonly request: Readonly<Record<string, string | number | boolean>>;
  readonly tier: string;
  stats(): ViewerStats;
  link?(): ViewerLink;
  /** Where pictures come by RTP: the timestamp, 90 kHz, of what is captured at a moment of CLOCK_MONOTONIC; null before. */
  rtpTimestampAt?(momentMs: number): number | null;
  /** Where, and as long as, the server may adapt the pictures that it sends. */
  readonly connection?: AdaptableConnection | undefined;
  /** The same for video. */
  readonly videoConnection?: VideoConnection | undefined;
  /** Between two frames; video from the next keyframe on. Throws TIER_NOT_FOUND. */
  moveTo(tier: string): void;
  /** Names its tier, or leaves the choice to the server: null. It stays where it is until `moveTo()`. */
  pinTo(tier: string | null): void;
  /** From the next frame on; null for all. */
  limitTo(maxFps: number | null): void;
  /** Ends the viewer's stream. Idempotent. */
  close(): void;
}

// Viewers often come and go together.
const changesTogetherMs = 250;

/** Who watches what. A viewer is in it from its first to its last moment. Publishes what changes, counts a moment later. */
export class ViewerRegistry {
  readonly #viewers = new Map<string, Viewer>();
  readonly #events: EventBus | undefined;
  /** The cameras whose viewers changed since that was last published. */
  readonly #changed = new Set<string>();

  constructor(events?: EventBus) {
    this.#events = events;
  }

  add(viewer: Viewer): void {
    this.#viewers.set(viewer.id, viewer);
    this.#changes(viewer.camera);
  }

  remove(viewer: Viewer): void {
    if (this.#viewers.delete(viewer.id)) this.#changes(viewer.camera);
  }

  /** Gives a viewer another tier. Throws TIER_NOT_FOUND. */
  move(viewer: Viewer, tier: string, reason: MoveReason): void {
    const { id, camera, tier: from } = viewer;
    viewer.moveTo(tier);
    if (from === tier) return;
    this.#events?.publish({ type: 'tier', viewer: id, camera, from, to: tier, reason });
    this.#changes(camera);
  }

  get(id: string): Viewer | undefined {
    return this.#viewers.get(id);
  }

  all(): readonly Viewer[] {
    return [...this.#viewers.values()];
  }

  ofCamera(camera: string): readonly Viewer[] {
    return this.all().filter((viewer) => viewer.camera === camera);
  }

  closeAll(): void {
    for (const viewer of this.all()) viewer.close();
  }

  #changes(camera: string): void {
    this.#changed.add(camera);
    if (this.#changed.size === 1) setTimeout(() => this.#publishChanges(), changesTogetherMs).unref();
  }

  #publishChanges(): void {
    const cameras = [...this.#changed];
    this.#changed.clear();
    for (const camera of cameras) this.#events?.publish({ type: 'viewers', camera });
  }
}
