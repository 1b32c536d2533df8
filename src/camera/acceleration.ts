/** What a camera asks of whoever knows what this machine's chip can do. */
import type { CameraConfig } from '../config/config.js';
import type { H264Encoder } from '../pipeline/h264-encoder.js';
import type { Processing } from '../pipeline/processing.js';
import type { PipelineSource } from '../pipeline/source.js';

/** The elements of a chip in a pipeline. */
export interface HardwareUse {
  /** Their factories, each once, in the order in which pictures pass them. */
  readonly factories: readonly string[];
  /** Of those that are metered: the element's name in the pipeline, and its factory. */
  readonly metered: ReadonlyMap<string, string>;
  /** How long a start may take. */
  readonly startTimeoutMs: number;
}

export interface WantedWork {
  /** The tiers' names. */
  readonly tiers: readonly string[];
  /** Of H.264, in software; null where there is none. */
  readonly encoder: H264Encoder | null;
  readonly acceleration: CameraConfig['acceleration'];
  /** Where it runs: in the server's own process or in another. */
  readonly isolation: CameraConfig['isolation'];
}

export interface AcceleratedPlan {
  readonly processing: Processing;
  /** Null where all is done in software. */
  readonly hardware: HardwareUse | null;
}

/** What does a job now. */
export interface JobView {
  readonly element: string;
  readonly hardware: boolean;
  /** Why not what the machine has for it; null where that does it, or there is nothing. */
  readonly fallbackReason: string | null;
}

/** Null: there is no such job. */
export interface AccelerationView {
  readonly decode: JobView | null;
  readonly scale: JobView | null;
  readonly jpeg: JobView | null;
  readonly h264: JobView | null;
}

export interface Acceleration {
  /** How the next pipeline works on the source's pictures. Never waits; never throws. */
  plan(source: PipelineSource, wanted: WantedWork): AcceleratedPlan;
  /** What a source delivers, as caps: called whenever that is seen, and otherwise than before. */
  learn(source: PipelineSource, caps: string): void;
  /** A pipeline is about to run in which these elements work. */
  began(factories: readonly string[]): void;
  /** It is over, and about to be closed. */
  ended(): void;
  /** It is closed, or given up. */
  closed(): void;
  /** It failed, and one of these elements is why; `hung`: where its start hangs, settles once that has come back. */
  failed(factories: readonly string[], reason: string, hung: Promise<void> | null): void;
  /** Whether the running pipeline is to begin anew, with elements that it does without since they failed. */
  hasRested(isWatched: boolean): boolean;
  readonly view: AccelerationView;
  /** How many tiers are encoded to H.264 at most, as the last plan had it; null: all. */
  readonly mostVideoTiers: number | null;
  /** How often software took over what the chip failed at. */
  readonly fallbacks: number;
}
