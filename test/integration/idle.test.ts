import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera } from '../support/http-camera.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const shortLingerMs = 1500;

const frames = (server: Server, tier: string) =>
  server.metric(`lenscast_tier_frames_total{camera="cam1",tier="${tier}",medium="jpeg"}`);
const pipelines = (server: Server) => server.metric('lenscast_pipelines');

async function startHttp(lingerMs = shortLingerMs) {
  const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 20 }));
  const config = `cameras: { cam1: { source: "${camera.url}", linger_ms: ${lingerMs} } }`;
  return { camera, server: stopAfterTest(await Server.start({ config })) };
}

describe('a camera that nobody watches', () => {
  test('has no pipeline and no connection, from the start and again after its last viewer', async () => {
    const { camera, server } = await startHttp();
    expect(await pipelines(server)).toBe(0);
    expect(camera.requests).toBe(0);

    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    await viewer.part();
    // Another one where the start took so long that viewers were told of it.
    expect(await pipelines(server)).toBeGreaterThanOrEqual(1);
    const leftMs = performance.now();
    await viewer.stop();

    await until('no pipeline', async () => (await pipelines(server)) === 0);
    expect(performance.now() - leftMs, 'it lingers').toBeGreaterThan(shortLingerMs * 0.9);
    await server.reach('idle');
    await until('no connection to the camera', () => camera.viewers === 0);
    expect(await server.metric('lenscast_live_frames')).toBe(0);
    expect(camera.requests).toBe(1);
  });

  test('goes on where a viewer comes back in time', async () => {
    const { camera, server } = await startHttp(15_000);
    for (let visit = 0; visit < 3; visit++) {
      const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
      await viewer.part();
      await viewer.stop();
      await until('the viewer is gone', async () => (await server.camera()).viewers === 0);
    }
    expect(camera.requests).toBe(1);
  });
});

describe('a tier that nobody watches', () => {
  test('produces no frames', async () => {
    const { server } = await startHttp();
    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    await viewer.parts(10);
    expect(await frames(server, 'source')).toBeGreaterThanOrEqual(10);
    for (const tier of ['high', 'medium', 'low']) expect(await frames(server, tier), tier).toBe(0);
  });

  test('stops where its last viewer leaves, while others go on', async () => {
    const { server } = await startHttp();
    const other = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'));
    await viewer.parts(3);
    await viewer.stop();
    await until(
      'nobody watches low',
      async () =>
        (await server.metric('lenscast_viewers{camera="cam1",tier="low",medium="jpeg",transport="mjpeg"}')) === 0,
    );
    await other.parts(5);
    const before = await frames(server, 'low');
    await other.parts(20);
    // One may have been on its way.
    expect((await frames(server, 'low')) - before).toBeLessThanOrEqual(1);
  });

  test('is still decoded for a while, so that who asks again does not wait for a keyframe', async () => {
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192, gop: 900 }));
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    await server.shows('low');
    for (let visit = 0; visit < 3; visit++) {
      const response = await fetch(`${server.url}/snapshot?tier=low`);
      expect(response.status, await response.text()).toBe(200);
    }
  });
});
