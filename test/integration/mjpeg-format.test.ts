import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, readStamp } from '../support/http-camera.js';
import { headerOf, MjpegClient } from '../support/mjpeg-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const boundary = '--boundarydonotcross\r\n';
let camera: HttpCamera;
let server: Server;

beforeAll(async () => {
  camera = await HttpCamera.start({ width: 320, height: 240, fps: 10 });
  server = await Server.start({ sources: [camera.url] });
  await server.shows('source');
});
afterAll(async () => {
  await server.stop();
  await camera.stop();
});

const open = async (path = '/stream?tier=source', request?: string) =>
  stopAfterTest(await MjpegClient.open(server.url, path, request));

/** Milliseconds of CLOCK_MONOTONIC, as the camera's stamps. */
const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);

describe('the answer', () => {
  test('is a stream that ends with the connection', async () => {
    const { answer } = await open();
    expect(answer[0]).toBe('HTTP/1.1 200 OK');
    expect(headerOf(answer, 'Content-Type')).toBe('multipart/x-mixed-replace;boundary=boundarydonotcross');
    expect(headerOf(answer, 'Cache-Control')).toBe('no-store');
    expect(headerOf(answer, 'X-Accel-Buffering')).toBe('no');
    expect(headerOf(answer, 'Connection')).toBe('close');
    for (const absent of ['Transfer-Encoding', 'Content-Length', 'Content-Encoding']) {
      expect(headerOf(answer, absent)).toBeUndefined();
    }
  });

  test('is the same for an HTTP/1.0 client', async () => {
    const client = await open('/stream', 'GET /stream HTTP/1.0');
    expect(client.answer[0]).toMatch(/^HTTP\/1\.[01] 200 OK$/);
    expect(headerOf(client.answer, 'Transfer-Encoding')).toBeUndefined();
    expect(readStamp((await client.part()).jpeg)).not.toBeNull();
  });

  test('has no body for HEAD and makes no viewer', async () => {
    const client = await open('/stream', 'HEAD /stream HTTP/1.1\r\nHost: x\r\nConnection: close');
    expect(client.answer[0]).toBe('HTTP/1.1 200 OK');
    expect(headerOf(client.answer, 'Content-Type')).toBe('multipart/x-mixed-replace;boundary=boundarydonotcross');
    await client.end();
    expect(client.waiting).toHaveLength(0);
  });
});

describe('a part', () => {
  test('has its type, length and time, the JPEG, and the boundary that follows at once', async () => {
    const client = await open();
    expect((await client.bytes(boundary.length)).toString()).toBe(boundary);
    for (let index = 0; index < 5; index++) {
      const head = (await client.through('\r\n\r\n')).toString('latin1');
      expect(head).toMatch(/^Content-Type: image\/jpeg\r\nContent-Length: \d+\r\nX-Timestamp: \d+\.\d{6}\r\n\r\n$/);
      const jpeg = await client.bytes(Number(/Content-Length: (\d+)/.exec(head)?.[1]));
      expect(jpeg.subarray(0, 2).toString('hex') + jpeg.subarray(-2).toString('hex')).toBe('ffd8ffd9');
      expect((await client.bytes(boundary.length + 2)).toString()).toBe(`\r\n${boundary}`);
    }
  });

  test('comes as soon as it is captured, with the boundary behind it', async () => {
    // A server that sends the boundary with the next frame is late by at least the camera's frame time, always.
    const frameTimeMs = 1000;
    const slow = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 1000 / frameTimeMs }));
    const another = stopAfterTest(await Server.start({ sources: [slow.url] }));
    const client = stopAfterTest(await MjpegClient.open(another.url, '/stream?tier=source'));
    const lateMs: number[] = [];
    while (lateMs.length < 4) {
      const { captureUs = 0 } = readStamp((await client.part()).jpeg) ?? {};
      lateMs.push((monotonicUs() - captureUs) / 1000);
    }
    // The best of them: repeated frames and a busy machine are late too.
    expect(Math.min(...lateMs)).toBeLessThan(frameTimeMs / 2);
  });

  test('tells when its picture was captured', async () => {
    const client = await open();
    for (const { headers, jpeg } of await client.parts(5)) {
      const { captureUs = 0 } = readStamp(jpeg) ?? {};
      const told = Number(headerOf(headers, 'X-Timestamp'));
      const captured = Date.now() / 1000 - (monotonicUs() - captureUs) / 1e6;
      // Taken by the server when it had read the picture.
      expect(told).toBeGreaterThan(captured - 0.05);
      expect(told).toBeLessThan(captured + 2);
    }
  });

  test('is sent again once a second where no other follows', async () => {
    const slow = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 0.4 }));
    const another = stopAfterTest(await Server.start({ sources: [slow.url] }));
    await another.shows('source');
    const client = stopAfterTest(await MjpegClient.open(another.url, '/stream?tier=source'));
    const parts = await client.parts(6);
    const again = parts.filter(({ jpeg }, index) => parts[index - 1]?.jpeg.equals(jpeg));
    expect(again.length, 'of six').toBeGreaterThanOrEqual(3);
    expect(again.length, 'of six').toBeLessThan(6);
  });
});

describe('compatible paths', () => {
  const streams = [
    '/stream',
    '/cameras/cam1/stream',
    '/?action=stream',
    '/webcam/?action=stream',
    '/webcam?action=stream',
  ];
  const more = ['/prefix/stream', '/a/b/stream', '/stream/', '/stream?tier=auto&cacheBust=123&_=5'];

  test.each([...streams, ...more])('%s streams', async (path) => {
    const client = await open(path);
    expect(readStamp((await client.part()).jpeg)).not.toBeNull();
  });

  const snapshots = [
    '/snapshot',
    '/snapshot.jpg',
    '/cameras/cam1/snapshot',
    '/?action=snapshot',
    '/webcam/?action=snapshot',
  ];

  test.each([...snapshots, '/webcam?action=snapshot', '/prefix/snapshot', '/prefix/snapshot.jpg?x=1'])(
    '%s is one picture',
    async (path) => {
      const response = await fetch(server.url + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe('image/jpeg');
      expect(readStamp(Buffer.from(await response.arrayBuffer()))).not.toBeNull();
    },
  );
});

describe('clients that come and go', () => {
  test('leave no viewer behind, however they leave', async () => {
    await until('nobody watches', async () => (await server.camera()).viewers === 0);
    const clients = await Promise.all(Array.from({ length: 8 }, () => MjpegClient.open(server.url, '/stream')));
    await until('eight watch', async () => (await server.camera()).viewers === 8);
    for (const client of clients) await client.stop();
    await until('nobody watches', async () => (await server.camera()).viewers === 0);
  });

  test('that only send half of a request are not waited for', async () => {
    const half = request({ port: server.port, path: '/stream', headers: { 'Content-Length': '10' }, method: 'POST' });
    half.on('error', () => {});
    half.flushHeaders();
    expect((await (await open()).part()).jpeg.length).toBeGreaterThan(0);
    half.destroy();
  });
});
