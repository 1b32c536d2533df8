import { expect } from 'vitest';
import type { Fault } from '../../support/fault-rigs/rig.js';
import type { Scene, SceneCamera } from '../../support/fault-rigs/scene.js';
import { type Trial, tryFault } from '../../support/fault-rigs/trial.js';
import { jpegSize } from '../../support/http-camera/jpegs.js';

const holdMs = 300;

/** The fault is told, shown and over again, on the same connections; the other camera's viewers see none of it. */
export async function expectFault(scene: Scene, camera: SceneCamera, fault: Fault): Promise<Trial> {
  const [viewer] = camera.viewers;
  const before = viewer?.newest.live;
  if (before === undefined) throw new Error('no picture to begin with');
  const standInsOfOthers = countOthers(scene, 'stand-in');
  const [shown, missed] = [countOthers(scene, 'live'), scene.missedByOthers];

  const trial = await tryFault(scene, camera, fault, holdMs);

  if (trial.placeholder !== null) expect(jpegSize(trial.placeholder)).toEqual(jpegSize(before.jpeg));
  expect(scene.closed).toBe(0);
  expect(countOthers(scene, 'stand-in')).toBe(standInsOfOthers);
  // Hundreds; a machine with much else to do may cost them some.
  const shownSince = countOthers(scene, 'live') - shown;
  expect(scene.missedByOthers - missed, `of ${shownSince}`).toBeLessThan(0.5 * shownSince);
  return trial;
}

function countOthers(scene: Scene, kind: 'live' | 'stand-in'): number {
  return scene.others.reduce((sum, { counts }) => sum + counts[kind], 0);
}
