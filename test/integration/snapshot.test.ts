import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, readStamp } from '../support/http-camera.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const sourceFrames = 'lenscast_tier_frames_total{camera="cam1",tier="source",medium="jpeg"}';

async function start(fps: number) {
  const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps }));
  const config = `cameras: { cam1: { source: "${camera.url}", linger_ms: 60000 } }`;
  return { camera, server: stopAfterTest(await Server.start({ config })) };
}

const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);

async function snapshot(server: Server, query = ''): Promise<Buffer> {
  const response = await fetch(`${server.url}/snapshot${query}`);
  const body = Buffer.from(await response.arrayBuffer());
  expect(response.status, body.toString('latin1', 0, 300)).toBe(200);
  expect(Number(response.headers.get('Content-Length'))).toBe(body.length);
  return body;
}

describe('a snapshot', () => {
  test('starts an idle camera', async () => {
    const { server } = await start(10);
    expect((await server.camera()).state).toBe('idle');

    expect(readStamp(await snapshot(server))).not.toBeNull();

    expect((await server.camera()).state).toBe('live');
    expect((await server.camera()).viewers).toBe(0);
  });

  test('is no older than the request', async () => {
    const { server } = await start(5);
    await snapshot(server);
    for (let index = 0; index < 3; index++) {
      const askedUs = monotonicUs();
      // By what the server saw: the camera's stamp is from just before the frame was on its way.
      const { captureUs = 0 } = readStamp(await snapshot(server)) ?? {};
      expect(captureUs).toBeGreaterThan(askedUs - 50_000);
    }
  });

  test('of a camera with a picture in four seconds is its newest where no other comes in time', async () => {
    const { server } = await start(0.25);
    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    await until('a picture', async () => readStamp((await viewer.part()).jpeg), 30_000);
    const response = await fetch(`${server.url}/snapshot`);
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.status, body.toString('latin1', 0, 300)).toBe(200);
    expect(response.headers.get('X-Lenscast-Online')).toBe('true');
    expect(readStamp(body)).not.toBeNull();
  });

  test('may be as old as max_age says', async () => {
    const { server } = await start(2);
    // Somebody watches, so a picture is there.
    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    const { jpeg } = await viewer.part();
    const old = await snapshot(server, '?max_age=60000');
    const { sequence: seen = -1 } = readStamp(jpeg) ?? {};
    const { sequence = -1 } = readStamp(old) ?? {};
    expect(sequence).toBeGreaterThanOrEqual(seen);
    const fresh = readStamp(await snapshot(server, '?max_age=0'))?.sequence ?? -1;
    expect(fresh).toBeGreaterThan(sequence);
  });

  test('of a hundred at once costs one frame', async () => {
    const { server } = await start(2);
    await snapshot(server);
    const before = await server.metric(sourceFrames);

    const pictures = await Promise.all(Array.from({ length: 100 }, () => snapshot(server)));

    // The requests may straddle a frame.
    const sequences = new Set(pictures.map((jpeg) => readStamp(jpeg)?.sequence));
    expect(sequences.size).toBeLessThanOrEqual(2);
    // One more may come before it is known that nobody waits for it.
    const cost = (await server.metric(sourceFrames)) - before;
    expect(cost).toBeGreaterThanOrEqual(sequences.size);
    expect(cost).toBeLessThanOrEqual(sequences.size + 1);
  });

  test('of a camera that gives nothing is refused in time', async () => {
    const { camera, server } = await start(10);
    camera.fault = 'silence';
    const startMs = performance.now();

    const responses = await Promise.all(Array.from({ length: 5 }, () => fetch(`${server.url}/snapshot`)));

    for (const response of responses) {
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ code: 'SNAPSHOT_UNAVAILABLE', status: 503 });
    }
    // Two seconds, and what a busy machine takes.
    expect(performance.now() - startMs).toBeLessThan(4000);
    expect(performance.now() - startMs).toBeGreaterThan(1000);
  });

  test('of a camera that is not there says why', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await until('a port', () => closed.address() !== null);
    const address = closed.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const server = stopAfterTest(await Server.start({ sources: [`http://127.0.0.1:${port}/stream`] }));

    const response = await fetch(`${server.url}/snapshot`);

    expect(response.status).toBe(503);
    expect(((await response.json()) as { detail: string }).detail).toContain('refuses the connection');
  });

  test('of a tier has its size', async () => {
    const server = stopAfterTest(await Server.start({ sources: ['test:'] }));
    const response = await fetch(`${server.url}/snapshot?tier=low`);
    expect([response.headers.get('X-UStreamer-Width'), response.headers.get('X-UStreamer-Height')]).toEqual([
      '640',
      '360',
    ]);
  });

  test('with a bad max_age is refused', async () => {
    const { server } = await start(10);
    for (const maxAge of ['-1', 'soon', '1.5', '99999999999']) {
      const response = await fetch(`${server.url}/snapshot?max_age=${maxAge}`);
      expect(response.status, maxAge).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'QUERY_INVALID' });
    }
  });
});
