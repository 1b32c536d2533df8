import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Camera } from '../../../src/camera/camera.js';
import { stopAfterTest } from '../../support/cleanup.js';
import { makeClip } from '../../support/clip.js';
import { sequencesOf } from '../../support/picture.js';
import { RtspCamera } from '../../support/rtsp-camera.js';
import { runProgram } from '../../support/run-program.js';
import { expectInOrder } from '../../support/sequences.js';
import { until } from '../../support/until.js';
import { decodeVideo, nalUnitsOf, startCamera, watchVideo } from '../../support/video.js';

const size = { width: 320, height: 192 };
const tierNames = ['high', 'medium', 'low'];
const h264 = ['libx264', '-preset', 'ultrafast', '-crf', '23', '-pix_fmt', 'yuv420p', '-g', '15'];
const slices = [1, 5];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenscast-video-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function clip(name: string, encoder: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await makeClip({ path, encoder, ...size, fps: 15, frames: 45 });
  return path;
}

/** The slices of a file, without start codes, each in hexadecimal. */
async function slicesOf(path: string): Promise<string[]> {
  const stream = join(folder, 'stream.h264');
  const copy = ['-c', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264', stream];
  const { code, stderr } = await runProgram('ffmpeg', ['-v', 'error', '-y', '-i', path, ...copy], 20_000);
  expect(code, stderr).toBe(0);
  return nalUnitsOf(await readFile(stream), slices).map((unit) => unit.toString('hex'));
}

/** Until it is known what the camera's own H.264 is; somebody watches another tier meanwhile. */
async function verdictOf(camera: Camera) {
  watchVideo(camera.video('low'));
  await until('a verdict', () => camera.sourceVideo.passes || !/not known/.test(camera.sourceVideo.reason ?? ''));
  return camera.sourceVideo;
}

async function expectUntouched(camera: Camera, originals: readonly string[]): Promise<void> {
  const { units, stop } = watchVideo(camera.video('source'));
  await until('more than the clip', () => units.length > 70, 30_000);
  stop();
  // Whoever comes while the valve is open still waits for a keyframe.
  const shown = units.slice(units.findIndex(({ isKeyframe }) => isKeyframe));
  for (const { bytes } of shown.filter(({ isKeyframe }) => isKeyframe)) {
    expect(nalUnitsOf(bytes, [7, 8]).length).toBeGreaterThanOrEqual(2);
  }
  const received = shown.flatMap(({ bytes }) => nalUnitsOf(bytes, slices).map((unit) => unit.toString('hex')));
  const places = received.map((slice) => originals.indexOf(slice));
  const told = `${places.join(' ')}; begins ${shown[0]?.bytes.toString('hex', 0, 100)}`;
  expect(places, told).not.toContain(-1);
  const steps = places
    .slice(1)
    .map((place, index) => (place - (places[index] ?? 0) + originals.length) % originals.length);
  expect(new Set(steps.slice(0, 20)), places.join(' ')).toEqual(new Set([1]));
  const pictures = await decodeVideo(shown.slice(0, 30), size.width, size.height);
  expect(pictures).toHaveLength(30);
  sequencesOf(pictures);
  expect(camera.tierWork('source', 'h264').encoded).toBe(0);
}

describe('a camera’s own H.264', () => {
  test.each(['none', 'process'] as const)('passes untouched from an RTSP camera, isolation: %s', async (isolation) => {
    const path = await clip('plain.mp4', [...h264, '-bf', '0']);
    const rtsp = stopAfterTest(await RtspCamera.start({ file: path }));
    const camera = startCamera(rtsp.url, { isolation });
    expect(camera.tierNamesOf('h264')).toEqual(tierNames);
    expect(camera.sourceVideo).toMatchObject({ passes: false, reason: expect.stringMatching(/not known before/) });
    expect(await verdictOf(camera)).toEqual({ passes: true, reason: null });
    expect(camera.tierNamesOf('h264')).toEqual(['source', ...tierNames]);
    expect(camera.tierNamesOf('jpeg')).toEqual(tierNames);
    await expectUntouched(camera, await slicesOf(path));
  });

  test('passes from a file, over its end', async () => {
    const path = await clip('loop.mp4', [...h264, '-bf', '0']);
    const camera = startCamera(`file:${path}`);
    expect(await verdictOf(camera)).toEqual({ passes: true, reason: null });
    await expectUntouched(camera, await slicesOf(path));
  });

  test.each([
    ['B-frames', ['-preset', 'fast', '-bf', '2'], /B-frames/],
    ['4:4:4', ['-pix_fmt', 'yuv444p'], /profile_idc 244/],
    ['ten bits', ['-pix_fmt', 'yuv420p10le'], /profile_idc 110/],
  ] as const)('is encoded anew where no browser takes it: %s', async (_name, options, reason) => {
    const path = await clip('odd.mp4', [...h264, ...options]);
    const camera = startCamera(`file:${path}`);
    expect(await verdictOf(camera)).toEqual({ passes: false, reason: expect.stringMatching(reason) });
    expect(camera.tierNamesOf('h264')).toEqual(tierNames);
    expect(() => camera.video('source')).toThrow(expect.objectContaining({ code: 'TIER_NOT_FOUND' }));
    const { units, stop } = watchVideo(camera.video('high'));
    await until('frames', () => units.length > 20, 30_000);
    stop();
    const pictures = await decodeVideo(units, size.width, size.height);
    expect(pictures).toHaveLength(units.length);
    sequencesOf(pictures);
  });

  test.each([
    ['h265', /H\.265/],
    ['jpeg', /JPEG/],
  ] as const)('is none where the camera sends something else: %s', async (codec, reason) => {
    const rtsp = stopAfterTest(await RtspCamera.start({ codec, ...size, fps: 15 }));
    const camera = startCamera(rtsp.url);
    expect(await verdictOf(camera)).toEqual({ passes: false, reason: expect.stringMatching(reason) });
    const { units, stop } = watchVideo(camera.video('high'));
    await until('frames', () => units.length > 20, 30_000);
    stop();
    const pictures = await decodeVideo(units, size.width, size.height);
    expectInOrder(sequencesOf(pictures));
  });

  test('is not looked for where there is none', () => {
    const camera = startCamera('test:');
    expect(camera.sourceVideo).toEqual({ passes: false, reason: 'the camera gives no H.264' });
    expect(camera.tierNamesOf('h264')).toEqual(tierNames);
  });
});
