import type { Camera } from '../camera/camera.js';
import { cameraNotFound } from '../core/errors.js';
import type { Services } from './environment.js';

const patienceMs = 1500;

/** A device that takes long to say what it can do must not hold up who asks for a tier that is there in any case. */
export async function tiersKnown(camera: Camera): Promise<void> {
  await Promise.race([camera.knowTiers(), new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
}

/** A changed configuration may have taken the camera away meanwhile. Throws CAMERA_NOT_FOUND. */
export function mustBeThere(camera: Camera, cameras: Services['cameras']): void {
  if (cameras.find(camera.id) === camera) return;
  const known = cameras.all().map(({ id }) => id);
  throw cameraNotFound(camera.id, known);
}
