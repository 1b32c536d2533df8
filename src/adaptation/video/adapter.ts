import type { VideoConnection } from '../../hub/video-link.js';
import type { Viewer } from '../../hub/viewer-registry.js';
import { type Adapter, directionOf, type TierMove } from '../tier-move.js';
import { decideVideo, startVideoAdaptation, type VideoAdaptationState } from './decide.js';
import { type LinkEstimate, LinkEstimator } from './link-estimator.js';
import type { VideoTierOption } from './tier-option.js';

export interface VideoAdapterOptions {
  /** What a viewer may be given now, best first; null where its camera is gone, empty where that has no video. */
  readonly allowed: (viewer: Viewer) => readonly VideoTierOption[] | null;
}

interface Adapted {
  readonly estimator: LinkEstimator;
  state: VideoAdaptationState;
  /** The viewer told something since it was looked at last. */
  isNews: boolean;
}

/** Gives viewers of video the tier that their links carry, by what they tell of what arrived. */
export class VideoAdapter implements Adapter {
  readonly #options: VideoAdapterOptions;
  readonly #adapted = new Map<string, Adapted>();

  constructor(options: VideoAdapterOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#adapted.size;
  }

  look(viewer: Viewer, nowMs: number): TierMove | null {
    const { videoConnection } = viewer;
    if (videoConnection === undefined) return null;
    const adapted = this.#adapted.get(viewer.id) ?? this.#begin(viewer, videoConnection, nowMs);
    // Nothing new is known, and nothing is waited for.
    if (!adapted.isNews && adapted.state.probe === null) return null;
    adapted.isNews = false;
    const link = adapted.estimator.read(nowMs);
    videoConnection.setLinkBps(link.linkBps);
    const options = viewer.choice.mode === 'auto' ? (this.#options.allowed(viewer) ?? []) : [];
    if (options.length === 0) {
      this.#follow(adapted, startVideoAdaptation(viewer.tier, nowMs), videoConnection);
      return null;
    }
    return this.#decide(viewer, videoConnection, adapted, options, link, nowMs);
  }

  keepOnly(present: ReadonlySet<string>): void {
    for (const id of this.#adapted.keys()) if (!present.has(id)) this.#adapted.delete(id);
  }

  close(): void {
    this.#adapted.clear();
  }

  #begin(viewer: Viewer, connection: VideoConnection, nowMs: number): Adapted {
    const state = startVideoAdaptation(viewer.tier, nowMs);
    const adapted: Adapted = { estimator: new LinkEstimator(), state, isNews: false };
    this.#adapted.set(viewer.id, adapted);
    connection.listen((feedback) => {
      adapted.estimator.add(feedback, connection.sentBps);
      adapted.isNews = true;
    });
    return adapted;
  }

  #decide(
    viewer: Viewer,
    connection: VideoConnection,
    adapted: Adapted,
    options: readonly VideoTierOption[],
    link: LinkEstimate,
    nowMs: number,
  ): TierMove | null {
    // Somebody else moved it, by hand or by a profile: go on from there.
    const isMoved = viewer.tier !== adapted.state.tier;
    if (isMoved) this.#follow(adapted, startVideoAdaptation(viewer.tier, nowMs), connection);
    const from = adapted.state.tier;
    const { state, reason } = decideVideo(adapted.state, { nowMs, link, options });
    this.#follow(adapted, state, connection);
    if (reason === null) return null;
    const names = options.map(({ name }) => name);
    const { linkBps } = link;
    return { tier: state.tier, direction: directionOf(names, from, state.tier, reason), reason, linkBps };
  }

  /** Takes a state over, and begins and ends probes as it says. */
  #follow(adapted: Adapted, state: VideoAdaptationState, connection: VideoConnection): void {
    const before = adapted.state.probe;
    adapted.state = state;
    if (state.probe === before) return;
    if (state.probe === null) {
      adapted.estimator.endProbe();
      connection.probe(0, 0);
      return;
    }
    const { order } = state.probe;
    adapted.estimator.beginProbe(order);
    connection.probe(order.bitrateBps, order.durationMs);
  }
}
