import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { headerOf, MjpegClient } from '../../support/mjpeg-client.js';
import { PictureWatcher } from '../../support/picture-watcher.js';
import { RtspCamera } from '../../support/rtsp-camera.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2Camera } from '../../support/v4l2-camera.js';
import { WallClock } from '../../support/wall-clock.js';

const hourS = 3600;
const framesEach = 15;
// A machine with much else to do is late now and then.
const toleratedS = 5;

function v4l2() {
  renderV4l2Pictures('MJPG', '640x480');
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  return { cameras, camera };
}

/** Sees so many pictures on every connection. */
async function see(watchers: readonly PictureWatcher[], count: number): Promise<void> {
  const goals = watchers.map(({ counts }) => counts.live + count);
  await until(`${count} pictures`, () => watchers.every(({ counts }, i) => counts.live >= (goals[i] ?? 0)), 20_000);
}

async function watch(server: Server, tiers: readonly string[]): Promise<PictureWatcher[]> {
  for (const tier of tiers) await server.shows(tier);
  const open = (tier: string) => PictureWatcher.open(server.url, `/stream?tier=${tier}&extra_headers=1`);
  const watchers = await Promise.all(tiers.map(open));
  for (const watcher of watchers) await stopAfterTest(watcher).next('live');
  return watchers;
}

/** How far the newest picture's X-Timestamp is off the machine's clock, in seconds. */
async function timestampAheadS(server: Server, tier: string): Promise<number> {
  const client = await MjpegClient.open(server.url, `/stream?tier=${tier}`);
  try {
    const { headers } = await client.part();
    return Number(headerOf(headers, 'X-Timestamp')) - Date.now() / 1000;
  } finally {
    await client.stop();
  }
}

/** It was live all the time, and nobody saw anything else but the pictures that the camera took. */
function expectNothingHappened(server: Server, watchers: readonly PictureWatcher[], camera?: V4l2Camera): void {
  expect(server.logs).not.toMatch(/camera cam1: (idle|degraded|recovering|failed)/);
  expect(server.logs.match(/camera cam1: live/g)).toHaveLength(1);
  for (const { counts, ended, missed } of watchers) {
    expect([counts['stand-in'], ended]).toEqual([0, false]);
    const { late, lost } = camera?.counters() ?? { late: 0, lost: 0 };
    expect(missed - late - lost, `of ${counts.live}`).toBeLessThan(0.5 * counts.live);
  }
}

describe('the wall clock is set while pictures come', () => {
  test.each(['none', 'process'])('no picture is lost, with isolation: %s', async (isolation) => {
    const { cameras, camera } = v4l2();
    const clock = new WallClock();
    onTestFinished(() => clock.dispose());
    const config = `cameras: { cam1: { source: "v4l2:${camera.device}", isolation: ${isolation} } }`;
    const env = { ...cameras.env, ...clock.env(cameras.env.LD_PRELOAD) };
    const server = stopAfterTest(await Server.start({ config, env }));
    const watchers = await watch(server, ['source', 'low']);
    await see(watchers, framesEach);

    for (const offsetS of [hourS, -hourS, 0]) {
      clock.set(offsetS);
      await see(watchers, framesEach);
      expect(Math.abs((await timestampAheadS(server, 'source')) - offsetS)).toBeLessThan(toleratedS);
    }

    expectNothingHappened(server, watchers.slice(0, 1), camera);
    expect(await server.camera()).toMatchObject({ state: 'live', cause: null });
  });

  test('nor of an RTSP camera', async () => {
    const rtsp = stopAfterTest(await RtspCamera.start({ width: 320, height: 192, gop: 15 }));
    const clock = new WallClock();
    onTestFinished(() => clock.dispose());
    const server = stopAfterTest(await Server.start({ sources: [rtsp.url], env: clock.env() }));
    const watchers = await watch(server, ['low']);
    for (const offsetS of [hourS, -hourS, 0]) {
      clock.set(offsetS);
      await see(watchers, framesEach);
    }
    expectNothingHappened(server, watchers);
  });
});

describe("a camera's own clock is set while pictures come", () => {
  test('the time stamps of a V4L2 driver', async () => {
    const { cameras, camera } = v4l2();
    const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
    const watchers = await watch(server, ['source', 'low']);
    await see(watchers, framesEach);

    for (const offsetS of [hourS, -hourS, 0]) {
      camera.leapTo(1000 * offsetS);
      await see(watchers, framesEach);
      for (const tier of ['source', 'low']) {
        expect(Math.abs(await timestampAheadS(server, tier)), `${tier}, ${offsetS} s`).toBeLessThan(toleratedS);
      }
    }

    expectNothingHappened(server, watchers.slice(0, 1), camera);
  });

  test.each(['tcp', 'udp'])('the time stamps of RTP over %s', async (transport) => {
    const rtsp = stopAfterTest(await RtspCamera.start({ width: 320, height: 192, gop: 15 }));
    const config = `cameras: { cam1: { source: "${rtsp.url}", rtsp_transport: ${transport} } }`;
    const server = stopAfterTest(await Server.start({ config }));
    const watchers = await watch(server, ['high', 'low']);
    await see(watchers, framesEach);

    for (const offsetS of [hourS, -hourS, 0]) {
      await rtsp.leapTo(1000 * offsetS);
      await see(watchers, framesEach);
      for (const tier of ['high', 'low']) {
        expect(Math.abs(await timestampAheadS(server, tier)), `${tier}, ${offsetS} s`).toBeLessThan(toleratedS);
      }
    }

    expectNothingHappened(server, watchers);
  });
});
