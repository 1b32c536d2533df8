/** What test/integration/faults doesn't make. */
import { expect, onTestFinished, test } from 'vitest';
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

test('a V4L2 camera whose JPEGs are cut at times: those are counted, the others come', async () => {
  renderV4l2Pictures('MJPG', '640x480');
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
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

test('an RTSP camera over UDP that is killed and started again, seen in two tiers', async () => {
  const camera = await RtspCamera.start({ width: 320, height: 192 });
  const config = `cameras: { cam1: { source: "${camera.url}", rtsp_transport: udp } }`;
  const server = stopAfterTest(await Server.start({ config }));
  const clients = await watch(server, 'high', 'low');

  await camera.kill();
  await server.reach('recovering');
  stopAfterTest(await RtspCamera.start({ width: 320, height: 192, port: camera.port }));

  await expectNewFrames(server, clients);
  await server.reach('live');
});

test('an HTTP camera that sends a part without an end', async () => {
  const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240 }));
  const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
  const clients = await watch(server, 'source', 'low');
  camera.fault = 'endless-part';
  await server.reach('recovering');
  camera.fault = 'none';
  await expectNewFrames(server, clients);
});
