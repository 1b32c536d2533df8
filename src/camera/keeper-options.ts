/** What a keeper needs, and what it tells. */
import type { Clock } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import type { PipelineRunner } from '../native/addon.types.js';
import type { Output, OutputKey } from '../pipeline/output.js';
import type { Passthrough } from '../pipeline/passthrough.js';
import type { Acceleration } from './acceleration.js';
import type { Whereabouts } from './cause.js';
import type { SessionPlan } from './session.js';
import type { Supervision } from './supervisor.js';

export interface KeeperHandlers {
  /** Finds out what to run; may take a while, and may reject. */
  plan(): Promise<SessionPlan>;
  onPlan(plan: SessionPlan): void;
  /** The frame belongs to the session: retain it to keep it. */
  onFrame(output: Output, frame: Frame): void;
  /** It is clear now whether the camera's own H.264 can be passed on, or it is otherwise than before. */
  onSourceVideo(video: Passthrough): void;
  /** What the source delivers, as caps; called when that is seen, and otherwise than before. */
  onCaps(caps: string): void;
  /** The pipeline is about to be closed; a frame that is held would keep its buffers. `loops`: it opens again at once. */
  onClosing(loops: boolean): void;
  /** The pipeline failed: what was known of its source may have changed. */
  onFault(): void;
  /** After each event, with what was before it. */
  onSupervision(before: Supervision): void;
}

export interface KeeperOptions {
  readonly clock: Clock;
  /** Who runs the next pipeline. */
  readonly runner: () => PipelineRunner;
  /** The outputs that somebody watches. */
  readonly watched: () => ReadonlySet<OutputKey>;
  /** Whether the end of the stream is no fault, but the moment to begin again. */
  readonly loops: () => boolean;
  /** Where its source is. */
  readonly whereabouts: () => Whereabouts;
  /** Draws the jitter of a wait, 0 to 1. */
  readonly random: () => number;
  /** Is told what becomes of the chip's elements. */
  readonly acceleration?: Pick<Acceleration, 'began' | 'ended' | 'closed' | 'failed' | 'hasRested'> | undefined;
  readonly handlers: KeeperHandlers;
}
