import type { Log } from '../core/log.js';
import { logState } from './state-log.js';
import type { Supervision } from './supervisor.js';

export interface CameraListener {
  /** The camera went into another state, or has another cause to be in the same. */
  onState?(now: Supervision, from: Supervision['state']): void;
  /** What tiers there are is known, or known anew, or one of them was changed. */
  onTiers?(): void;
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

  tellTiers(): void {
    for (const listener of this.#listeners) listener.onTiers?.();
  }

  /** Where the state, or its cause, is another than before; the log too. */
  tellState(before: Supervision, now: Supervision, log: Log): void {
    if (now.state === before.state && now.cause?.code === before.cause?.code) return;
    logState(log, before, now);
    for (const listener of this.#listeners) listener.onState?.(now, before.state);
  }
}
