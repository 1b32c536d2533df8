import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { difference, type Picture, sequencesOf, splitPictures } from '../../support/picture.js';
import { runProgram } from '../../support/run-program.js';
import { expectInOrder } from '../../support/sequences.js';
import { Server } from '../../support/server.js';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2CameraSettings } from '../../support/v4l2-camera.js';
import { watchWithFfmpeg } from '../../support/watch.js';

const width = 640;
const height = 480;
/** The camera shows so many pictures in a loop. */
const loop = 30;
const jpegTolerance = 0.5;
/** Raw pictures are encoded in their own range of values, narrower than JPEG's. */
const encodedTolerance = 10;

beforeAll(() => {
  for (const format of ['MJPG', 'YUYV'] as const) renderV4l2Pictures(format, `${width}x${height}`);
});

async function startWithCamera(settings: V4l2CameraSettings) {
  const { cameras, camera } = oneV4l2Camera({ sizes: [`${width}x${height}`], rates: [30], ...settings });
  onTestFinished(() => cameras.dispose());
  const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
  return { camera, server };
}

/** What the camera shows, as ffmpeg sees it: by sequence number, which begins at 0 with every stream. */
async function picturesOf(format: 'MJPG' | 'YUYV'): Promise<Picture[]> {
  const { cameras, camera } = oneV4l2Camera({ sizes: [`${width}x${height}`], rates: [60], formats: [format] });
  const input = ['-f', 'v4l2', '-input_format', format === 'MJPG' ? 'mjpeg' : 'yuyv422', '-i', camera.device];
  const output = [
    '-frames:v',
    String(2 * loop),
    '-fps_mode',
    'passthrough',
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  ];
  const variables = Object.entries(cameras.env).map(([name, value]) => `${name}=${value}`);
  const { code, stdout, stderr } = await runProgram(
    'env',
    [...variables, 'ffmpeg', '-v', 'error', ...input, ...output],
    20_000,
  );
  cameras.dispose();
  expect(code, stderr).toBe(0);
  const pictures: Picture[] = [];
  const shown = splitPictures(stdout, width, height);
  for (const [index, sequence] of sequencesOf(shown).entries()) {
    const picture = shown[index];
    if (picture !== undefined) pictures[sequence % loop] = picture;
  }
  return pictures;
}

function expectSame(pictures: readonly Picture[], originals: readonly Picture[], tolerance: number): void {
  const sequences = sequencesOf(pictures);
  for (const [index, picture] of pictures.entries()) {
    const sequence = sequences[index] ?? 0;
    const original = originals[sequence % loop];
    // Another moment of the loop is another picture: the right one fits best.
    const other = originals[(sequence + loop / 2) % loop];
    if (original === undefined || other === undefined) continue;
    expect(difference(picture, original)).toBeLessThan(tolerance);
    expect(difference(picture, original)).toBeLessThan(difference(picture, other));
  }
}

describe('a V4L2 camera', () => {
  test('passes its JPEGs through as the tier `source`', async () => {
    const originals = await picturesOf('MJPG');
    const { server } = await startWithCamera({ formats: ['MJPG'] });

    await server.shows('source');
    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=source`, { frames: 60, width, height });

    expectInOrder(sequencesOf(pictures));
    expectSame(pictures, originals, jpegTolerance);
    expect((await server.camera()).tiers.map((tier) => tier.name)).toEqual(['source', 'high', 'medium', 'low']);
    expect(
      await server.metric('lenscast_tier_frames_total{camera="cam1",tier="source",medium="jpeg"}'),
    ).toBeGreaterThanOrEqual(60);
    expect(
      await server.metric('lenscast_tier_frames_total{camera="cam1",tier="high",medium="jpeg"}'),
      'nothing decoded',
    ).toBe(0);
  });

  test('is encoded where it delivers raw pictures', async () => {
    const originals = await picturesOf('YUYV');
    const { server } = await startWithCamera({ formats: ['YUYV'] });

    await server.shows('high');
    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=high`, { frames: 60, width, height });

    expectInOrder(sequencesOf(pictures));
    expectSame(pictures, originals, encodedTolerance);
    expect((await server.camera()).tiers.map((tier) => tier.name)).toEqual(['high', 'medium', 'low']);
  });

  test('is decoded, made smaller and thinned out for the tier `low`', async () => {
    const originals = await picturesOf('MJPG');
    const { server } = await startWithCamera({ formats: ['MJPG'] });

    await server.shows('low');
    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=low`, { frames: 30, width: 480, height: 360 });

    expectInOrder(sequencesOf(pictures), 2);
    expectSame(pictures, originals, encodedTolerance);
  });

  test('runs in the mode that fits the best tier', async () => {
    const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480', '1280x720'], rates: [60, 30, 15] });
    onTestFinished(() => cameras.dispose());
    const config = `cameras: { front: { source: "v4l2:${camera.device}", tiers: { best: { width: 1280, height: 720, fps: 15 } } } }`;
    const server = stopAfterTest(await Server.start({ config, env: cameras.env }));

    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=source`, { frames: 5, width: 1280, height: 720 });

    expect(pictures).toHaveLength(5);
    const { captureUs: before, sequence } = camera.counters();
    await watchWithFfmpeg(`${server.url}/stream?tier=source`, { frames: 20, width: 1280, height: 720 });
    const after = camera.counters();
    expect((after.captureUs - before) / (after.sequence - sequence) / 1000, 'ms a frame').toBeCloseTo(1000 / 15, -1);
  });
});
