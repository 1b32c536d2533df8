import type { Log } from '../core/log.js';
import { logState } from './state-log.js';
import { isDelivering, type Supervision } from './supervisor.js';

export interface CameraListener {
  /** The camera went into another state, or has another cause to be in the same. */
  onState?(now: Supervision, from: Supervision['state']): void;
  /** What tiers there are is known, or known anew, or one of them was changed. */
  onTiers?(): void;
}

export interface Transitions {
  readonly state: Supervision['state'];
  /** Its code; '' for none. */
  readonly cause: string;
  readonly count: number;
}

/** Who listens to a camera, and what they were told in all. */
export class CameraListeners {
  readonly #listeners = new Set<CameraListener>();
  readonly #transitions = new Map<string, Transitions>();

  /** Returns the function that ends the listening; idempotent. */
  add(listener: CameraListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells them nothing any more. */
  clear(): void {
    this.#listeners.clear();
  }

  /** How often the camera went into each state, by its cause. */
  get transitions(): readonly Transitions[] {
    return [...this.#transitions.values()];
  }

  tellTiers(): void {
    for (const listener of this.#listeners) listener.onTiers?.();
  }

  /** Where the state, or its cause, is another than before; the log too. */
  tellState(before: Supervision, now: Supervision, log: Log): void {
    if (now.state === before.state && isSame(now.state, now.cause, before.cause)) return;
    if (now.state !== before.state) this.#count(now);
    logState(log, before, now);
    for (const listener of this.#listeners) listener.onState?.(now, before.state);
  }

  #count({ state, cause }: Supervision): void {
    const code = cause?.code ?? '';
    const key = `${state} ${code}`;
    const count = (this.#transitions.get(key)?.count ?? 0) + 1;
    this.#transitions.set(key, { state, cause: code, count });
  }
}

/** While pictures come, the words tell numbers, which are others each time. */
function isSame(state: Supervision['state'], now: Supervision['cause'], before: Supervision['cause']): boolean {
  return now?.code === before?.code && (isDelivering(state) || now?.message === before?.message);
}
