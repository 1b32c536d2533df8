import type { Log } from '../core/log.js';
import type { Supervision } from './supervisor.js';

/** Tells of a camera that went into another state, or has another cause to be in the same. */
export function logState(log: Log, before: Supervision, { state, cause, attempt }: Supervision): void {
  const fields = { attempt: attempt > 0 && state !== 'live' ? attempt : undefined, was: before.state };
  if (cause === null) log.info(state, fields);
  else log.warn(`${state}: ${cause.message}`, fields);
}
