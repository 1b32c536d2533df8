import { expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { RtspCamera } from '../../support/rtsp-camera.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { WhepViewer } from '../../support/whep-viewer.js';

interface ViewerView {
  readonly id: string;
  readonly transport: string;
  readonly tier: string;
}

const tiers =
  'tiers: { high: { width: 640, height: 360, fps: 20 }, medium: { width: 480, height: 270, fps: 20 }, low: { width: 320, height: 180, fps: 20 } }';

async function start() {
  const rtsp = stopAfterTest(await RtspCamera.start({ width: 640, height: 360, fps: 30, gop: 30 }));
  return stopAfterTest(await Server.start({ config: `cameras: { front: { source: "${rtsp.url}", ${tiers} } }` }));
}

/** The same, playing: whether viewers can have the camera's own video is asked for two seconds, and then not waited for. */
async function startPlaying() {
  const server = await start();
  await server.shows('low', 'front');
  return server;
}

async function watch(server: Server, query = ''): Promise<WhepViewer> {
  const viewer = await WhepViewer.watch(`${server.url}/whep${query}`);
  onTestFinished(async () => void (await viewer.leave().catch(() => undefined)));
  return viewer;
}

async function put(server: Server, body: unknown): Promise<Response> {
  const path = `${server.url}/api/cameras/front/profile`;
  const headers = { 'Content-Type': 'application/json' };
  return fetch(path, { method: 'PUT', headers, body: JSON.stringify(body) });
}

async function hold(server: Server, tier: string): Promise<void> {
  const response = await put(server, { tier });
  expect([response.status, await response.json()]).toEqual([200, { tier }]);
}

/** What each viewer by WebRTC is on, in the order of their coming, and the first one by MJPEG. */
async function tiersOf(server: Server): Promise<string> {
  const { viewers } = await server.json<{ viewers: readonly ViewerView[] }>('/api/viewers');
  const of = (transport: string) => viewers.filter((viewer) => viewer.transport === transport).map(({ tier }) => tier);
  return [...of('webrtc'), ...of('mjpeg')].join(' ');
}

async function seesMore(viewer: WhepViewer): Promise<void> {
  await viewer.sees(viewer.pictures + 10);
}

test('a profile holds auto viewers by WebRTC and of JPEGs alike, those there are and those that come', async () => {
  const server = await startPlaying();
  const auto = await watch(server);
  const named = await watch(server, '?tier=source');
  const bound = await watch(server, '?max_tier=medium');
  const jpegs = stopAfterTest(await MjpegClient.open(server.url, '/stream'));
  await Promise.all([seesMore(auto), seesMore(named), seesMore(bound), jpegs.part()]);
  expect(await tiersOf(server)).toBe('source source medium high');

  await hold(server, 'low');
  expect(await tiersOf(server)).toBe('low source low low');
  await Promise.all([seesMore(auto), seesMore(named), seesMore(bound)]);
  await watch(server);
  expect(await tiersOf(server)).toBe('low source low low low');

  await hold(server, 'source');
  expect(await tiersOf(server), 'as near as each can come').toBe('source source medium source high');
  await seesMore(auto);

  await hold(server, 'auto');
  await hold(server, 'medium');
  expect(await tiersOf(server)).toBe('medium source medium medium medium');
  await Promise.all([seesMore(auto), seesMore(named), seesMore(bound)]);
});

test('a profile waits for a camera that was never seen', async () => {
  const server = await start();
  await hold(server, 'source');
  const viewer = await watch(server);
  await viewer.sees(10);
  expect(await tiersOf(server)).toBe('source');
});

test('a profile that there can’t be is refused with what there is', async () => {
  const server = await startPlaying();
  const viewer = await watch(server);
  await viewer.sees(1);
  const response = await put(server, { tier: 'best' });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    {
      code: 'BODY_INVALID',
      detail: 'tier: "best" is not valid; allowed is auto, source, high, medium, low.',
      problems: [{ field: 'tier' }],
    },
  ]);
  await until('it stays', async () => (await tiersOf(server)) === 'source');
});
