import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, readStamp } from '../support/http-camera.js';
import { sequencesOf } from '../support/picture.js';
import { expectInOrder } from '../support/sequences.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';
import { decodeWithFfmpeg } from '../support/watch.js';
import { WebSocketClient } from '../support/websocket-client.js';

async function startV4l2(format: 'MJPG' | 'YUYV', size = '640x480') {
  renderV4l2Pictures(format, size);
  const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [30], formats: [format] });
  onTestFinished(() => cameras.dispose());
  const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
  return { camera, server };
}

async function connect(server: Server, path = '/api/events'): Promise<WebSocketClient> {
  return stopAfterTest(await WebSocketClient.open(server.url, path));
}

const liveFrames = (server: Server) => server.metric('lenscast_live_frames');

describe('pictures', () => {
  test.each([
    ['passed through', 'MJPG', 'source'],
    ['encoded', 'YUYV', 'high'],
  ] as const)('%s arrive whole and in order, and decode', async (_how, format, tier) => {
    const { server } = await startV4l2(format);
    await server.shows(tier);
    const client = await connect(server, '/cameras/cam1/ws');
    client.keepUp(() => 'cam1');
    await client.watch('cam1', { tier, frames: 2 });
    const startUs = Date.now() * 1000;
    const frames = (await client.frameCount(40)).slice(0, 40);

    const folder = mkdtempSync(join(tmpdir(), 'lenscast-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'frames.mjpeg'), Buffer.concat(frames.map(({ jpeg }) => jpeg)));
    const input = ['-f', 'mjpeg', '-i', join(folder, 'frames.mjpeg'), '-fps_mode', 'passthrough'];
    const pictures = await decodeWithFfmpeg(input, 640, 480);

    expect(pictures).toHaveLength(40);
    expectInOrder(sequencesOf(pictures), 1, 0.5);
    for (const { version, index, width, height, captureUs, isStandIn } of frames) {
      expect({ version, index, width, height, isStandIn }).toEqual({
        ...{ version: 1, index: 0, width: 640, height: 480, isStandIn: false },
      });
      expect(Math.abs(captureUs - startUs)).toBeLessThan(20_000_000);
    }
  });

  test('come against credit alone', async () => {
    const { server } = await startV4l2('MJPG');
    const [none, one, all] = [await connect(server), await connect(server), await connect(server)];
    await none.watch('cam1', { tier: 'source' });
    await one.watch('cam1', { tier: 'source', frames: 1 });
    all.keepUp(() => 'cam1');
    await all.watch('cam1', { tier: 'source', frames: 1 });
    await all.frameCount(60);
    expect([none.frames.length, one.frames.length]).toEqual([0, 1]);

    none.send({ type: 'credit', camera: 'cam1', frames: 1 });
    await none.frameCount(1);
    const before = all.frames.length;
    await all.frameCount(before + 30);
    expect([none.frames.length, one.frames.length]).toEqual([1, 1]);
    // It waited a second for its credit, and gets a picture of now.
    const reference = all.frames[before]?.captureUs ?? 0;
    expect(none.frames[0]?.captureUs ?? 0).toBeGreaterThan(reference - 1_000_000);
  });

  test('keep to a frame rate', async () => {
    const { server } = await startV4l2('MJPG');
    const client = await connect(server);
    client.keepUp(() => 'cam1');
    await client.watch('cam1', { tier: 'source', fps: 5, frames: 5 });
    const frames = await client.frameCount(11);
    const spanS = ((frames[10]?.captureUs ?? 0) - (frames[0]?.captureUs ?? 0)) / 1e6;
    expect(spanS).toBeGreaterThan(1.6);
  });
});

test('eight cameras share a connection, each with its own pace', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const cameras = await Promise.all(
    ids.map(async (id) => ({
      id,
      camera: stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 10 })),
    })),
  );
  const lines = cameras.map(({ id, camera }) => `  ${id}: { source: "${camera.url}" }`);
  const server = stopAfterTest(await Server.start({ config: `cameras:\n${lines.join('\n')}` }));
  const client = await connect(server);
  const hello = await client.message('hello');
  expect(hello.cameras.map(({ id }) => id)).toEqual(ids);
  client.onFrame = ({ index }) => {
    // The last one grants nothing more.
    if (index < 7) client.send({ type: 'credit', camera: ids[index], frames: 1 });
  };
  for (const id of ids) await client.watch(id, { tier: 'source', frames: 1 });
  const of = (index: number) => client.frames.filter((frame) => frame.index === index);
  await until('ten frames of each', () => ids.slice(0, 7).every((_, index) => of(index).length >= 10), 20_000);
  expect(of(7)).toHaveLength(1);
  for (const [index] of ids.entries()) {
    const stamps = of(index).map(({ jpeg }) => readStamp(jpeg)?.sequence ?? -1);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  }
  const { viewers } = await server.json<{ viewers: { transport: string }[] }>('/api/viewers');
  expect(viewers.map(({ transport }) => transport)).toEqual(ids.map(() => 'websocket'));
  expect(await server.metric('lenscast_viewers{camera="a",tier="source",medium="jpeg",transport="websocket"}')).toBe(1);

  client.terminate();
  await until('nobody watches', async () => (await server.camera('a')).viewers === 0);
});

test('the loss of a camera and its return are told, and shown on the same connection', async () => {
  const { camera, server } = await startV4l2('MJPG');
  const client = await connect(server);
  client.keepUp(() => 'cam1');
  await client.watch('cam1', { tier: 'source', frames: 3 });
  await client.message('state', ({ state }) => state === 'live');
  await client.frameCount(10);

  camera.unplug();
  const lost = await client.message('state', ({ state }) => state === 'recovering');
  expect(lost.cause?.message).toContain(camera.device);
  await until('a picture that stands in', () => client.frames.at(-1)?.isStandIn);
  const from = client.messages.length;
  camera.plug();
  await client.message('state', ({ state }) => state === 'live' || state === 'degraded', from);
  await until('a real picture', () => client.frames.at(-1)?.isStandIn === false);
  expect(client.closed).toBeUndefined();
  expect(client.all('unwatched')).toEqual([]);
});

test('a client that stops reading costs the others nothing, and sees the newest when it reads on', async () => {
  const { server } = await startV4l2('MJPG', '1280x720');
  const [slow, fast] = [await connect(server), await connect(server)];
  fast.keepUp(() => 'cam1');
  await fast.watch('cam1', { tier: 'source', frames: 2 });
  await slow.watch('cam1', { tier: 'source', frames: 1000 });
  await slow.frameCount(3);
  slow.pause();
  const before = fast.frames.length;
  await fast.frameCount(before + 120);
  const missing = fast.frames
    .slice(before)
    .filter(({ sequence }, at, all) => sequence > (all[at - 1]?.sequence ?? 1e9) + 1);
  expect(missing.length).toBeLessThan(12);
  // What waits for the slow one is a copy: no frame of the camera's stays with it.
  expect(await liveFrames(server)).toBeLessThanOrEqual(4);
  const dropped = await server.metric(
    'lenscast_frames_dropped_total{camera="cam1",tier="source",medium="jpeg",reason="slow"}',
  );
  expect(dropped).toBeGreaterThan(40);

  const seen = slow.frames.length;
  slow.resume();
  // The kernels' buffers come first.
  await until('a picture of now', () => {
    const last = slow.frames.at(-1);
    return slow.frames.length > seen && last !== undefined && Date.now() * 1000 - last.captureUs < 1_000_000;
  });
  const sequences = slow.frames.map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  await Promise.all([slow.stop(), fast.stop()]);
  await until('no frame stays alive', async () => (await liveFrames(server)) === 0);
});

test('a camera that is taken out of the configuration ends what was about it alone', async () => {
  const [stays, goes] = await Promise.all(
    [0, 1].map(async () => stopAfterTest(await HttpCamera.start({ width: 320, height: 240 }))),
  );
  const line = (id: string, camera: HttpCamera | undefined) => `  ${id}: { source: "${camera?.url}" }\n`;
  const server = stopAfterTest(
    await Server.start({ config: `cameras:\n${line('stays', stays)}${line('goes', goes)}` }),
  );
  const [all, own] = [await connect(server), await connect(server, '/cameras/goes/ws')];
  all.keepUp((index) => ['stays', 'goes'][index] ?? '');
  await all.watch('stays', { tier: 'source', frames: 1 });
  const { index } = await all.watch('goes', { tier: 'source', frames: 1 });
  await own.message('hello', ({ cameras }) => cameras.length === 1);

  server.configure(`cameras:\n${line('stays', stays)}`);

  await all.message('unwatched', (message) => message.camera === 'goes' && message.index === index);
  await all.message('cameras', ({ cameras }) => cameras.map(({ id }) => id).join() === 'stays');
  expect((await own.end()).code).toBe(1000);
  await all.frameCount(all.frames.length + 5);
});

test('a server that stops says so', async () => {
  const { server } = await startV4l2('MJPG');
  const [client, deaf] = [await connect(server), await connect(server)];
  await client.watch('cam1', { tier: 'source', frames: 1000 });
  await deaf.watch('cam1', { tier: 'source', frames: 1000 });
  await client.frameCount(5);
  deaf.pause();
  server.signal('SIGTERM');
  expect(await server.exit(6000), server.logs).toBe(0);
  expect((await client.end()).code).toBe(1001);
});
