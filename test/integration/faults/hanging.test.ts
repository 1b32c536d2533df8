import { expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { faultNamed } from '../../support/fault-rigs/rig.js';
import { Scene } from '../../support/fault-rigs/scene.js';
import { Faults } from '../../support/faults.js';
import { PictureWatcher } from '../../support/picture-watcher.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { oneV4l2Camera } from '../../support/v4l2-camera.js';
import { expectFault } from './expect-fault.js';

const abandoned = (server: Server) => server.metric('lenscast_pipelines_abandoned');

test('a pipeline that refuses to stop is abandoned and counted, and the camera goes on with a new one', async () => {
  const scene = await Scene.open({ rigs: ['v4l2'], viewers: 2 });
  onTestFinished(() => scene.stop());
  const { server } = scene;
  const camera = scene.camera('V4L2');
  const hanging = until('a pipeline is abandoned', async () => (await abandoned(server)) === 1);
  await expectFault(scene, camera, faultNamed(camera.rig, 'unplugged while the pipeline refuses to stop'));
  await hanging;
  await until('what was abandoned has ended', async () => (await abandoned(server)) === 0);
});

test('an encoder that hangs degrades the camera for its tier alone', async () => {
  const faults = new Faults();
  onTestFinished(() => faults.dispose());
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const sources = [`v4l2:${camera.device}`];
  const server = stopAfterTest(await Server.start({ sources, env: { ...cameras.env, ...faults.env } }));
  const open = async (tier: string) => {
    await server.shows(tier);
    const viewer = stopAfterTest(await PictureWatcher.open(server.url, `/stream?tier=${tier}&extra_headers=1`));
    await viewer.next('live');
    return viewer;
  };
  const [whole, low] = [await open('source'), await open('low')];

  faults.order('hang', { match: camera.device, element: 'encode_low' });

  const view = await server.reach('degraded');
  expect(view.cause?.message).toMatch(/frames come, but tier low gets no picture for \d+\.\d s/);
  await whole.next('live');
  faults.clear();
  await low.next('live');
  await server.reach('live');
  expect([whole.counts['stand-in'], low.counts['stand-in']]).toEqual([0, 0]);
});

test('a pipeline that hangs as it starts is given up for a new one', async () => {
  const faults = new Faults();
  onTestFinished(() => faults.dispose());
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const sources = [`v4l2:${camera.device}`];
  const server = stopAfterTest(await Server.start({ sources, env: { ...cameras.env, ...faults.env } }));
  const viewer = stopAfterTest(await PictureWatcher.open(server.url, '/stream?tier=source'));
  await viewer.next('live');

  faults.order('hang-start', { match: camera.device });
  camera.unplug();
  await viewer.next('stand-in');
  camera.plug();
  await until('the start that hangs was given up', async () => (await abandoned(server)) > 0, 25_000);
  faults.clear();

  await viewer.next('live');
  await server.reach('live');
  await until('what was abandoned has ended', async () => (await abandoned(server)) === 0);
  expect(viewer.ended).toBe(false);
});
