import type { EventBus } from '../hub/events.js';
import type { Camera } from './camera.js';

/** Publishes what becomes of a camera, as long as it lives. */
export function publishCamera(camera: Camera, events: EventBus): void {
  camera.listen({
    onState: ({ id, supervision }, from) => {
      const { state, sinceMs, cause, attempt } = supervision;
      events.publish({ type: 'state', camera: id, from, state, sinceMs, cause, attempt });
    },
    onTiers: ({ id }) => events.publish({ type: 'tiers', camera: id }),
  });
}
