import { afterAll, beforeAll, describe, test } from 'vitest';
import { faultNamed } from '../../support/fault-rigs/rig.js';
import { Scene } from '../../support/fault-rigs/scene.js';
import { expectFault } from './expect-fault.js';

describe('a V4L2 camera whose viewers stay', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open({ rigs: ['v4l2'], viewers: 2 });
  });
  afterAll(() => scene.stop());

  test.each([
    'unplugged',
    'stalled',
    'every JPEG cut',
    'every second JPEG cut',
    'every second JPEG damaged',
    'every JPEG damaged',
    'an element that fails',
    'an element that blocks',
  ])('%s', async (name) => {
    const camera = scene.camera('V4L2');
    await expectFault(scene, camera, faultNamed(camera.rig, name));
  });
});
