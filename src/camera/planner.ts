import type { CameraConfig, TierConfig } from '../config/config.js';
import type { PipelineRunner } from '../native/addon.types.js';
import { h264Changes, needsAnotherEncoder } from '../pipeline/h264.js';
import type { H264Encoder } from '../pipeline/h264-encoder.js';
import { planPipeline } from '../pipeline/plan.js';
import { type Processing, softwareProcessing } from '../pipeline/processing.js';
import type { PipelineSource } from '../pipeline/source.js';
import { type ElementSetting, tierChanges } from '../pipeline/tier.js';
import type { Acceleration } from './acceleration.js';
import { whereabouts } from './cause.js';
import { inspectSource } from './inspect.js';
import { Inspection } from './inspection.js';
import type { OwnFrames } from './own-frames.js';
import type { SessionPlan } from './session.js';
import type { Tiers } from './tiers.js';

export interface PlannerOptions {
  readonly config: () => CameraConfig;
  readonly tiers: () => Pick<Tiers, 'allSettings'>;
  readonly runner: () => PipelineRunner;
  /** Of H.264, in software. */
  readonly encoder: H264Encoder | null;
  /** Without it all is done in software. */
  readonly acceleration?: Acceleration | undefined;
  readonly own: OwnFrames;
  /** It is known now, or otherwise than before, what tiers there are. */
  readonly onTiers: () => void;
}

/** What makes one tier out of another. */
export interface PlannedChanges {
  /** What must be set on the running pipeline. */
  readonly settings: readonly ElementSetting[];
  /** Whether that isn't all: the rest takes a new pipeline. */
  readonly needsAnother: boolean;
}

/** Finds out what a camera's next pipeline is to be. */
export class Planner {
  readonly inspection: Inspection;
  /** What the last pipeline was planned with. */
  processing: Processing;
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
    const { config, tiers, runner } = options;
    this.processing = softwareProcessing(options.encoder);
    this.inspection = new Inspection(
      () => inspectSource({ ...config(), tiers: tiers().allSettings() }, runner()),
      (source) => this.#learnSource(source),
    );
  }

  /** May look at the source; rejects as that does. */
  async plan(): Promise<SessionPlan> {
    const { config, tiers, encoder, acceleration } = this.#options;
    const source = await this.inspection.get();
    const settings = new Map(
      tiers()
        .allSettings()
        .map((tier) => [tier.name, tier]),
    );
    const { minFps, source: configured, nice, cpus, acceleration: allowed, isolation } = config();
    const mostBefore = acceleration?.mostVideoTiers;
    const wanted = { tiers: [...settings.keys()], encoder, acceleration: allowed, isolation };
    const accelerated = acceleration?.plan(source, wanted);
    if (acceleration?.mostVideoTiers !== mostBefore) this.#options.onTiers();
    const { processing, hardware } = accelerated ?? { processing: softwareProcessing(encoder), hardware: null };
    this.processing = processing;
    const pipeline = planPipeline(source, settings, { sourceMinFps: minFps, h264: encoder, processing });
    const threads = cpus === null ? { nice } : { nice, cpus };
    const plan = { ...pipeline, ...whereabouts(configured), hardware, threads };
    return configured.kind === 'http' ? { ...plan, feedUrl: configured.url } : plan;
  }

  /** What makes one tier out of the other, in the pipeline that was planned last. */
  changes(tier: string, before: TierConfig, after: TierConfig): PlannedChanges {
    const { h264 } = this.processing;
    const pictures = tierChanges(tier, before, after, this.processing);
    if (h264 === null) return { settings: pictures, needsAnother: false };
    const settings = [...pictures, ...h264Changes(tier, before, after, h264.encoder)];
    return { settings, needsAnother: needsAnotherEncoder(before, after, h264.encoder) };
  }

  /** The source delivers this. */
  learnCaps(caps: string): void {
    const { acceleration } = this.#options;
    if (acceleration !== undefined)
      void this.inspection.current?.then((source) => acceleration.learn(source, caps)).catch(() => undefined);
  }

  #learnSource(source: PipelineSource): void {
    this.learn(planPipeline(source, new Map(), { h264: null }));
    if (source.kind !== 'file' || source.video === undefined) return;
    if (this.#options.own.learnVideo(source.video)) this.#options.onTiers();
  }

  /** What is planned tells of the source too. */
  learn({ outputs }: Pick<SessionPlan, 'outputs'>): void {
    if (this.#options.own.learnPlan(outputs)) this.#options.onTiers();
  }
}
