import type { Channel } from './channel.js';

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

/** Anybody who watches, whatever the transport. */
export interface Viewer {
  readonly id: string;
  readonly camera: string;
  readonly transport: 'mjpeg';
  /** `address:port` of the other side. */
  readonly address: string;
  /** CLOCK_MONOTONIC ms. */
  readonly sinceMs: number;
  /** `auto`: the server chooses the tier; `fixed`: the viewer named it. */
  readonly mode: 'auto' | 'fixed';
  /** What the viewer asked for, under the transport's own names. */
  readonly request: Readonly<Record<string, string | number | boolean>>;
  readonly tier: string;
  stats(): ViewerStats;
  /** Between two frames. */
  moveTo(channel: Channel): void;
  /** Ends the viewer's stream. Idempotent. */
  close(): void;
}

/** Who watches what. A viewer is in it from its first to its last moment. */
export class ViewerRegistry {
  readonly #viewers = new Map<string, Viewer>();

  add(viewer: Viewer): void {
    this.#viewers.set(viewer.id, viewer);
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer.id);
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
}
