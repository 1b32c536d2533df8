/** A chip that fails, rests and is taken again: real pipelines, on a clock that is put forward. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { FindingsCache } from '../../../src/acceleration/cache.js';
import { CameraAcceleration } from '../../../src/acceleration/camera-acceleration.js';
import { ProbeQueue } from '../../../src/acceleration/probe-queue.js';
import { REST_MS, WATCHED_REST_MS } from '../../../src/acceleration/setbacks.js';
import { Camera } from '../../../src/camera/camera.js';
import { monotonicMs } from '../../../src/core/clock.js';
import type { Log } from '../../../src/core/log.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { IsolatedRunner } from '../../../src/isolation/isolated-runner.js';
import { loadAddon } from '../../../src/native/addon.js';
import { endAfterTest } from '../../support/cleanup.js';
import { FakeHardware } from '../../support/fake-hardware.js';
import { HttpCamera } from '../../support/http-camera.js';
import { until } from '../../support/until.js';
import { cameraConfig } from '../../unit/fakes.js';

const program = fileURLToPath(new URL('../../../dist/isolation/child.js', import.meta.url));
const slowMs = 60_000;

async function makeScene() {
  const chip = endAfterTest(new FakeHardware('jetson'), (one) => one.dispose());
  const before = { ...process.env };
  Object.assign(process.env, chip.env);
  onTestFinished(() => {
    for (const name of Object.keys(chip.env)) delete process.env[name];
    Object.assign(process.env, before);
  });
  const source = endAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 30 }), (one) => one.stop());
  const addon = loadAddon();
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const cache = new FindingsCache(join(chip.env.XDG_CACHE_HOME ?? '', 'probe.json'), {
    gstreamer: addon.gstreamerVersion,
    kernel: '',
    drivers: '',
  });
  const runner = endAfterTest(new IsolatedRunner({ label: 'probe', program }), (one) => one.close());
  const queue = endAfterTest(new ProbeQueue({ addon, runner, cache, log }), (one) => one.close());
  let forwardMs = 0;
  const clock = () => monotonicMs() + forwardMs;
  const acceleration = new CameraAcceleration({ addon, queue, cache, clock, log });
  const low = { name: 'low', width: 160, height: 120, fps: 30, quality: 80, bitrateBps: 500_000, minFps: null };
  const config = cameraConfig({ source: { kind: 'http', url: source.url }, tiers: [low], lingerMs: 0 });
  const camera = endAfterTest(new Camera(config, { addon, acceleration, clock: monotonicMs, log }), (one) =>
    one.close(),
  );
  const states: string[] = [];
  camera.listen({ onState: ({ state }) => states.push(state) });
  const put = (ms: number) => {
    forwardMs += ms;
  };
  return { chip, camera, acceleration, lines, states, put };
}

/** Somebody watches a camera's JPEGs until `stop()`. */
function watch(camera: Camera) {
  let frames = 0;
  const subscription = new Subscription(camera.channel('low'), {
    deliver: (frame) => {
      frames++;
      frame.release();
      subscription.ready();
    },
  });
  subscription.ready();
  endAfterTest(subscription, (one) => one.close());
  const sees = (count: number) => {
    const wanted = frames + count;
    return until(`${count} frames`, () => frames >= wanted, slowMs);
  };
  return { sees, stop: () => subscription.close() };
}

it('rests after a failure, is taken again for a viewer who stays, and is set aside when it fails again', async () => {
  const { chip, camera, acceleration, lines, states, put } = await makeScene();
  const usesChip = (uses: boolean) =>
    until(
      uses ? 'the chip' : 'software',
      () => acceleration.view.jpeg?.hardware === uses && camera.supervision.state === 'live',
      slowMs,
    );
  const first = watch(camera);
  await first.sees(1);
  await until('the probe', () => lines.some((line) => line.includes('can be used')), slowMs);
  first.stop();
  await until('no pipeline', () => camera.supervision.pipeline === 'none', slowMs);

  const viewer = watch(camera);
  await usesChip(true);
  await viewer.sees(20);
  chip.trouble({ nvjpegenc: 'error-at-17' });
  await usesChip(false);
  chip.trouble({});
  await viewer.sees(20);
  expect(acceleration.fallbacks).toBe(1);

  put(REST_MS);
  await viewer.sees(20);
  expect(acceleration.view.jpeg?.hardware).toBe(false);
  const before = states.length;
  put(WATCHED_REST_MS);
  await usesChip(true);
  await viewer.sees(20);
  expect(states.slice(before)).toEqual([]);

  chip.trouble({ nvjpegenc: 'error-at-17' });
  await usesChip(false);
  await viewer.sees(20);
  expect(acceleration.fallbacks).toBe(2);
  expect(lines.filter((line) => line.includes('nvjpegenc is set aside until the next probe'))).toHaveLength(1);
  expect(acceleration.view.jpeg?.fallbackReason).toMatch(/^nvjpegenc: the fake chip fails as it was told/);
  expect(states.slice(before)).toEqual(['recovering', 'live']);
  put(10 * WATCHED_REST_MS);
  await viewer.sees(20);
  expect(acceleration.view.jpeg?.hardware).toBe(false);
});
