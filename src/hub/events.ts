/** What happens in the server, for whoever wants to know at once. */

export type StateName = 'idle' | 'starting' | 'live' | 'degraded' | 'recovering' | 'failed';

/** A camera went into another state, or has another cause to be in the same. */
export interface StateEvent {
  readonly type: 'state';
  readonly camera: string;
  readonly from: StateName;
  readonly state: StateName;
  /** CLOCK_MONOTONIC ms: when it went into the state. */
  readonly sinceMs: number;
  readonly cause: { readonly code: string; readonly message: string; readonly permanent: boolean } | null;
  /** Tries since it was last stable. */
  readonly attempt: number;
  /** When the next one begins, CLOCK_MONOTONIC ms; null where none is waited for. */
  readonly nextTryMs: number | null;
}

/** A camera's tiers, or a tier's settings, are other ones now. */
export interface TiersEvent {
  readonly type: 'tiers';
  readonly camera: string;
}

/** Another configuration was applied: cameras may have come and gone. */
export interface CamerasEvent {
  readonly type: 'cameras';
}

/**
 * Why a viewer gets another tier: its link is `late`; its `link` carries more than was thought, or a `probe` showed it;
 * its tier is out of `bounds` by then; somebody asked for it, by `request`.
 */
export type MoveReason = 'late' | 'link' | 'probe' | 'bounds' | 'request';

/** A viewer gets another tier. */
export interface TierEvent {
  readonly type: 'tier';
  readonly viewer: string;
  readonly camera: string;
  readonly from: string;
  readonly to: string;
  readonly reason: MoveReason;
}

/** Who watches a camera has changed. */
export interface ViewersEvent {
  readonly type: 'viewers';
  readonly camera: string;
}

export type ServerEvent = StateEvent | TiersEvent | CamerasEvent | TierEvent | ViewersEvent;
export type EventListener = (event: ServerEvent) => void;

/**
 * Passes events on as they happen and keeps none: a listener that can't follow bounds what it has waiting itself, and
 * hears the present states when it asks for them. Listeners must not throw.
 */
export class EventBus {
  readonly #listeners = new Set<EventListener>();

  publish(event: ServerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Returns the function that ends the listening. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}
