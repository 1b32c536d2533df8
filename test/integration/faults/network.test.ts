import { expect, onTestFinished, test } from 'vitest';
import { faultNamed } from '../../support/fault-rigs/rig.js';
import { Scene } from '../../support/fault-rigs/scene.js';
import { NetworkNamespace } from '../../support/network-namespace.js';
import { expectFault } from './expect-fault.js';

test.skipIf(!NetworkNamespace.isPossible)('a camera whose network interface goes down', async () => {
  const scene = await Scene.open({ rigs: ['network'], viewers: 2 });
  onTestFinished(() => scene.stop());
  const camera = scene.camera('network');
  await expectFault(scene, camera, faultNamed(camera.rig, 'interface down'));
  expect(await scene.server.camera(camera.id)).toMatchObject({ state: 'live', cause: null });
});
