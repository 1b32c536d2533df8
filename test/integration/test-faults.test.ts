import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { Faults, faultyPluginEnv } from '../support/faults.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { runProgram } from '../support/run-program.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera } from '../support/v4l2-camera.js';

function launch(description: string) {
  const env = Object.entries(faultyPluginEnv).map(([name, value]) => `${name}=${value}`);
  return runProgram('env', [...env, 'gst-launch-1.0', '-q', '--no-fault', ...description.split(' ')], 10_000);
}

describe('the element faulty', () => {
  test('passes buffers on', async () => {
    expect(await launch('videotestsrc num-buffers=3 ! faulty ! fakesink')).toMatchObject({ code: 0 });
  });

  test.each(['segv', 'abort'])('raises %s', async (fault) => {
    const { code, stderr } = await launch(
      `videotestsrc num-buffers=9 ! faulty fault=${fault} after-buffers=2 ! fakesink`,
    );
    expect({ code, stderr }).toMatchObject({ code: null });
  });

  test('posts an error', async () => {
    const { code, stderr } = await launch('videotestsrc ! faulty fault=error after-buffers=2 ! fakesink');
    expect(stderr).toContain('fails as it was told');
    expect(code).not.toBe(0);
  });

  test('ends the stream', async () => {
    expect(await launch('videotestsrc ! faulty fault=eos after-buffers=2 ! fakesink')).toMatchObject({ code: 0 });
  });

  test.each(['hang-start', 'hang-stop', 'hang'])('%s takes its time', async (fault) => {
    const beganMs = performance.now();
    await launch(`videotestsrc num-buffers=1 ! faulty fault=${fault} hang-ms=700 ! fakesink`);
    expect(performance.now() - beganMs).toBeGreaterThan(690);
  });
});

test('orders reach the camera that is meant, once', async () => {
  const faults = new Faults();
  onTestFinished(() => faults.dispose());
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const sources = [`v4l2:${camera.device}`, 'test:'];
  const server = stopAfterTest(await Server.start({ sources, env: { ...cameras.env, ...faults.env } }));
  for (const id of ['cam1', 'cam2']) {
    const client = stopAfterTest(await MjpegClient.open(server.url, `/cameras/${id}/stream?tier=low`));
    await client.parts(3);
  }
  await faults.strike('error', { match: camera.device });
  await until('it is told', () => /camera cam1: recovering: the test plugin fails as it was told/.test(server.logs));
  await server.reach('live', 'cam1');
  expect(server.logs).not.toMatch(/camera cam2: recovering/);
});
