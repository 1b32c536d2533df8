import { describe, expect, onTestFinished, test } from 'vitest';
import { parseSps } from '../../src/pipeline/sps.js';
import { CameraStreamerViewer } from '../support/camera-streamer-viewer.js';
import { stopAfterTest } from '../support/cleanup.js';
import { sequencesOf, timecodeOf } from '../support/picture.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';
import { runWebRtcLoad } from '../support/webrtc-client.js';
import { watchWithWebRtcBin } from '../support/webrtcbin-viewer.js';

const pictures = 40;

async function startV4l2(): Promise<Server> {
  renderV4l2Pictures('MJPG', '1280x720');
  const { cameras, camera } = oneV4l2Camera({ sizes: ['1280x720'], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  return stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
}

async function startRtsp(): Promise<Server> {
  const camera = stopAfterTest(await RtspCamera.start({ width: 640, height: 368, fps: 30 }));
  const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
  // What it delivers is known when it was seen.
  await server.shows('low');
  return server;
}

describe.each([
  { source: 'a V4L2 camera, encoded', tier: 'medium', width: 1280, start: startV4l2 },
  { source: 'an RTSP camera, passed through', tier: 'source', width: 640, start: startRtsp },
])('$source', ({ tier, width, start }) => {
  test('is watched and decoded by GStreamer’s webrtcbin', async () => {
    const server = await start();
    const seen = await watchWithWebRtcBin(`${server.url}/whep?tier=${tier}`, pictures);
    expect(seen.length).toBe(pictures);
    expect(seen[0]?.width).toBe(width);
    const sequences = sequencesOf(seen);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(new Set(sequences).size).toBe(pictures);
    // Nothing from before it came, and nothing from the future.
    const ages = seen.map((picture) => picture.atMs - (timecodeOf(picture)?.captureUs ?? 0) / 1000);
    expect(Math.min(...ages)).toBeGreaterThan(0);
    expect(Math.max(...ages)).toBeLessThan(10_000);
    const { viewers } = await until('it has gone', async () => {
      const view = await server.json<{ viewers: readonly unknown[] }>('/api/viewers');
      return view.viewers.length === 0 && view;
    });
    expect(viewers).toEqual([]);
  });
});

test.each([
  { path: '/webrtc?tier=only', candidatesFirst: false },
  { path: '/cameras/cam/webrtc', candidatesFirst: true },
])('a client of camera-streamer is sent pictures: $path', async ({ path, candidatesFirst }) => {
  const tiers = 'only: { width: 640, height: 360, fps: 20, bitrate: 500000 }';
  const server = stopAfterTest(
    await Server.start({ config: `cameras: { cam: { source: "test:", tiers: { ${tiers} } } }` }),
  );
  const viewer = await CameraStreamerViewer.watch(server.url + path, candidatesFirst);
  onTestFinished(() => viewer.close());
  await until('whole access units', () => viewer.units.length >= pictures);
  const [first] = viewer.units;
  expect(first?.isKeyframe).toBe(true);
  expect(parseSps(first?.sps ?? Buffer.alloc(0))).toMatchObject({ width: 640, height: 360 });
  const steps = viewer.units.slice(1).map(({ timestamp }, i) => timestamp - (viewer.units[i]?.timestamp ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(0);
  const told = await server.json<{ viewers: readonly unknown[] }>('/api/viewers');
  expect(told.viewers).toMatchObject([{ id: viewer.id, transport: 'webrtc', camera: 'cam', tier: 'only' }]);
});

test('the viewers that load servers see whole pictures, each with its age', async () => {
  const tiers = 'only: { width: 640, height: 360, fps: 20, bitrate: 500000 }';
  const server = stopAfterTest(
    await Server.start({ config: `cameras: { cam: { source: "test:", tiers: { ${tiers} } } }` }),
  );
  const url = `${server.url}/whep?tier=only`;
  const { perViewer } = await runWebRtcLoad({ url, viewers: 3, seconds: 3, keepPictures: true });
  expect(perViewer.length).toBe(3);
  for (const { state, lost, shown, keyframes, sizeChanges, rtpBytes } of perViewer) {
    expect({ state, lost, sizeChanges }).toEqual({ state: 'connected', lost: 0, sizeChanges: 0 });
    expect(shown.length).toBeGreaterThan(20);
    expect(shown[0]?.isKeyframe).toBe(true);
    expect(keyframes).toBeLessThan(shown.length / 2);
    expect(rtpBytes).toBeGreaterThan(shown.slice(-10).reduce((sum, { bytes }) => sum + bytes, 0));
    expect(new Set(shown.map((picture) => `${picture.width}x${picture.height}`))).toEqual(new Set(['640x360']));
    const ages = shown.flatMap(({ ageMs }) => (ageMs === null ? [] : [ageMs]));
    expect(ages.length).toBeGreaterThan(10);
    // The server's wall clock and the client's are one.
    expect(Math.min(...ages)).toBeGreaterThan(-5);
    expect(Math.max(...ages)).toBeLessThan(10_000);
  }
});
