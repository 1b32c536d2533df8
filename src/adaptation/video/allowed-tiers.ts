import type { Camera } from '../../camera/camera.js';
import type { Viewer } from '../../hub/viewer-registry.js';
import { tiersFor } from '../place.js';
import type { TierBitrates } from './tier-bitrates.js';
import type { VideoTierOption } from './tier-option.js';

/** What a viewer of video may be given by its own bounds and its camera's profile, best first, and what it takes. */
export function allowedVideoTiers(camera: Camera, viewer: Viewer, bitrates: TierBitrates): readonly VideoTierOption[] {
  return tiersFor(camera, viewer.medium, viewer.choice).map((name) => {
    const configuredBps = camera.tierSettings(name)?.bitrateBps ?? null;
    return { name, ...bitrates.of(camera.video(name), configuredBps) };
  });
}
