import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultNamed } from '../../support/fault-rigs/rig.js';
import { Scene } from '../../support/fault-rigs/scene.js';
import { jpegSize } from '../../support/http-camera/jpegs.js';
import { expectFault } from './expect-fault.js';

describe('an RTSP camera whose viewers stay', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open({ rigs: ['rtsp'], viewers: 2 });
  });
  afterAll(() => scene.stop());

  test.each([
    'killed',
    'stopped: a black hole',
    'answers, but sends no frames',
    'restarted with another password',
    'restarted with another codec',
  ])('%s', async (name) => {
    const camera = scene.camera('RTSP');
    await expectFault(scene, camera, faultNamed(camera.rig, name));
  });

  test('restarted with another resolution', async () => {
    const camera = scene.camera('RTSP');
    const [viewer] = camera.viewers;
    const before = viewer?.newest.live;
    await expectFault(scene, camera, faultNamed(camera.rig, 'restarted with another resolution'));
    const after = await viewer?.next('live');
    if (before === undefined || after === undefined) throw new Error('no pictures');
    expect(jpegSize(after.jpeg).width).toBeGreaterThan(jpegSize(before.jpeg).width);
  });
});
