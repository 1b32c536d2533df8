import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import type { SwitchReason } from './decide.js';
import type { Adapter, TierMove } from './tier-move.js';

export interface AdaptationControllerOptions {
  readonly viewers: ViewerRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** One for each medium. They are the controller's from now on: it closes them. */
  readonly adapters: readonly Adapter[];
}

export interface SwitchCounts {
  readonly camera: string;
  readonly direction: 'up' | 'down';
  readonly reason: SwitchReason;
  readonly count: number;
}

const lookMs = 100;

/**
 * Has every viewer's connection looked at, moves viewers where an adapter says so, and counts how often and why. Owns a
 * timer; `close()` is idempotent.
 */
export class AdaptationController {
  readonly #options: AdaptationControllerOptions;
  readonly #counts = new Map<string, { -readonly [Key in keyof SwitchCounts]: SwitchCounts[Key] }>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: AdaptationControllerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#lookAtAll(), lookMs);
  }

  /** How often viewers were moved, and why. */
  get switches(): readonly SwitchCounts[] {
    return [...this.#counts.values()];
  }

  close(): void {
    clearInterval(this.#timer);
    for (const adapter of this.#options.adapters) adapter.close();
  }

  #lookAtAll(): void {
    const { viewers, clock, adapters } = this.#options;
    const nowMs = clock();
    const all = viewers.all();
    for (const viewer of all) {
      for (const adapter of adapters) this.#carryOut(viewer, adapter.look(viewer, nowMs));
    }
    if (adapters.reduce((sum, { size }) => sum + size, 0) <= all.length) return;
    const present = new Set(all.map(({ id }) => id));
    for (const adapter of adapters) adapter.keepOnly(present);
  }

  #carryOut(viewer: Viewer, move: TierMove | null): void {
    if (move === null) return;
    const { tier, direction, reason, fps, linkBps } = move;
    this.#options.viewers.move(viewer, tier, reason);
    this.#count(viewer.camera, direction, reason);
    this.#options.log.info(`viewer ${viewer.id} ${direction} to ${tier}`, {
      reason,
      fps: fps === undefined ? undefined : Number(fps.toFixed(1)),
      link_mbps: linkBps === null ? undefined : Number((linkBps / 1e6).toFixed(2)),
    });
  }

  #count(camera: string, direction: SwitchCounts['direction'], reason: SwitchReason): void {
    const key = `${camera} ${direction} ${reason}`;
    const counts = this.#counts.get(key) ?? { camera, direction, reason, count: 0 };
    counts.count++;
    this.#counts.set(key, counts);
  }
}
