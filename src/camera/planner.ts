import type { CameraConfig } from '../config/config.js';
import type { PipelineRunner } from '../native/addon.types.js';
import type { H264Encoder } from '../pipeline/h264-encoder.js';
import { planPipeline } from '../pipeline/plan.js';
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
  readonly encoder: H264Encoder | null;
  readonly own: OwnFrames;
  /** It is known now, or otherwise than before, whether viewers can have the camera's own frames. */
  readonly onOwnFrames: () => void;
}

/** Finds out what a camera's next pipeline is to be. */
export class Planner {
  readonly inspection: Inspection;
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
    const { config, tiers, runner } = options;
    this.inspection = new Inspection(
      () => inspectSource({ ...config(), tiers: tiers().allSettings() }, runner()),
      (source) => this.learn(planPipeline(source, new Map(), { h264: null })),
    );
  }

  /** May look at the source; rejects as that does. */
  async plan(): Promise<SessionPlan> {
    const { config, tiers, encoder } = this.#options;
    const source = await this.inspection.get();
    const settings = new Map(
      tiers()
        .allSettings()
        .map((tier) => [tier.name, tier]),
    );
    const { minFps, source: configured } = config();
    const pipeline = planPipeline(source, settings, { sourceMinFps: minFps, h264: encoder });
    const plan = { ...pipeline, ...whereabouts(configured) };
    return configured.kind === 'http' ? { ...plan, feedUrl: configured.url } : plan;
  }

  /** What is planned tells of the source too. */
  learn({ outputs }: Pick<SessionPlan, 'outputs'>): void {
    if (this.#options.own.learnPlan(outputs)) this.#options.onOwnFrames();
  }
}
