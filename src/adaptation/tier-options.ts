import type { Camera } from '../camera/camera.js';
import type { TierConfig } from '../config/config.js';
import type { Viewer } from '../hub/viewer-registry.js';
import type { TierOption } from './options.js';
import type { AllowedTiers } from './picture-adapter.js';
import { tiersFor } from './place.js';
import { type KnownTier, predictFrameBytes, type TierShape } from './predict.js';

// Cameras tell no size for their own pictures before the first one.
const assumedShape: TierShape = { width: 1920, height: 1080, quality: 85 };
const assumedFps = 30;

/** What a viewer may be given by its own bounds and its camera's profile. */
export function allowedTiers(camera: Camera, viewer: Viewer): AllowedTiers {
  const options = tierOptions(camera, tiersFor(camera, viewer.medium, viewer.choice), viewer.maxFps);
  return { options, channel: (tier) => camera.channel(tier) };
}

/** The tiers of `names`, with what their frames weigh and how many there are of them. `maxFps` is the viewer's own. */
function tierOptions(camera: Camera, names: readonly string[], maxFps: number | null): readonly TierOption[] {
  const known = knownTier(camera);
  const sourceFps = camera.progress.fps > 0 ? camera.progress.fps : assumedFps;
  return names.map((name) => {
    const settings = camera.tierSettings(name);
    const fps = Math.min(settings?.fps ?? sourceFps, sourceFps, maxFps ?? Number.POSITIVE_INFINITY);
    const measured = camera.channel(name).meanFrameBytes;
    return { name, fps, frameBytes: measured ?? predictFrameBytes(shapeOf(settings), known) };
  });
}

function shapeOf(settings: TierConfig | undefined): TierShape {
  return settings ?? assumedShape;
}

/** The first tier whose frames were weighed. */
function knownTier(camera: Camera): KnownTier | null {
  for (const name of camera.tierNames) {
    const { meanFrameBytes } = camera.channel(name);
    const settings = camera.tierSettings(name);
    if (meanFrameBytes !== null) return { ...shapeOf(settings), meanFrameBytes };
  }
  return null;
}
