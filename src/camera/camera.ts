import type { CameraConfig, TierConfig } from '../config/config.js';
import { tierNotFound } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import type { Channel } from '../hub/channel.js';
import type { VideoChannel } from '../hub/video-channel.js';
import type { Medium } from '../hub/viewer-registry.js';
import type { PipelineRunner } from '../native/addon.types.js';
import { chooseH264Encoder, type H264Encoder } from '../pipeline/h264-encoder.js';
import { type Output, outputKey } from '../pipeline/output.js';
import type { Passthrough } from '../pipeline/passthrough.js';
import { SOURCE_TIER } from '../pipeline/plan.js';
import { gateSetting } from '../pipeline/tier.js';
import type { Acceleration } from './acceleration.js';
import { type CameraListener, CameraListeners, type Transitions } from './camera-listeners.js';
import type { CameraOptions } from './camera-options.js';
import { whereabouts } from './cause.js';
import { Keeper } from './keeper.js';
import type { KeptPicture } from './kept-pictures.js';
import { OwnFrames } from './own-frames.js';
import { Planner } from './planner.js';
import { changedTiers, hasOtherSource, hasOtherTiers, hasOtherWorkers, wantsOtherMode } from './reconfiguration.js';
import type { SourceProgress } from './source-progress.js';
import { StandIn } from './stand-in.js';
import type { Supervision } from './supervisor.js';
import type { TierChange } from './tier-settings.js';
import type { OutputWork } from './tier-work.js';
import { Tiers } from './tiers.js';

export type { CameraListener, CameraOptions };

/**
 * One camera: a channel for each of its tiers, a pipeline while somebody watches, and what stands in for it while it
 * gives nothing. Owns the pipeline's keeper and the stand-in; `close()` ends both and is idempotent.
 */
export class Camera {
  readonly #options: CameraOptions;
  readonly #encoder: H264Encoder | null;
  readonly #own: OwnFrames;
  readonly #tiers: Tiers;
  readonly #planner: Planner;
  readonly #standIn: StandIn;
  readonly #keeper: Keeper;
  readonly #listeners = new CameraListeners();
  #config: CameraConfig;
  #profile: string | null = null;
  #closed = false;

  constructor(config: CameraConfig, options: CameraOptions) {
    this.#config = config;
    this.#options = options;
    this.#encoder = chooseH264Encoder((element) => options.addon.findElement(element) !== null);
    this.#own = new OwnFrames(config.source);
    this.#tiers = new Tiers(config.tiers, {
      clock: options.clock,
      own: this.#own,
      mostVideoTiers: () => (this.#encoder === null ? 0 : (options.acceleration?.mostVideoTiers ?? null)),
      onDemand: (output, wanted) => this.#keeper.watch(output, wanted),
      onKeyframeWanted: (output) => {
        this.#keeper.requestKeyframe(output);
        this.#standIn.requestKeyframe(outputKey(output));
      },
    });
    this.#planner = new Planner({
      config: () => this.#config,
      tiers: () => this.#tiers,
      runner: () => this.#runner,
      encoder: this.#encoder,
      acceleration: options.acceleration,
      own: this.#own,
      onTiers: () => this.#listeners.tellTiers(),
    });
    this.#standIn = new StandIn({
      addon: options.addon,
      clock: options.clock,
      log: options.log,
      encoder: this.#encoder,
      settingsOf: (tier) => this.#tiers.settings(tier),
      publish: (output, frame) => this.#tiers.publish(output, frame),
    });
    this.#keeper = this.#makeKeeper();
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

  /** The tiers that there are in any medium, best first. */
  get allTierNames(): readonly string[] {
    return this.#tiers.names;
  }

  /** The tiers that there are in a medium, best first. */
  tierNamesOf(medium: Medium): readonly string[] {
    return this.#tiers.namesOf(medium);
  }

  /** What encodes its tiers to H.264; null where nothing can. */
  get videoEncoder(): string | null {
    return this.#planner.processing.h264?.encoder.element ?? null;
  }

  /** What the machine's chip does for it; undefined where nobody looks after that. */
  get acceleration(): Pick<Acceleration, 'view' | 'fallbacks' | 'mostVideoTiers'> | undefined {
    return this.#options.acceleration;
  }

  /** Whether viewers can have the camera's own H.264, and why not. */
  get sourceVideo(): Passthrough {
    return this.#own.video;
  }

  /** The tier that `auto` viewers are held to; null where each has its own. */
  get profile(): string | null {
    return this.#profile;
  }

  /** The tiers that there are for a profile, best first; `source` also where it isn't known yet if there is one. */
  get profileNames(): readonly string[] {
    return this.#tiers.namesToHold;
  }

  /** Whoever asks moves the viewers. Throws TIER_NOT_FOUND. */
  holdTo(profile: string | null): void {
    if (profile !== null && !this.profileNames.includes(profile))
      throw tierNotFound(profile, this.id, this.profileNames);
    this.#profile = profile;
  }

  /** What a tier is set to now; undefined for `source`, which is the camera's own, and for one that isn't there. */
  tierSettings(tier: string): TierConfig | undefined {
    return this.#tiers.settings(tier);
  }

  /**
   * Changes a tier, from the next frame on where it plays, else for the next start; what an encoder can't be told while
   * it plays takes a new pipeline soon. A picture is never larger than what the camera delivers, and that is chosen for
   * the best tier when it starts. Throws TIER_NOT_FOUND, also for `source`.
   */
  changeTier(tier: string, change: TierChange): TierConfig {
    const before = this.#tiers.settings(tier);
    if (before === undefined) throw tierNotFound(tier, this.id, this.tierNames);
    const after = this.#tiers.change(tier, change);
    const { settings, needsAnother } = this.#planner.changes(tier, before, after);
    this.#keeper.set(settings);
    if (needsAnother) this.#keeper.beginAnewSoon();
    const resized = before.width !== after.width || before.height !== after.height;
    // What its frames weighed says nothing any more.
    if (resized || before.quality !== after.quality) this.channel(tier).meanFrameBytes = null;
    const isBest = this.#tiers.allSettings()[0] === after;
    if (isBest && (resized || before.fps !== after.fps)) this.#planner.inspection.forget();
    this.#listeners.tellTiers();
    return after;
  }

  /**
   * Takes over a configuration of the same id. Viewers stay: a tier's settings change from the next frame on; another
   * source or other tiers take a new pipeline, and who watched a tier that is gone must be moved when `onTiers` is told.
   */
  reconfigure(after: CameraConfig): void {
    const before = this.#config;
    this.#config = after;
    this.#keeper.configure(after);
    for (const [tier, change] of changedTiers(before, after)) this.changeTier(tier, change);
    if (before.minFps !== after.minFps) this.#keeper.set([gateSetting(SOURCE_TIER, after.minFps)]);
    const otherSource = hasOtherSource(before, after);
    const otherTiers = hasOtherTiers(before, after);
    if (otherTiers) this.#tiers.replace(after.tiers.map((tier) => this.#tiers.settings(tier.name) ?? tier));
    if (otherSource) this.#forgetSource();
    if (otherSource || otherTiers || wantsOtherMode(before, after) || hasOtherWorkers(before, after)) {
      this.#planner.inspection.forget();
      this.#keeper.beginAnew();
    }
    if (this.#profile !== null && !this.profileNames.includes(this.#profile)) this.#profile = null;
    if (otherSource || otherTiers) this.#listeners.tellTiers();
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

  /** Has it run and listened to, as its own H.264 would be, until the returned function is called; that is idempotent. */
  holdSourceVideo(): () => void {
    return this.#tiers.sourceVideo?.hold() ?? (() => undefined);
  }

  /** The last picture before the camera was lost, of this tier if there was one; null where there never was one. */
  lastPicture(tier: string): KeptPicture | null {
    return this.#standIn.lastPicture(tier);
  }

  /** Waits until it is known what JPEG tiers there are, or can't be: a device that isn't there tells nothing. */
  async knowTiers(): Promise<void> {
    if (this.#own.pass('jpeg') !== undefined || this.#closed) return;
    // An inspection opens the device, which a running pipeline may hold.
    const { inspection } = this.#planner;
    await (this.supervision.pipeline === 'none' ? inspection.get() : inspection.current)?.catch(() => undefined);
  }

  /** How often it went into each state, by its cause. */
  get transitions(): readonly Transitions[] {
    return this.#listeners.transitions;
  }

  /** Returns the function that ends the listening. */
  listen(listener: CameraListener): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    await this.#standIn.close();
    await this.#keeper.close();
    await this.#planner.inspection.idle;
    this.#tiers.clear();
  }

  #forgetSource(): void {
    this.#tiers.clear();
    this.#tiers.forgetSizes();
    this.#standIn.forget();
    this.#own.begin(this.#config.source);
  }

  #makeKeeper(): Keeper {
    const { clock, random = Math.random } = this.#options;
    const keeper = new Keeper({
      clock,
      random,
      acceleration: this.#options.acceleration,
      runner: () => this.#runner,
      watched: () => this.#tiers.watched,
      loops: () => this.#config.source.kind === 'file',
      whereabouts: () => whereabouts(this.#config.source),
      handlers: {
        plan: () => this.#planner.plan(),
        onPlan: (plan) => this.#planner.learn(plan),
        onFrame: (output, frame) => this.#publish(output, frame),
        onSourceVideo: (video) => void (this.#own.learnVideo(video) && this.#listeners.tellTiers()),
        onCaps: (caps) => this.#planner.learnCaps(caps),
        onClosing: (loops) => this.#keepPictures(loops),
        // What the device could do may have changed when it comes back.
        onFault: () => this.#planner.inspection.forget(),
        onSupervision: (before) => this.#onSupervision(before),
      },
    });
    keeper.configure(this.#config);
    return keeper;
  }

  #onSupervision(before: Supervision): void {
    if (this.#closed) return;
    this.#listeners.tellState(before, this.supervision, this.#options.log);
    this.#standIn.follow(this.supervision, this.#config.name, this.#tiers.watched);
  }

  #keepPictures(loops: boolean): void {
    if (loops) return;
    this.#standIn.keepNewest(this.#tiers.channels);
    this.#tiers.clear();
  }

  #publish(output: Output, frame: Frame): void {
    // Of pictures the channel has the last one; of video what can be shown alone.
    if (output.medium === 'h264' && frame.isKeyframe) this.#standIn.keep(output, frame);
    this.#tiers.publish(output, frame);
  }
}
