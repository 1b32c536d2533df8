/** Puts viewers where their choice and their camera's profile allow them to be. */

import type { Camera } from '../camera/camera.js';
import type { Channel } from '../hub/channel.js';
import type { MoveReason } from '../hub/events.js';
import type { TierChoice, Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import { allowedTiers } from './bounds.js';

/** The tiers that a viewer of the camera may be on now, best first and never empty. */
export function tiersFor(camera: Camera, choice: TierChoice): readonly string[] {
  return allowedTiers(camera.tierNames, { ...choice, profile: camera.profile });
}

/** Where a viewer begins. Throws TIER_NOT_FOUND where it names a tier that the camera doesn't have. */
export function firstChannel(camera: Camera, choice: TierChoice): Channel {
  const { mode, fixedTier = '' } = choice;
  return mode === 'fixed' ? camera.channel(fixedTier) : bestChannel(camera, choice);
}

/** The best channel that a viewer may be on. */
export function bestChannel(camera: Camera, choice: TierChoice): Channel {
  return camera.channel(tiersFor(camera, choice)[0] ?? '');
}

/** Moves a viewer that is where it may not be (any more) to the best tier that it may have. */
export function putInBounds(camera: Camera, viewer: Viewer, viewers: ViewerRegistry, reason: MoveReason): void {
  if (tiersFor(camera, viewer.choice).includes(viewer.tier)) return;
  viewers.move(viewer, bestChannel(camera, viewer.choice), reason);
}

/** As {@link putInBounds}, for every viewer of a camera whose profile or tiers have changed. */
export function putAllInBounds(camera: Camera, viewers: ViewerRegistry): void {
  for (const viewer of viewers.ofCamera(camera.id)) putInBounds(camera, viewer, viewers, 'bounds');
}
