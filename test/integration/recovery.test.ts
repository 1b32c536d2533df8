import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, readStamp } from '../support/http-camera.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

/** Viewers of several tiers who stay. */
async function watch(server: Server, ...tiers: string[]): Promise<MjpegClient[]> {
  const clients = await Promise.all(tiers.map((tier) => MjpegClient.open(server.url, `/stream?tier=${tier}`)));
  for (const client of clients) await stopAfterTest(client).parts(3);
  // A silence is only told from a slow camera once the time between its frames is known.
  let [looks, frames] = [0, 0];
  await until('the frame rate is known', async () => {
    const now = (await server.camera()).frames;
    if (now > frames) looks++;
    frames = now;
    return looks > 3;
  });
  return clients;
}

/** The camera is back, and shows pictures that differ from what was seen before, on the very same connections. */
async function expectNewFrames(server: Server, clients: readonly MjpegClient[]): Promise<void> {
  await until('the camera is back', async () => /live|degraded/.test((await server.camera()).state), 20_000);
  for (const client of clients) {
    await client.backlog();
    const known = new Set(client.seen.map(({ jpeg }) => jpeg.toString('latin1')));
    await until('a new picture', async () => !known.has((await client.part()).jpeg.toString('latin1')), 20_000);
    expect(client.ended).toBe(false);
  }
}

describe('a V4L2 camera', () => {
  const start = async () => {
    renderV4l2Pictures('MJPG', '640x480');
    const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
    onTestFinished(() => cameras.dispose());
    const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
    return { camera, server };
  };

  test('that is unplugged and plugged in again', async () => {
    const { camera, server } = await start();
    const clients = await watch(server, 'source', 'low');

    camera.unplug();
    await until('it is told', async () => (await server.camera()).cause?.message.includes('gone'));
    expect(await server.camera()).toMatchObject({ state: 'recovering', viewers: 2 });
    camera.plug();

    await expectNewFrames(server, clients);
    expect((await server.camera()).cause).toBeNull();
  });

  test('that stalls: its viewers see something each second, then new pictures', async () => {
    const { camera, server } = await start();
    const clients = await watch(server, 'source');
    camera.stall();
    const view = await server.reach('recovering');
    expect(view.cause?.code).toMatch(/stalled|no-frames/);
    await clients[0]?.backlog();
    await clients[0]?.parts(2);

    camera.resume();

    await expectNewFrames(server, clients);
    await server.reach('live');
  });

  test('whose JPEGs are cut at times: those are counted, the others come', async () => {
    const { camera, server } = await start();
    const [client] = await watch(server, 'source');
    const before = (await server.camera()).corrupt_frames;
    camera.truncate(5);
    const { sequence: from } = camera.counters();
    await client?.backlog();
    for (const { jpeg } of (await client?.parts(30)) ?? []) expect(jpeg.subarray(-2).toString('hex')).toBe('ffd9');
    await until('cut ones counted', async () => (await server.camera()).corrupt_frames >= before + 5);
    expect((await server.camera()).state).toMatch(/live|degraded/);
    const sequences = client?.seen.map(({ jpeg }) => readStamp(jpeg)?.sequence ?? 0) ?? [];
    expect(sequences.filter((sequence) => sequence % 5 === 0 && sequence > from + 1)).toEqual([]);
    expect(sequences.filter((sequence) => sequence > from + 1).length).toBeGreaterThan(20);
  });

  test('whose every JPEG is cut has no picture, and comes back', async () => {
    const { camera, server } = await start();
    const clients = await watch(server, 'source');
    camera.truncate();
    await server.reach('recovering');
    camera.resume();
    await expectNewFrames(server, clients);
  });
});

describe('an RTSP camera', () => {
  test.each(['tcp', 'udp'] as const)('that is killed and started again, over %s', async (transport) => {
    const camera = await RtspCamera.start({ width: 320, height: 192 });
    const config = `cameras: { cam1: { source: "${camera.url}", rtsp_transport: ${transport} } }`;
    const server = stopAfterTest(await Server.start({ config }));
    const clients = await watch(server, 'high', 'low');

    await camera.kill();
    await server.reach('recovering');
    stopAfterTest(await RtspCamera.start({ width: 320, height: 192, port: camera.port }));

    await expectNewFrames(server, clients);
    await server.reach('live');
  });

  test('that stops sending while it still answers', async () => {
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192 }));
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const clients = await watch(server, 'high');
    await camera.stall();
    await server.reach('recovering');
    await camera.unstall();
    await expectNewFrames(server, clients);
  });
});

describe('an HTTP camera', () => {
  test('that is stopped and started again', async () => {
    const camera = await HttpCamera.start({ width: 320, height: 240 });
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const clients = await watch(server, 'source', 'low');
    await camera.stop();
    await server.reach('recovering');
    stopAfterTest(await HttpCamera.start({ width: 320, height: 240, port: camera.port }));
    await expectNewFrames(server, clients);
    await server.reach('live');
  });

  test.each(['silence', 'half-part-then-silence', 'half-part-then-close', 'endless-part', 'server-error'] as const)(
    'with the fault %s',
    async (fault) => {
      const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240 }));
      const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
      const clients = await watch(server, 'source');
      camera.fault = fault;
      await server.reach('recovering');
      camera.fault = 'none';
      await expectNewFrames(server, clients);
    },
  );
});
