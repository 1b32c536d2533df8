import type { Camera } from '../camera/camera.js';

const patienceMs = 1500;

/** A device that takes long to say what it can do must not hold up who asks for a tier that is there in any case. */
export async function tiersKnown(camera: Camera): Promise<void> {
  await Promise.race([camera.knowTiers(), new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
}
