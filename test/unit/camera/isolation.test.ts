import { expect, it, onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { cameraConfig, FakeAddon, silentLog, until } from '../fakes.js';

it('runs its pipeline where the configuration says, and moves with it', async () => {
  const [addon, isolated] = [new FakeAddon(), new FakeAddon()];
  const options = { addon, isolated, clock: monotonicMs, log: silentLog, random: () => 0 };
  const camera = new Camera(cameraConfig({ isolation: 'process' }), options);
  onTestFinished(() => camera.close());
  const subscription = new Subscription(camera.channel('high'), { deliver: (frame) => frame.release() });
  subscription.ready();
  await until('it plays in a process', () => isolated.pipelines[0]?.started === true);
  expect(addon.pipelines).toEqual([]);

  camera.reconfigure(cameraConfig({ isolation: 'none' }));

  await until('it plays in the server', () => addon.pipelines[0]?.started === true);
  expect(isolated.pipelines).toHaveLength(1);
  expect(isolated.pipelines[0]?.closed).toBe(true);
});
