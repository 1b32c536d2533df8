import type { EventBus } from '../hub/events.js';
import type { Camera } from './camera.js';
import { nextTryOf } from './supervisor.js';

/** Publishes what becomes of a camera, as long as it lives. */
export function publishCamera(camera: Camera, events: EventBus): void {
  const { id } = camera;
  camera.listen({
    onState: (now, from) => {
      const { state, sinceMs, cause, attempt } = now;
      events.publish({ type: 'state', camera: id, from, state, sinceMs, cause, attempt, nextTryMs: nextTryOf(now) });
    },
    onTiers: () => events.publish({ type: 'tiers', camera: id }),
  });
}
