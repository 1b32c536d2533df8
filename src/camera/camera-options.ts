import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { NativeAddon, PipelineRunner } from '../native/addon.types.js';
import type { Acceleration } from './acceleration.js';
import type { Camera } from './camera.js';
import { logState } from './state-log.js';
import type { Supervision } from './supervisor.js';

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

export interface CameraListener {
  /** The camera went into another state, or has another cause to be in the same. */
  onState?(camera: Camera, from: Supervision['state']): void;
  /** What tiers there are is known, or known anew, or one of them was changed. */
  onTiers?(camera: Camera): void;
}

/** Who listens to a camera. */
export class CameraListeners {
  readonly #listeners = new Set<CameraListener>();

  /** Returns the function that ends the listening; idempotent. */
  add(listener: CameraListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells them nothing any more. */
  clear(): void {
    this.#listeners.clear();
  }

  tellTiers(camera: Camera): void {
    for (const listener of this.#listeners) listener.onTiers?.(camera);
  }

  /** Where the state, or its cause, is another than before; the log too. */
  tellState(camera: Camera, before: Supervision, log: Log): void {
    const { state, cause } = camera.supervision;
    if (state === before.state && cause?.code === before.cause?.code) return;
    logState(log, before, camera.supervision);
    for (const listener of this.#listeners) listener.onState?.(camera, before.state);
  }
}
