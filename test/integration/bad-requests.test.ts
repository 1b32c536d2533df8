import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera } from '../support/http-camera.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly known?: readonly string[];
}

let camera: HttpCamera;
let server: Server;
let watching: MjpegClient;

beforeAll(async () => {
  camera = await HttpCamera.start({ width: 320, height: 240, fps: 20 });
  const cameras = `{ front: { source: "${camera.url}" }, back: { source: "test:", tiers: { only: { fps: 5 } } } }`;
  server = await Server.start({ config: `cameras: ${cameras}` });
  watching = await MjpegClient.open(server.url, '/cameras/front/stream?tier=source');
});
afterAll(async () => {
  await watching.stop();
  await server.stop();
  await camera.stop();
});

/** Who watched before still gets new pictures. */
async function othersKeepStreaming(): Promise<void> {
  await watching.backlog();
  const known = new Set(watching.seen.map(({ jpeg }) => jpeg.toString('latin1')));
  await until('a new picture', async () => !known.has((await watching.part()).jpeg.toString('latin1')));
  expect(watching.ended).toBe(false);
}

async function problemOf(path: string, status: number, init: RequestInit = {}): Promise<Problem> {
  const response = await fetch(server.url + path, init);
  expect(response.status, path).toBe(status);
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(status);
  return problem;
}

/** What the server answers to bytes of any kind; '' where it only closes. */
async function answerTo(...chunks: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  for (const chunk of chunks) socket.write(chunk);
  await until('the end of the connection', () => socket.destroyed, 20_000);
  return answer;
}

describe('a request for what is not there', () => {
  test.each(['/cameras/nobody/stream', '/cameras/nobody/snapshot', '/api/cameras/nobody'])(
    '%s names the known cameras',
    async (path) => {
      const problem = await problemOf(path, 404);
      expect(problem.code).toBe('CAMERA_NOT_FOUND');
      expect(problem.detail).toContain('front, back');
    },
  );

  test.each(['/stream?tier=huge', '/snapshot?tier=huge', '/cameras/front/stream?tier=huge'])(
    '%s names the known tiers',
    async (path) => {
      const problem = await problemOf(path, 404);
      expect(problem.code).toBe('TIER_NOT_FOUND');
      expect(problem.detail).toContain('source, high, medium, low');
    },
  );

  test('a tier of another camera is unknown here', async () => {
    expect((await problemOf('/cameras/back/stream?tier=source', 404)).detail).toContain('only');
  });

  test('another path says where to look', async () => {
    const problem = await problemOf('/nothing/here', 404);
    expect(problem.code).toBe('NOT_FOUND');
    expect(problem.detail).toContain('/nothing/here');
  });

  test.each(['POST', 'PUT', 'DELETE'])('%s on a stream is not allowed', async (method) => {
    expect((await problemOf('/cameras/front/stream', 405, { method })).code).toBe('METHOD_NOT_ALLOWED');
  });

  test.each([
    '/cameras/%00/stream',
    '/cameras/%E0%A4%A/stream',
    '/%',
    '/cameras/..%2f..%2fetc/stream',
    `/cameras/${'x'.repeat(5000)}/stream`,
    '/?action=stream&tier=%F0%28',
  ])('odd characters are no accident: %s', async (path) => {
    const answer = await answerTo(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    await othersKeepStreaming();
  });
});

describe('bytes that are no request', () => {
  test('a request line of one megabyte is refused', async () => {
    const answer = await answerTo(`GET /${'x'.repeat(1024 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 |^$/);
    await othersKeepStreaming();
  });

  test('a thousand header lines are refused', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `X-${index}: ${'y'.repeat(20)}\r\n`).join('');
    expect(await answerTo(`GET /healthz HTTP/1.1\r\nHost: x\r\n${lines}\r\n`)).toMatch(/^HTTP\/1\.1 431 |^$/);
    await othersKeepStreaming();
  });

  test.each([
    ['not HTTP', 'hello\r\n\r\n'],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['zeros', Buffer.alloc(4096)],
  ])('%s is refused', async (_name, bytes) => {
    expect(await answerTo(bytes, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 |^$/);
    await othersKeepStreaming();
  });
});

test('a thousand connections that send nothing are closed, and hold up nobody', async () => {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  let closed = 0;
  for (let index = 0; index < 1000; index++) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => closed++);
    socket.resume();
    sockets.push(socket);
  }
  await until('a thousand connections', () => sockets.every((socket) => !socket.connecting));
  await othersKeepStreaming();
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const another = stopAfterTest(await MjpegClient.open(server.url, '/cameras/front/stream?tier=source'));
  expect((await another.part()).jpeg.length).toBeGreaterThan(0);
  await until('the server has closed them', () => closed === 1000, 25_000);
  await othersKeepStreaming();
});
