import type { EventBus } from '../hub/events.js';
import type { Camera } from './camera.js';

/** Publishes what becomes of a camera, as long as it lives. */
export function publishCamera(camera: Camera, events: EventBus): void {
  const { id } = camera;
  camera.listen({
    onState: ({ state, sinceMs, cause, attempt }, from) => {
      events.publish({ type: 'state', camera: id, from, state, sinceMs, cause, attempt });
    },
    onTiers: () => events.publish({ type: 'tiers', camera: id }),
  });
}
