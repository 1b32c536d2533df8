import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera } from '../support/http-camera.js';
import { runLoad } from '../support/load-client.js';
import { threadsEndTimeoutMs } from '../support/process-figures.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';
import { describeFigures, type Figures, figuresOf, isBack } from './figures.js';
import { startAndStop } from './visits.js';

const lingerMs = 50;
/** What the first rounds may bring: caches, malloc's arenas, JIT. A leak of a frame a round is more. */
const memoryToleratedBytes = 30 * 2 ** 20;

const config = (source: string) => `cameras: { cam1: { source: "${source}", linger_ms: ${lingerMs} } }`;

async function expectBack(server: Server, before: Figures): Promise<void> {
  let now = before;
  const back = async () => {
    now = await figuresOf(server);
    return isBack(now, before);
  };
  await until('all is where it was', back, threadsEndTimeoutMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${describeFigures(now)} after ${describeFigures(before)}`);
  });
  expect(now.residentBytes - before.residentBytes, describeFigures(now)).toBeLessThan(memoryToleratedBytes);
}

async function repeat(server: Server, path: string, rounds: number): Promise<void> {
  for (let round = 0; round < 3; round++) await startAndStop(server, path);
  const before = await figuresOf(server);
  for (let round = 0; round < rounds; round++) await startAndStop(server, path);
  await expectBack(server, before);
}

describe('starting and stopping again and again leaves nothing behind', () => {
  test('a V4L2 camera, passed through', async () => {
    renderV4l2Pictures('MJPG', '640x480');
    const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [60], formats: ['MJPG'] });
    onTestFinished(() => cameras.dispose());
    const server = stopAfterTest(await Server.start({ config: config(`v4l2:${camera.device}`), env: cameras.env }));
    await repeat(server, '/stream?tier=source', 15);
  });

  test('an RTSP camera, decoded', async () => {
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192, fps: 60, gop: 10 }));
    const server = stopAfterTest(await Server.start({ config: config(camera.url) }));
    await repeat(server, '/stream?tier=low', 15);
  });

  test('an HTTP camera', async () => {
    const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 60 }));
    const server = stopAfterTest(await Server.start({ config: config(camera.url) }));
    await repeat(server, '/stream?tier=medium', 15);
    await until('no connection to the camera', () => camera.viewers === 0);
  });
});

test('viewers who come and go, half of them abruptly, leave nothing behind', async () => {
  renderV4l2Pictures('MJPG', '640x480');
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [60], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const server = stopAfterTest(await Server.start({ config: config(`v4l2:${camera.device}`), env: cameras.env }));
  const url = `${server.url}/stream?tier=source`;
  await runLoad({ url, churn: 50 });
  await until('rest', async () => (await figuresOf(server)).pipelines === 0);
  const before = await figuresOf(server);

  const { churn } = await runLoad({ url, churn: 400, concurrency: 20 });

  expect(churn).toMatchObject({ connected: 400, refused: 0, timedOut: 0 });
  expect(churn.closed + churn.reset).toBe(400);
  expect(churn.reset).toBeGreaterThan(100);
  await expectBack(server, before);
  expect((await server.camera()).viewers).toBe(0);
});

test('a camera that is never there costs nothing but the attempts', async () => {
  const server = stopAfterTest(await Server.start({ config: config('rtsp://127.0.0.1:1/live') }));
  const visit = async () => {
    await fetch(`${server.url}/snapshot`);
    await until('rest', async () => (await server.camera()).state === 'idle');
  };
  await visit();
  const before = await figuresOf(server);
  for (let round = 0; round < 2; round++) await visit();
  await expectBack(server, before);
});
