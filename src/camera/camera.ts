import type { CameraConfig, TierConfig } from '../config/config.js';
import type { Clock } from '../core/clock.js';
import { tierNotFound } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Channel } from '../hub/channel.js';
import type { VideoChannel } from '../hub/video-channel.js';
import type { Medium } from '../hub/viewer-registry.js';
import type { NativeAddon, PipelineRunner } from '../native/addon.types.js';
import { h264Changes } from '../pipeline/h264.js';
import { chooseH264Encoder, type H264Encoder } from '../pipeline/h264-encoder.js';
import { planPipeline, SOURCE_TIER } from '../pipeline/plan.js';
import { gateSetting, tierChanges } from '../pipeline/tier.js';
import { whereabouts } from './cause.js';
import { inspectSource } from './inspect.js';
import { Inspection } from './inspection.js';
import { Keeper } from './keeper.js';
import type { KeptPicture } from './placeholder.js';
import { changedTiers, deliversJpeg, hasOtherSource, hasOtherTiers, wantsOtherMode } from './reconfiguration.js';
import type { SessionPlan } from './session.js';
import type { SourceProgress } from './source-progress.js';
import { StandIn } from './stand-in.js';
import { isDown, type Supervision } from './supervisor.js';
import type { TierChange } from './tier-settings.js';
import type { OutputWork } from './tier-work.js';
import { Tiers } from './tiers.js';

export interface CameraOptions {
  readonly addon: NativeAddon;
  /** Runs the pipelines of a camera with `isolation: process`; without it the addon does. */
  readonly isolated?: PipelineRunner;
  readonly clock: Clock;
  readonly log: Log;
  /** Draws the jitter of a wait, 0 to 1. */
  readonly random?: () => number;
}

export interface CameraListener {
  /** The camera went into another state, or has another cause to be in the same. */
  onState?(camera: Camera, from: Supervision['state']): void;
  /** What tiers there are is known, or known anew, or one of them was changed. */
  onTiers?(camera: Camera): void;
}

// A start that takes longer is told of.
const patienceMs = 900;

/**
 * One camera: a channel for each of its tiers, a pipeline while somebody watches, and what stands in for it while it
 * gives nothing. Owns the pipeline's keeper, the stand-in and a timer; `close()` ends all of it and is idempotent.
 */
export class Camera {
  readonly #options: CameraOptions;
  readonly #encoder: H264Encoder | null;
  readonly #tiers: Tiers;
  readonly #inspection: Inspection;
  readonly #standIn: StandIn;
  readonly #keeper: Keeper;
  readonly #listeners = new Set<CameraListener>();
  #config: CameraConfig;
  #profile: string | null = null;
  #patience: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(config: CameraConfig, options: CameraOptions) {
    this.#config = config;
    this.#options = options;
    this.#encoder = chooseH264Encoder((element) => options.addon.findElement(element) !== null);
    this.#tiers = new Tiers(config.tiers, {
      clock: options.clock,
      hasVideo: this.#encoder !== null,
      onDemand: (output, wanted) => this.#keeper.watch(output, wanted),
      onKeyframeWanted: (output) => this.#keeper.requestKeyframe(output),
    });
    this.#tiers.passes.jpeg = deliversJpeg(config.source);
    this.#inspection = new Inspection(
      () => inspectSource({ ...this.#config, tiers: this.#tiers.allSettings() }, this.#runner),
      (source) => this.#learn(planPipeline(source, new Map(), { h264: null })),
    );
    this.#standIn = new StandIn({
      addon: options.addon,
      clock: options.clock,
      log: options.log,
      boundsOf: (tier) => this.#tiers.settings(tier),
      publish: (tier, frame) => this.#tiers.publish({ tier, medium: 'jpeg' }, frame),
    });
    this.#keeper = this.#makeKeeper();
    this.#keeper.lingerFor(config.lingerMs);
  }

  get #runner(): PipelineRunner {
    const { addon, isolated = addon } = this.#options;
    return this.#config.isolation === 'process' ? isolated : addon;
  }

  get id(): string {
    return this.#config.id;
  }

  get config(): CameraConfig {
    return this.#config;
  }

  get supervision(): Supervision {
    return this.#keeper.supervision;
  }

  /** What came through the source since the camera was made. */
  get progress(): SourceProgress {
    return this.#keeper.progress;
  }

  /** What was made of a tier's frames, in a medium, since the camera was made. */
  tierWork(tier: string, medium: Medium): OutputWork {
    return this.#keeper.work.of({ tier, medium });
  }

  /** The names of its JPEG tiers, best first; `source` only where the camera is known to deliver JPEG. */
  get tierNames(): readonly string[] {
    return this.tierNamesOf('jpeg');
  }

  /** The tiers that there are in a medium, best first. */
  tierNamesOf(medium: Medium): readonly string[] {
    return this.#tiers.namesOf(medium);
  }

  /** The tier that `auto` viewers are held to; null where each has its own. */
  get profile(): string | null {
    return this.#profile;
  }

  /** Whoever asks moves the viewers. Throws TIER_NOT_FOUND. */
  holdTo(profile: string | null): void {
    if (profile !== null) this.channel(profile);
    this.#profile = profile;
  }

  /** What a tier is set to now; undefined for `source`, which is the camera's own, and for one that isn't there. */
  tierSettings(tier: string): TierConfig | undefined {
    return this.#tiers.settings(tier);
  }

  /**
   * Changes a tier, from the next frame on where it plays, else for the next start. A
   * picture is never larger than what the camera delivers, and that is chosen for the best tier when it starts. Throws
   * TIER_NOT_FOUND, also for `source`.
   */
  changeTier(tier: string, change: TierChange): TierConfig {
    const before = this.#tiers.settings(tier);
    if (before === undefined) throw tierNotFound(tier, this.id, this.tierNames);
    const after = this.#tiers.change(tier, change);
    const settings = tierChanges(tier, before, after);
    const video = this.#encoder === null ? [] : h264Changes(tier, before, after, this.#encoder);
    this.#keeper.set([...settings, ...video]);
    const changes = (one: string) => settings.some(({ property }) => property === one);
    // What its frames weighed says nothing any more.
    if (changes('caps') || changes('quality')) this.channel(tier).meanFrameBytes = null;
    if ((changes('caps') || changes('max-rate')) && this.#tiers.allSettings()[0] === after) this.#inspection.forget();
    this.#announceTiers();
    return after;
  }

  /**
   * Takes over a configuration of the same id. Viewers stay: a tier's settings change from the next frame on; another
   * source or other tiers take a new pipeline, and who watched a tier that is gone must be moved when `onTiers` is told.
   */
  reconfigure(after: CameraConfig): void {
    const before = this.#config;
    this.#config = after;
    this.#keeper.lingerFor(after.lingerMs);
    for (const [tier, change] of changedTiers(before, after)) this.changeTier(tier, change);
    if (before.minFps !== after.minFps) this.#keeper.set([gateSetting(SOURCE_TIER, after.minFps)]);
    const otherSource = hasOtherSource(before, after);
    const otherTiers = hasOtherTiers(before, after);
    if (otherTiers) this.#tiers.replace(after.tiers.map((tier) => this.#tiers.settings(tier.name) ?? tier));
    if (otherSource) this.#forgetSource();
    if (otherSource || otherTiers || wantsOtherMode(before, after) || before.isolation !== after.isolation) {
      this.#inspection.forget();
      this.#keeper.beginAnew();
    }
    if (this.#profile !== null && !this.tierNames.includes(this.#profile)) this.#profile = null;
    if (otherSource || otherTiers) this.#announceTiers();
    // Whoever watched a tier that is gone counts no more.
    this.#keeper.countDemand();
  }

  /** The channel of a tier. Throws TIER_NOT_FOUND. */
  channel(tier: string): Channel {
    const channel = this.#tiers.channel(tier);
    if (channel === undefined) throw tierNotFound(tier, this.id, this.tierNames);
    return channel;
  }

  /** A tier's H.264. Throws TIER_NOT_FOUND, also where the machine or the camera has none of it. */
  video(tier: string): VideoChannel {
    const channel = this.#tiers.video(tier);
    if (channel === undefined) throw tierNotFound(tier, this.id, this.tierNamesOf('h264'));
    return channel;
  }

  /** The last picture before the camera was lost, of this tier if there was one; null where there never was one. */
  lastPicture(tier: string): KeptPicture | null {
    return this.#standIn.lastPicture(tier);
  }

  /** Waits until it is known what tiers there are, or can't be: a device that isn't there tells nothing. */
  async knowTiers(): Promise<void> {
    if (this.#tiers.passes.jpeg !== undefined || this.#closed) return;
    // An inspection opens the device, which a running pipeline may hold.
    const inspection = this.supervision.pipeline === 'none' ? this.#inspection.get() : this.#inspection.current;
    await inspection?.catch(() => undefined);
  }

  /** Returns the function that ends the listening. */
  listen(listener: CameraListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#patience);
    await this.#standIn.close();
    await this.#keeper.close();
    await this.#inspection.idle;
    this.#tiers.clear();
  }

  #forgetSource(): void {
    this.#tiers.clear();
    this.#tiers.forgetSizes();
    this.#standIn.forget();
    // What isn't known without a look stays as it was until then.
    this.#tiers.passes.jpeg = deliversJpeg(this.#config.source) ?? this.#tiers.passes.jpeg;
  }

  #makeKeeper(): Keeper {
    const { clock, random = Math.random } = this.#options;
    return new Keeper({
      clock,
      random,
      runner: () => this.#runner,
      watched: () => this.#tiers.watched,
      loops: () => this.#config.source.kind === 'file',
      whereabouts: () => whereabouts(this.#config.source),
      handlers: {
        plan: () => this.#plan(),
        onPlan: (plan) => this.#learn(plan),
        onFrame: (output, frame) => this.#tiers.publish(output, frame),
        onClosing: (loops) => {
          if (!loops) this.#keepPictures();
        },
        // What the device could do may have changed when it comes back.
        onFault: () => this.#inspection.forget(),
        onSupervision: (before) => this.#onSupervision(before),
      },
    });
  }

  #onSupervision(before: Supervision): void {
    if (this.#closed) return;
    const { state, cause } = this.supervision;
    if (state !== before.state || cause?.code !== before.cause?.code) this.#announce(before);
    this.#standInOrNot();
  }

  #keepPictures(): void {
    for (const { name, newest } of this.#tiers.channels) {
      if (newest !== undefined && !newest.isStandIn) this.#standIn.keep(name, newest);
    }
    this.#tiers.clear();
  }

  /** Whoever watches sees within a second what is the matter. */
  #standInOrNot(): void {
    clearTimeout(this.#patience);
    const { state, sinceMs, cause } = this.supervision;
    const { watched } = this.#tiers;
    const waitedMs = this.#options.clock() - sinceMs;
    if (watched.size > 0 && (isDown(state) || (state === 'starting' && waitedMs >= patienceMs))) {
      const words = cause === null ? state : `${state}: ${cause.message}`;
      const tiers = [...watched].filter((key) => key.startsWith('jpeg:')).map((key) => key.slice('jpeg:'.length));
      this.#standIn.show({ name: this.#config.name, words, sinceMs }, new Set(tiers));
      return;
    }
    if (state === 'idle') this.#standIn.rest();
    else this.#standIn.hide();
    if (state === 'starting') this.#patience = setTimeout(() => this.#standInOrNot(), patienceMs - waitedMs);
  }

  async #plan(): Promise<SessionPlan> {
    const source = await this.#inspection.get();
    const tiers = new Map(this.#tiers.allSettings().map((tier) => [tier.name, tier]));
    const options = { sourceMinFps: this.#config.minFps, h264: this.#encoder };
    const plan = { ...planPipeline(source, tiers, options), ...whereabouts(this.config.source) };
    return this.config.source.kind === 'http' ? { ...plan, feedUrl: this.config.source.url } : plan;
  }

  #learn({ outputs }: Pick<SessionPlan, 'outputs'>): void {
    const passes = outputs.some(({ tier, medium }) => tier === SOURCE_TIER && medium === 'jpeg');
    if (this.#tiers.passes.jpeg === passes || this.#closed) return;
    this.#tiers.passes.jpeg = passes;
    this.#announceTiers();
  }

  #announceTiers(): void {
    for (const listener of this.#listeners) listener.onTiers?.(this);
  }

  #announce(before: Supervision): void {
    const { state, cause, attempt } = this.supervision;
    const fields = { attempt: attempt > 0 && state !== 'live' ? attempt : undefined, was: before.state };
    if (cause === null) this.#options.log.info(state, fields);
    else this.#options.log.warn(`${state}: ${cause.message}`, fields);
    for (const listener of this.#listeners) listener.onState?.(this, before.state);
  }
}
