import type { CameraVitals, Vitals } from './vitals.js';

/**
 * Tells a server that hangs from cameras that are dead. A camera that is unplugged, unreachable or broken is its
 * supervisor's business: as long as that acts in time, the server is well. It hangs where a supervisor doesn't act,
 * where frames stay away and nobody minds, or where only the end of this process frees a device that it holds.
 */

/** What must be remembered from one look to the next. */
export interface Observation {
  /** Since when each camera's pipeline has been closing. */
  readonly closingSinceMs: ReadonlyMap<string, number>;
  /** Since when every watched camera has been down while this process holds a device. */
  readonly heldSinceMs: number | null;
  /** Why the server hangs; null where it is well. */
  readonly hang: string | null;
}

export const firstObservation: Observation = { closingSinceMs: new Map(), heldSinceMs: null, hang: null };

// A machine that is very busy is not one that hangs.
const overdueMs = 10_000;
const closingLimitMs = 30_000;
const heldLimitMs = 60_000;

export function observe(before: Observation, vitals: Vitals, nowMs: number): Observation {
  const closingSinceMs = new Map(
    vitals.cameras
      .filter(({ isClosing }) => isClosing)
      .map(({ id }): [string, number] => [id, before.closingSinceMs.get(id) ?? nowMs]),
  );
  const heldSinceMs = isHeldByUs(vitals) ? (before.heldSinceMs ?? nowMs) : null;
  const hangs = vitals.cameras.flatMap((camera) => hangOf(camera, closingSinceMs.get(camera.id) ?? nowMs, nowMs) ?? []);
  const held = heldSinceMs !== null && nowMs - heldSinceMs > heldLimitMs ? heldWords : null;
  return { closingSinceMs, heldSinceMs, hang: hangs[0] ?? held };
}

const heldWords = 'no camera delivers, and a pipeline that cannot be ended holds a device';

function hangOf(camera: CameraVitals, closingSinceMs: number, nowMs: number): string | null {
  const silentMs = nowMs - camera.lastFrameMs;
  if (camera.isWatched && camera.isDelivering && silentMs > camera.stallTimeoutMs + overdueMs) {
    return `camera ${camera.id} is ${camera.state} without a frame for ${seconds(silentMs)}`;
  }
  if (camera.dueMs !== null && nowMs - camera.dueMs > overdueMs) {
    return `the supervisor of camera ${camera.id} has been due for ${seconds(nowMs - camera.dueMs)}`;
  }
  const closingMs = nowMs - closingSinceMs;
  return closingMs > closingLimitMs ? `camera ${camera.id} has been closing for ${seconds(closingMs)}` : null;
}

/** What an abandoned pipeline holds looks busy to the next one. */
function isHeldByUs({ cameras, abandonedPipelines }: Vitals): boolean {
  const watched = cameras.filter(({ isWatched }) => isWatched);
  const noneDelivers = watched.every(({ isDelivering }) => !isDelivering);
  return abandonedPipelines > 0 && noneDelivers && watched.some(({ cause }) => cause === 'busy');
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(0)} s`;
}
