import type { Camera } from '../camera/camera.js';
import type { Clock } from '../core/clock.js';
import { PictureAdapter } from './picture-adapter.js';
import type { Adapter } from './tier-move.js';
import { allowedTiers } from './tier-options.js';
import { VideoAdapter } from './video/adapter.js';
import { allowedVideoTiers } from './video/allowed-tiers.js';
import { TierBitrates } from './video/tier-bitrates.js';

/** An adapter for each medium. `cameraOf` finds a viewer's camera by its id. */
export function adaptersFor(cameraOf: (id: string) => Camera | undefined, clock: Clock): readonly Adapter[] {
  const bitrates = new TierBitrates(clock);
  const pictures = new PictureAdapter({
    clock,
    allowed: (viewer) => {
      const camera = cameraOf(viewer.camera);
      return camera === undefined ? null : allowedTiers(camera, viewer);
    },
  });
  const video = new VideoAdapter({
    allowed: (viewer) => {
      const camera = cameraOf(viewer.camera);
      return camera === undefined ? null : allowedVideoTiers(camera, viewer, bitrates);
    },
  });
  return [pictures, video];
}
