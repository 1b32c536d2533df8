import type { Camera } from './camera.js';
import { isKnown } from './own-frames.js';
import { isDown } from './supervisor.js';

export interface OwnVideoWait {
  /** Resolves once it is known whether viewers can have the camera's own H.264, or can't be: at the latest in time. */
  readonly known: Promise<void>;
  /**
   * To be called when the viewer has its place at the camera, or won't have one. What the camera gave since its keyframe
   * is kept for it until then. Idempotent.
   */
  readonly release: () => void;
}

/**
 * Has a camera run that was never seen, so that its first viewer can have the camera's own video without a decoder's
 * being opened for it. A camera that is lost is not waited for.
 */
export function waitForOwnVideo(
  camera: Pick<Camera, 'sourceVideo' | 'holdSourceVideo' | 'supervision' | 'listen'>,
  timeoutMs: number,
): OwnVideoWait {
  const release = camera.holdSourceVideo();
  const known = new Promise<void>((resolve) => {
    const timer = setTimeout(() => end(), timeoutMs);
    const stop = camera.listen({ onTiers: () => look(), onState: () => look() });
    const end = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const look = () => {
      if (isKnown(camera.sourceVideo) || isDown(camera.supervision.state)) end();
    };
    look();
  });
  return { known, release };
}
