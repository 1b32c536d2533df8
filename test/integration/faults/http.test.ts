import { afterAll, beforeAll, describe, test } from 'vitest';
import { faultNamed } from '../../support/fault-rigs/rig.js';
import { Scene } from '../../support/fault-rigs/scene.js';
import { expectFault } from './expect-fault.js';

describe('an HTTP camera whose viewers stay', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open({ rigs: ['http'], viewers: 2 });
  });
  afterAll(() => scene.stop());

  test.each([
    'stopped',
    '404',
    '500',
    'HTML',
    'silence',
    'half a part and silence',
    'half a part and the end',
    'every JPEG cut',
    'pictures that nothing can decode',
  ])('%s', async (name) => {
    const camera = scene.camera('HTTP');
    await expectFault(scene, camera, faultNamed(camera.rig, name));
  });
});
