/** Puts viewers where their choice and their camera's profile allow them to be. */

import type { Camera } from '../camera/camera.js';
import { tierNotFound } from '../core/errors.js';
import type { MoveReason } from '../hub/events.js';
import type { Medium, TierChoice, Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import { allowedTiers } from './bounds.js';

/** What counts of a camera. */
type HeldCamera = Pick<Camera, 'profile' | 'allTierNames' | 'tierNamesOf'>;

/** The tiers that a viewer of the camera may be on now, best first and never empty. */
export function tiersFor(camera: HeldCamera, medium: Medium, choice: TierChoice): readonly string[] {
  const names = camera.tierNamesOf(medium);
  return allowedTiers(names, { ...choice, profile: profileAmong(names, camera) });
}

/** The camera's profile, or what is nearest to it, rather below than above, where a medium doesn't have that tier. */
function profileAmong(names: readonly string[], { profile, allTierNames }: HeldCamera): string | null {
  if (profile === null || names.includes(profile)) return profile;
  // Only `source` may not be there in any: the best.
  const place = allTierNames.indexOf(profile);
  const isThere = (name: string) => names.includes(name);
  return allTierNames.slice(place + 1).find(isThere) ?? allTierNames.slice(0, place + 1).findLast(isThere) ?? null;
}

/** Where a viewer begins. Throws TIER_NOT_FOUND where it names a tier that the camera doesn't have. */
export function firstTier(camera: Camera, medium: Medium, choice: TierChoice): string {
  const { mode, fixedTier = '' } = choice;
  const names = camera.tierNamesOf(medium);
  if (mode === 'fixed' && !names.includes(fixedTier)) throw tierNotFound(fixedTier, camera.id, names);
  return mode === 'fixed' ? fixedTier : bestTier(camera, medium, choice);
}

/** The best tier that a viewer may be on. */
export function bestTier(camera: Camera, medium: Medium, choice: TierChoice): string {
  return tiersFor(camera, medium, choice)[0] ?? '';
}

/** Moves a viewer that is where it may not be (any more) to the best tier that it may have. */
export function putInBounds(camera: Camera, viewer: Viewer, viewers: ViewerRegistry, reason: MoveReason): void {
  const { medium, choice, tier } = viewer;
  if (tiersFor(camera, medium, choice).includes(tier)) return;
  viewers.move(viewer, bestTier(camera, medium, choice), reason);
}

/** As {@link putInBounds}, for every viewer of a camera whose profile or tiers have changed. */
export function putAllInBounds(camera: Camera, viewers: ViewerRegistry): void {
  for (const viewer of viewers.ofCamera(camera.id)) putInBounds(camera, viewer, viewers, 'bounds');
}
