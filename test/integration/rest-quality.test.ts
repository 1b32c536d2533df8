import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { type LoadReport, runLoad } from '../support/load-client.js';
import { headerOf, MjpegClient, type Part } from '../support/mjpeg-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

beforeAll(() => {
  for (const size of ['640x480', '1280x720']) renderV4l2Pictures('YUYV', size);
});

const tiers =
  '{ high: { width: 640, height: 480, fps: 30, quality: 80 }, low: { width: 320, height: 240, fps: 30, quality: 60 } }';

async function startServer(options: { sizes?: readonly string[]; tiers?: string; lingerMs?: number } = {}) {
  const { cameras, camera } = oneV4l2Camera({ formats: ['YUYV'], rates: [30], sizes: options.sizes ?? ['640x480'] });
  onTestFinished(() => cameras.dispose());
  const linger = options.lingerMs ?? 15_000;
  const config = `cameras: { front: { source: "v4l2:${camera.device}", linger_ms: ${linger}, tiers: ${options.tiers ?? tiers} } }`;
  return stopAfterTest(await Server.start({ config, env: cameras.env }));
}

async function watch(server: Server, query: string): Promise<MjpegClient> {
  return stopAfterTest(await MjpegClient.open(server.url, `/stream?${query}&extra_headers=1`));
}

/** The next picture of the camera's own: what stands in for those while it starts is of another size and quality. */
async function picture(client: MjpegClient): Promise<Part> {
  const isOnline = ({ headers }: Part) => headerOf(headers, 'X-UStreamer-Online') === 'true';
  return until('a picture of the camera', async () => {
    const part = await client.part();
    return isOnline(part) && part;
  });
}

async function send(server: Server, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(server.url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
  return response.status === 204 ? null : response.json();
}

const putTier = (server: Server, tier: string, change: unknown) =>
  send(server, 'PUT', `/api/cameras/front/tiers/${tier}`, change);

/** `640x480`, as the JPEG's baseline frame header has it (ITU T.81, B.2.2). */
function sizeOf({ jpeg }: Part): string {
  const at = jpeg.indexOf(Buffer.of(0xff, 0xc0, 0x00, 0x11));
  return `${jpeg.readUInt16BE(at + 7)}x${jpeg.readUInt16BE(at + 5)}`;
}

/** The first coefficient of the luminance quantisation table. */
function roughnessOf({ jpeg }: Part): number {
  return jpeg[jpeg.indexOf(Buffer.of(0xff, 0xdb)) + 5] ?? 0;
}

/** The same as libjpeg computes it: 16 in the table of ITU T.81, K.1, scaled. */
function roughnessAt(quality: number): number {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return Math.floor((16 * percent + 50) / 100);
}

/** Seconds. */
function captureTimeOf({ headers }: Part): number {
  return Number(headerOf(headers, 'X-Timestamp'));
}

/** Makes a change and reads on until a part shows it, which what was captured half a second later must do. */
async function seeChange(client: MjpegClient, change: () => Promise<unknown>, isDone: (part: Part) => boolean) {
  await change();
  const changedMs = Date.now();
  for (;;) {
    const part = await client.part();
    if (isDone(part)) return part;
    expect(1000 * captureTimeOf(part) - changedMs, 'ms without the change').toBeLessThan(500);
  }
}

function expectIntact(parts: readonly Part[]): void {
  const bytes = Buffer.concat(parts.map(({ jpeg }) => jpeg));
  const words = ['-v', 'error', '-xerror', '-err_detect', 'explode', '-f', 'mjpeg', '-i', '-', '-f', 'null', '-'];
  const { status, stderr } = spawnSync('ffmpeg', words, { input: bytes, encoding: 'utf8', maxBuffer: 1e8 });
  expect([status, stderr]).toEqual([0, '']);
}

function expectUndisturbed(report: LoadReport, viewers: number): void {
  expect(report).toMatchObject({ viewers, closed: 0, badFrames: 0, framingErrors: 0, backwards: 0 });
  expect(report.framesPerViewer?.min).toBeGreaterThan(0);
}

describe('PUT of a tier', () => {
  test('changes size, frame rate and quality under 20 viewers, none of which loses anything', async () => {
    const server = await startServer();
    for (const tier of ['high', 'low']) await server.shows(tier, 'front');
    const [high, low] = [await watch(server, 'tier=high'), await watch(server, 'tier=low')];
    await high.part();
    await low.part();
    let changes: Promise<void> = Promise.resolve();
    const change = async () => {
      const put = (change: unknown) => () => putTier(server, 'high', change);
      await seeChange(high, put({ width: 480 }), (part) => sizeOf(part) === '480x360');
      await seeChange(high, put({ height: 120 }), (part) => sizeOf(part) === '160x120');
      await seeChange(high, put({ quality: 10 }), (part) => roughnessOf(part) === roughnessAt(10));
      const all = put({ width: 640, height: 480, quality: 90, fps: 10 });
      await seeChange(high, all, (part) => sizeOf(part) === '640x480' && roughnessOf(part) === roughnessAt(90));
      const [first, ...rest] = (await high.parts(8)).map(captureTimeOf);
      expect(((rest.at(-1) ?? 0) - (first ?? 0)) / rest.length).toBeGreaterThan(0.09);
    };
    const options = { url: `${server.url}/stream?tier=high`, viewers: 20, warmupSeconds: 1, seconds: 6 };

    const report = await runLoad(options, {
      onMeasuring: () => {
        changes = change();
        changes.catch(() => undefined);
      },
    });
    await changes;

    expectUndisturbed(report, 20);
    const shown = low.seen.length;
    while (low.waiting.length > 0 && low.seen.length < 1000) await low.part();
    expect(low.seen.length).toBeGreaterThan(shown);
    expect(new Set(low.seen.map(sizeOf))).toEqual(new Set(['320x240']));
    expect(new Set(low.seen.map(roughnessOf))).toEqual(new Set([roughnessAt(60)]));
    expectIntact(high.seen);
    expectIntact(low.seen);
    const { viewers } = (await server.json('/api/viewers')) as { viewers: { tier: string }[] };
    expect(viewers.map(({ tier }) => tier).toSorted()).toEqual(['high', 'low']);
  });

  test('holds for a tier that nobody watches, from its first frame on', async () => {
    const server = await startServer();
    await picture(await watch(server, 'tier=high'));

    await putTier(server, 'low', { width: 160, quality: 20 });
    const part = await picture(await watch(server, 'tier=low'));

    expect(sizeOf(part)).toBe('160x120');
    expect(roughnessOf(part)).toBe(roughnessAt(20));
  });

  test('holds for the next start of a camera that rests', async () => {
    const server = await startServer();
    await server.reach('idle', 'front');

    await putTier(server, 'low', { width: 160 });
    expect(await server.camera('front')).toMatchObject({ state: 'idle' });
    expect(sizeOf(await picture(await watch(server, 'tier=low')))).toBe('160x120');
  });

  test('lets the next start choose a larger picture of the camera', async () => {
    const server = await startServer({
      sizes: ['640x480', '1280x720'],
      tiers: '{ only: { width: 640, height: 480, fps: 30 } }',
      lingerMs: 0,
    });
    const first = await watch(server, 'tier=only');
    expect(sizeOf(await picture(first))).toBe('640x480');
    await putTier(server, 'only', { width: 1280, height: 720 });
    expect(sizeOf(await first.part())).toBe('640x480');
    await first.stop();
    await server.reach('idle', 'front');

    expect(sizeOf(await picture(await watch(server, 'tier=only')))).toBe('1280x720');
  });
});

describe('who gets what', () => {
  interface ViewerView {
    readonly id: string;
    readonly tier: string;
    readonly mode: string;
    readonly delivered: number;
    readonly fps: number;
  }
  const viewersOf = async (server: Server) => (await server.json<{ viewers: ViewerView[] }>('/api/viewers')).viewers;

  test('a profile holds the auto viewers there are and those that come', async () => {
    const server = await startServer();
    const [auto, pinned] = [await watch(server, 'tier=auto'), await watch(server, 'tier=high')];
    expect([sizeOf(await picture(auto)), sizeOf(await picture(pinned))]).toEqual(['640x480', '640x480']);

    const hold = () => send(server, 'PUT', '/api/cameras/front/profile', { tier: 'low' });

    await seeChange(auto, hold, (part) => sizeOf(part) === '320x240');
    expect(sizeOf(await (await watch(server, '')).part())).toBe('320x240');
    expect(sizeOf(await pinned.part())).toBe('640x480');
    await send(server, 'PUT', '/api/cameras/front/profile', { tier: 'auto' });
    await until('the best tier again', async () => sizeOf(await auto.part()) === '640x480');
    expectIntact(auto.seen);
  });

  test('one viewer is moved, slowed down and ended, and the others notice nothing', async () => {
    const server = await startServer();
    const one = await watch(server, 'tier=high');
    const [{ id = '' } = {}] = await until('a viewer', async () => {
      const viewers = await viewersOf(server);
      return viewers.length === 1 && viewers;
    });
    const other = await watch(server, 'tier=high');
    await picture(one);

    const move = () => send(server, 'PATCH', `/api/viewers/${id}`, { tier: 'low' });
    await seeChange(one, move, (part) => sizeOf(part) === '320x240');
    await send(server, 'PATCH', `/api/viewers/${id}`, { fps: 5 });
    const slowedMs = Date.now();
    await until('a part that was captured since', async () => 1000 * captureTimeOf(await one.part()) > slowedMs + 100);
    const times = (await one.parts(4)).map(captureTimeOf);
    expect(((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1)).toBeGreaterThan(0.17);
    const shown = (await viewersOf(server)).find((viewer) => viewer.id === id);
    expect(shown).toMatchObject({ tier: 'low', mode: 'fixed', max_fps: 5 });
    expect(shown?.delivered).toBeGreaterThanOrEqual(one.seen.length);
    await send(server, 'DELETE', `/api/viewers/${id}`);
    await one.end();

    expect((await fetch(`${server.url}/api/viewers/${id}`)).status).toBe(404);
    expect(await viewersOf(server)).toHaveLength(1);
    expect(new Set((await other.parts(5)).map(sizeOf))).toEqual(new Set(['640x480']));
  });

  test('max_tier and min_tier bound auto, and are refused where they make no sense', async () => {
    const server = await startServer();
    expect(sizeOf(await picture(await watch(server, 'max_tier=low')))).toBe('320x240');
    const refused = async (query: string) => {
      const response = await fetch(`${server.url}/stream?${query}`);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await refused('max_tier=best')).toEqual([404, 'TIER_NOT_FOUND']);
    expect(await refused('max_tier=low&min_tier=high')).toEqual([400, 'QUERY_INVALID']);
  });
});
