import { expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { threadsEndTimeoutMs } from '../support/process-figures.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';
import { WebSocketClient } from '../support/websocket-client.js';
import { describeFigures, type Figures, figuresOf, isBack } from './figures.js';

const memoryToleratedBytes = 30 * 2 ** 20;

/** Comes, sees some pictures in this or that pace, and leaves: in order, abruptly, or with frames under way. */
async function visit(server: Server, number: number): Promise<void> {
  const client = await WebSocketClient.open(server.url, number % 2 === 0 ? '/api/events' : '/cameras/cam1/ws');
  await client.watch('cam1', { tier: number % 5 === 0 ? 'low' : 'source', frames: 1 + (number % 30) });
  if (number % 4 === 3) client.pause();
  else await client.frameCount(1);
  if (number % 3 === 0) client.send({ type: 'unwatch', camera: 'cam1' });
  if (number % 2 === 0) client.terminate();
  else {
    client.resume();
    await client.stop();
  }
}

async function visits(server: Server, count: number, atOnce: number): Promise<void> {
  let next = 0;
  const visitor = async () => {
    while (next < count) await visit(server, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, visitor));
}

test('two hundred WebSockets that come and go, half of them abruptly, leave nothing behind', async () => {
  renderV4l2Pictures('MJPG', '640x480');
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [60], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const config = `cameras: { cam1: { source: "v4l2:${camera.device}", linger_ms: 50 } }`;
  const server = stopAfterTest(await Server.start({ config, env: cameras.env }));
  await visits(server, 30, 10);
  await until('rest', async () => (await figuresOf(server)).pipelines === 0);
  const before = await figuresOf(server);

  await visits(server, 200, 10);

  let now: Figures = before;
  const back = async () => {
    now = await figuresOf(server);
    return isBack(now, before);
  };
  await until('all is where it was', back, threadsEndTimeoutMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${describeFigures(now)} after ${describeFigures(before)}`);
  });
  console.log(`${describeFigures(now)} after ${describeFigures(before)}`);
  expect(now.residentBytes - before.residentBytes, describeFigures(now)).toBeLessThan(memoryToleratedBytes);
  expect((await server.camera()).viewers).toBe(0);
  expect(server.logs).not.toMatch(/^\s+at /m);
});
