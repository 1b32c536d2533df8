import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera, readStamp } from '../support/http-camera.js';
import { headerOf, MjpegClient } from '../support/mjpeg-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const fps = 20;
let camera: HttpCamera;
let server: Server;

beforeAll(async () => {
  camera = await HttpCamera.start({ width: 320, height: 240, fps });
  server = await Server.start({ sources: [camera.url] });
  await server.shows('source');
});
afterAll(async () => {
  await server.stop();
  await camera.stop();
});

/** In the tier that passes the camera's own pictures through. */
const open = async (path: string) => stopAfterTest(await MjpegClient.open(server.url, `${path}&tier=source`));

interface State {
  readonly result: {
    readonly stream: {
      readonly clients: number;
      readonly clients_stat: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
  };
}

describe('options of a stream', () => {
  test('extra_headers tells more of each picture', async () => {
    const client = await open('/stream?extra_headers=1');
    const { headers } = (await client.parts(3)).at(-1) ?? { headers: [] };
    expect(headerOf(headers, 'X-UStreamer-Online')).toBe('true');
    expect(headerOf(headers, 'X-UStreamer-Width')).toBe('320');
    expect(headerOf(headers, 'X-UStreamer-Height')).toBe('240');
    expect(headerOf(headers, 'X-UStreamer-Dropped')).toMatch(/^\d+$/);
    expect(headerOf(headers, 'X-UStreamer-Client-FPS')).toMatch(/^\d+$/);
    const [grabbed, sent, latency] = ['Grab-Time', 'Send-Time', 'Latency'].map((name) =>
      Number(headerOf(headers, `X-UStreamer-${name}`)),
    );
    expect(latency).toBeCloseTo((sent ?? 0) - (grabbed ?? 0), 5);
    expect(latency).toBeGreaterThanOrEqual(0);
  });

  test('are left out otherwise', async () => {
    const client = await open('/stream?extra_headers=0');
    expect((await client.part()).headers.join()).not.toContain('UStreamer');
  });

  test('advance_headers sends the next headers behind each picture', async () => {
    const client = await open('/stream?advance_headers=1');
    const head = /^--boundarydonotcross\r\nContent-Type: image\/jpeg\r\nX-Timestamp: \d+\.\d{6}\r\n\r\n$/;
    expect((await client.through('\r\n\r\n')).toString()).toMatch(head);
    for (let index = 0; index < 3; index++) {
      const jpegAndHead = await client.through('\r\n\r\n');
      const end = jpegAndHead.lastIndexOf('\r\n--boundary');
      expect(readStamp(jpegAndHead.subarray(0, end))).not.toBeNull();
      expect(jpegAndHead.subarray(end - 2, end).toString('hex')).toBe('ffd9');
      expect(jpegAndHead.subarray(end + 2).toString()).toMatch(head);
    }
  });

  test('zero_data sends headers alone', async () => {
    const client = await open('/stream?zero_data=1');
    for (const { headers, jpeg } of await client.parts(5)) {
      expect(jpeg).toHaveLength(0);
      expect(headerOf(headers, 'Content-Length')).toBe('0');
    }
  });

  test('dual_final_frames sends the last picture twice where no other follows', async () => {
    const slow = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 1.5 }));
    const another = stopAfterTest(await Server.start({ sources: [slow.url] }));
    await another.shows('source');
    const client = stopAfterTest(await MjpegClient.open(another.url, '/stream?dual_final_frames=1&tier=source'));
    const sequences = (await client.parts(8)).map(({ jpeg }) => readStamp(jpeg)?.sequence ?? -1);
    const shown = new Map<number, number>();
    for (const sequence of sequences.slice(1, -1)) shown.set(sequence, (shown.get(sequence) ?? 0) + 1);
    // The first and the last of those looked at may have their twin outside.
    expect([...shown.values()].slice(1, -1), sequences.join(' ')).toEqual([2, 2]);
  });

  test('fps leaves out frames evenly', async () => {
    const client = await open(`/stream?fps=${fps / 4}`);
    const sequences = (await client.parts(12)).map(({ jpeg }) => readStamp(jpeg)?.sequence ?? -1);
    const steps = sequences.slice(1).map((sequence, index) => sequence - (sequences[index] ?? 0));
    const told = `steps ${steps.join(' ')}`;
    // Where the first frame came late, all others come just as they are due, and jitter chooses this one or the next.
    expect(steps.filter((step) => step >= 3 && step <= 5).length, told).toBeGreaterThanOrEqual(8);
    expect(((sequences.at(-1) ?? 0) - (sequences[0] ?? 0)) / steps.length, told).toBeGreaterThan(3.5);
    expect(Math.max(...steps), told).toBeLessThanOrEqual(12);
    const dropped = await server.metric(
      'lenscast_frames_dropped_total{camera="cam1",tier="source",medium="jpeg",reason="fps"}',
    );
    expect(dropped).toBeGreaterThan(20);
  });

  test('key comes back in the cookie and in /state', async () => {
    const client = await open('/stream?key=my%20key&fps=5&extra_headers=1');
    const cookie = headerOf(client.answer, 'Set-Cookie') ?? '';
    const [, key = '', id = ''] = /^stream_client=([^/]+)\/([0-9a-f]{16});/.exec(cookie) ?? [];
    expect(decodeURIComponent(key)).toBe('my key');
    await client.parts(3);

    const { result } = await server.json<State>('/state');

    expect(result.stream.clients_stat[id]).toMatchObject({
      key: 'my key',
      extra_headers: true,
      advance_headers: false,
      dual_final_frames: false,
      zero_data: false,
    });
    expect(result.stream.clients_stat[id]?.fps).toEqual(expect.any(Number));
    expect(result.stream.clients).toBe(Object.keys(result.stream.clients_stat).length);
    await client.stop();
    const gone = async () => (await server.json<State>('/state')).result.stream.clients_stat[id] === undefined;
    await until('the client is gone from /state', gone);
  });

  test('that are unknown are ignored', async () => {
    const client = await open('/stream?cacheBust=1700000000&foo=bar');
    expect((await client.part()).jpeg.length).toBeGreaterThan(0);
  });

  const bad = ['fps=abc', 'fps=-1', 'fps=1e9', 'extra_headers=2', 'zero_data=maybe', `key=${'k'.repeat(300)}`];

  test.each(bad)('%s is refused', async (query) => {
    const response = await fetch(`${server.url}/stream?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    const problem = (await response.json()) as { code: string; detail: string };
    expect(problem.code).toBe('QUERY_INVALID');
    expect(problem.detail).toContain(query.split('=')[0]);
  });
});
