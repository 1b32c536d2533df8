import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { cameraConfig, FakeAddon, manualClock, silentLog, until } from '../fakes.js';

it('a device that was not there is opened when it comes, before it would be looked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gone-device-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const device = join(folder, 'video0');
  const addon = new FakeAddon();
  addon.queryCapsResult = () =>
    Promise.resolve(['image/jpeg, width=(int)640, height=(int)480, framerate=(fraction)30/1']);
  // It never reaches the next look.
  const time = manualClock();
  const config = cameraConfig({ source: { kind: 'v4l2', device } });
  const camera = new Camera(config, { addon, clock: time.clock, log: silentLog, random: () => 0 });
  onTestFinished(() => camera.close());
  new Subscription(camera.channel('low'), { deliver: (frame) => frame.release() }).ready();
  await until('it is gone', () => camera.supervision.cause?.code === 'gone' && camera.supervision.pipeline === 'none');
  time.nowMs += 200;
  expect(addon.pipelines).toEqual([]);

  writeFileSync(device, '');

  await until('a pipeline', () => addon.pipelines.length === 1);
  expect(camera.supervision).toMatchObject({ pipeline: 'open', attempt: 0 });
});
