import { expect, it, onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { stallTimeoutMs } from '../../../src/camera/health.js';
import { supervisorDefaults } from '../../../src/camera/supervisor-settings.js';
import { cameraVitals } from '../../../src/camera/vitals.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { cameraConfig, FakeAddon, type FakePipeline, silentLog, until } from '../fakes.js';

const { startTimeoutMs } = supervisorDefaults;

it('tells when the supervisor will act, whatever comes', async () => {
  const addon = new FakeAddon();
  const camera = new Camera(cameraConfig(), { addon, clock: monotonicMs, log: silentLog, random: () => 0 });
  onTestFinished(() => camera.close());
  expect(cameraVitals(camera)).toMatchObject({ state: 'idle', isWatched: false, isDelivering: false, dueMs: null });

  const subscription: Subscription = new Subscription(camera.channel('low'), {
    deliver: (frame) => frame.release(),
  });
  subscription.ready();
  await until('a pipeline', () => addon.pipelines.length === 1);
  const { openedMs } = camera.supervision;
  expect(cameraVitals(camera)).toMatchObject({
    state: 'starting',
    isWatched: true,
    isDelivering: false,
    isClosing: false,
    dueMs: openedMs + startTimeoutMs,
  });

  const pipeline = addon.pipelines[0] as FakePipeline;
  await until('its start', () => pipeline.started);
  const error = { element: 'source', factory: 'rtspsrc', domain: 'gst-resource-error-quark', number: 5 };
  pipeline.handlers.onEvent({ type: 'error', ...error, message: 'no route to host', debug: '' });
  await until('the wait for another try', () => camera.supervision.pipeline === 'none');
  const down = cameraVitals(camera);
  expect(down).toMatchObject({ state: 'recovering', isWatched: true, isDelivering: false, cause: 'unreachable' });
  expect(down.dueMs).toBe(camera.supervision.openAtMs);
  subscription.close();
});

it('stallTimeoutMs is five frame times, between the least and the time of a start', () => {
  expect(stallTimeoutMs(33, supervisorDefaults)).toBe(supervisorDefaults.stallTimeoutMs);
  expect(stallTimeoutMs(500, supervisorDefaults)).toBe(2500);
  expect(stallTimeoutMs(60_000, supervisorDefaults)).toBe(startTimeoutMs);
  expect(stallTimeoutMs(null, supervisorDefaults)).toBe(startTimeoutMs);
});
