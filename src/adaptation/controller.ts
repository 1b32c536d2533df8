import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { Channel } from '../hub/channel.js';
import type { AdaptableConnection } from '../hub/link.js';
import type { Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import { type AdaptationState, decide, type SwitchReason, startAdaptation } from './decide.js';
import type { TierOption } from './options.js';
import { Scout } from './scout.js';

/** What a viewer of a camera may be given at this moment. */
export interface AllowedTiers {
  /** Best first, not empty. */
  readonly options: readonly TierOption[];
  readonly channel: (tier: string) => Channel;
}

export interface AdaptationControllerOptions {
  readonly viewers: ViewerRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Null where the viewer's camera is gone. */
  readonly allowed: (viewer: Viewer) => AllowedTiers | null;
}

export interface SwitchCounts {
  readonly camera: string;
  readonly direction: 'up' | 'down';
  readonly reason: SwitchReason;
  readonly count: number;
}

interface Adapted {
  readonly connection: AdaptableConnection;
  state: AdaptationState;
  droppedSlow: number;
  nextLookMs: number;
  switchedMs: number;
}

const lookMs = 100;
// Whoever has the best and loses nothing is asked about rarely: a hundred of them must cost next to nothing.
const contentLookMs = 1000;

/**
 * Looks at every viewer's connection and gives each the tier and frame rate that its link carries. Owns a timer;
 * `close()` is idempotent.
 */
export class AdaptationController {
  readonly #options: AdaptationControllerOptions;
  readonly #adapted = new Map<string, Adapted>();
  readonly #counts = new Map<string, { -readonly [Key in keyof SwitchCounts]: SwitchCounts[Key] }>();
  readonly #scout: Scout;
  readonly #timer: NodeJS.Timeout;

  constructor(options: AdaptationControllerOptions) {
    this.#options = options;
    this.#scout = new Scout(options.clock);
    this.#timer = setInterval(() => this.#lookAtAll(), lookMs);
  }

  /** How often viewers were moved, and why. */
  get switches(): readonly SwitchCounts[] {
    return [...this.#counts.values()];
  }

  close(): void {
    clearInterval(this.#timer);
    this.#scout.close();
    this.#adapted.clear();
  }

  #lookAtAll(): void {
    const nowMs = this.#options.clock();
    const viewers = this.#options.viewers.all();
    for (const viewer of viewers) if (viewer.connection !== undefined) this.#look(viewer, viewer.connection, nowMs);
    if (this.#adapted.size <= viewers.length) return;
    const present = new Set(viewers.map(({ id }) => id));
    for (const id of this.#adapted.keys()) if (!present.has(id)) this.#adapted.delete(id);
  }

  #look(viewer: Viewer, connection: AdaptableConnection, nowMs: number): void {
    const known = this.#adapted.get(viewer.id);
    const isTroubled = connection.pendingAgeMs() > lookMs / 2 || connection.droppedSlow !== known?.droppedSlow;
    if (known !== undefined && nowMs < known.nextLookMs && !isTroubled) return;
    const allowed = this.#options.allowed(viewer);
    if (allowed === null) return;
    const adapted = known ?? this.#begin(viewer, connection, allowed, nowMs);
    adapted.droppedSlow = connection.droppedSlow;
    const isContent = adapted.state.linkBps === null && !isTroubled;
    adapted.nextLookMs = nowMs + (isContent ? contentLookMs : lookMs);
    const sample = connection.sample();
    if (sample === null || viewer.choice.mode !== 'auto') return;
    const { options } = allowed;
    const place = options.find(({ name }) => name === viewer.tier);
    // Somebody else moved it, by hand or by a profile: go on from there.
    if (place !== undefined && place.name !== adapted.state.choice.tier) {
      adapted.state = { ...adapted.state, choice: { tier: place.name, fps: place.fps, full: true } };
      connection.adaptFps(null);
    }
    const pendingAgeMs = connection.pendingAgeMs();
    const isDraining = connection.pendingSinceMs() < adapted.switchedMs;
    const input = { nowMs, sample, options, pendingAgeMs, isDraining };
    const { state, reason, paddingBytes } = decide(adapted.state, input);
    const before = adapted.state.choice;
    adapted.state = state;
    connection.setLinkBps(state.linkBps);
    if (paddingBytes > 0) connection.padNextFrame(paddingBytes);
    if (state.linkBps !== null) for (const { name } of options) this.#scout.look(allowed.channel(name));
    if (reason !== null) adapted.switchedMs = nowMs;
    if (reason !== null) this.#move(viewer, connection, state, options, before.tier, reason);
  }

  #begin(viewer: Viewer, connection: AdaptableConnection, { options }: AllowedTiers, nowMs: number): Adapted {
    const start = startAdaptation(options, nowMs);
    const current = options.find(({ name }) => name === viewer.tier);
    const choice = current === undefined ? start.choice : { tier: current.name, fps: current.fps, full: true };
    const { droppedSlow } = connection;
    const adapted = { connection, state: { ...start, choice }, droppedSlow, nextLookMs: nowMs, switchedMs: nowMs };
    this.#adapted.set(viewer.id, adapted);
    return adapted;
  }

  #move(
    viewer: Viewer,
    connection: AdaptableConnection,
    { choice, linkBps }: AdaptationState,
    options: readonly TierOption[],
    from: string,
    reason: SwitchReason,
  ): void {
    connection.adaptFps(choice.full ? null : choice.fps);
    this.#options.viewers.move(viewer, choice.tier, reason);
    const place = (tier: string) => options.findIndex(({ name }) => name === tier);
    const direction = reason === 'late' || place(choice.tier) > place(from) ? 'down' : 'up';
    this.#count(viewer.camera, direction, reason);
    this.#options.log.info(`viewer ${viewer.id} ${direction} to ${choice.tier}`, {
      reason,
      fps: choice.full ? undefined : Number(choice.fps.toFixed(1)),
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
