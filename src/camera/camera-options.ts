import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { NativeAddon, PipelineRunner } from '../native/addon.types.js';
import type { Acceleration } from './acceleration.js';

export interface CameraOptions {
  readonly addon: NativeAddon;
  /** Runs the pipelines of a camera with `isolation: process`; without it the addon does. */
  readonly isolated?: PipelineRunner;
  /** Knows what the machine's chip can do; without it all is done in software. */
  readonly acceleration?: Acceleration;
  readonly clock: Clock;
  readonly log: Log;
  /** Draws the jitter of a wait, 0 to 1. */
  readonly random?: () => number;
}
