import type { Clock } from '../core/clock.js';
import type { Channel } from '../hub/channel.js';
import type { AdaptableConnection } from '../hub/link.js';
import type { Viewer } from '../hub/viewer-registry.js';
import { decide, startAdaptation } from './decide.js';
import type { TierOption } from './options.js';
import { Scout } from './scout.js';
import type { AdaptationState } from './state.js';
import { type Adapter, directionOf, type TierMove } from './tier-move.js';

/** What a viewer of pictures may be given at this moment. */
export interface AllowedTiers {
  /** Best first, not empty. */
  readonly options: readonly TierOption[];
  readonly channel: (tier: string) => Channel;
}

export interface PictureAdapterOptions {
  readonly clock: Clock;
  /** Null where the viewer's camera is gone. */
  readonly allowed: (viewer: Viewer) => AllowedTiers | null;
}

interface Adapted {
  state: AdaptationState;
  droppedSlow: number;
  nextLookMs: number;
  switchedMs: number;
}

const lookMs = 100;
// Whoever has the best and loses nothing is asked about rarely: a hundred of them must cost next to nothing.
const contentLookMs = 1000;

/** Gives viewers of pictures the tier and frame rate that their TCP connections carry. Owns a scout. */
export class PictureAdapter implements Adapter {
  readonly #options: PictureAdapterOptions;
  readonly #adapted = new Map<string, Adapted>();
  readonly #scout: Scout;

  constructor(options: PictureAdapterOptions) {
    this.#options = options;
    this.#scout = new Scout(options.clock);
  }

  get size(): number {
    return this.#adapted.size;
  }

  look(viewer: Viewer, nowMs: number): TierMove | null {
    const { connection } = viewer;
    if (connection === undefined) return null;
    const known = this.#adapted.get(viewer.id);
    const isTroubled = connection.pendingAgeMs() > lookMs / 2 || connection.droppedSlow !== known?.droppedSlow;
    if (known !== undefined && nowMs < known.nextLookMs && !isTroubled) return null;
    const allowed = this.#options.allowed(viewer);
    if (allowed === null) return null;
    const adapted = known ?? this.#begin(viewer, connection, allowed, nowMs);
    adapted.droppedSlow = connection.droppedSlow;
    const isContent = adapted.state.linkBps === null && !isTroubled;
    adapted.nextLookMs = nowMs + (isContent ? contentLookMs : lookMs);
    return this.#decide(viewer, connection, adapted, allowed, nowMs);
  }

  keepOnly(present: ReadonlySet<string>): void {
    for (const id of this.#adapted.keys()) if (!present.has(id)) this.#adapted.delete(id);
  }

  close(): void {
    this.#scout.close();
    this.#adapted.clear();
  }

  #decide(
    viewer: Viewer,
    connection: AdaptableConnection,
    adapted: Adapted,
    { options, channel }: AllowedTiers,
    nowMs: number,
  ): TierMove | null {
    const sample = connection.sample();
    if (sample === null || viewer.choice.mode !== 'auto') return null;
    const place = options.find(({ name }) => name === viewer.tier);
    // Somebody else moved it, by hand or by a profile: go on from there.
    if (place !== undefined && place.name !== adapted.state.choice.tier) {
      adapted.state = { ...adapted.state, choice: { tier: place.name, fps: place.fps, full: true } };
      connection.adaptFps(null);
    }
    const pendingAgeMs = connection.pendingAgeMs();
    const isDraining = connection.pendingSinceMs() < adapted.switchedMs;
    const input = { nowMs, sample, options, pendingAgeMs, isDraining };
    const { state, reason, padding } = decide(adapted.state, input);
    const from = adapted.state.choice.tier;
    adapted.state = state;
    const { choice, linkBps } = state;
    connection.setLinkBps(linkBps);
    if (padding.frames > 0 || state.probe === null) connection.padFrames(padding.bytes, padding.frames);
    if (linkBps !== null) for (const { name } of options) this.#scout.look(channel(name));
    if (reason === null) return null;
    adapted.switchedMs = nowMs;
    connection.adaptFps(choice.full ? null : choice.fps);
    const names = options.map(({ name }) => name);
    const move = { tier: choice.tier, direction: directionOf(names, from, choice.tier, reason), reason, linkBps };
    return choice.full ? move : { ...move, fps: choice.fps };
  }

  #begin(viewer: Viewer, { droppedSlow }: AdaptableConnection, { options }: AllowedTiers, nowMs: number): Adapted {
    const start = startAdaptation(options, nowMs);
    const current = options.find(({ name }) => name === viewer.tier);
    const choice = current === undefined ? start.choice : { tier: current.name, fps: current.fps, full: true };
    const adapted = { state: { ...start, choice }, droppedSlow, nextLookMs: nowMs, switchedMs: nowMs };
    this.#adapted.set(viewer.id, adapted);
    return adapted;
  }
}
