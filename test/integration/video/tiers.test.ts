import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { difference, sequencesOf, timecodeOf } from '../../support/picture.js';
import { expectInOrder } from '../../support/sequences.js';
import { until } from '../../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../../support/v4l2-camera.js';
import { runWithCameras } from '../../support/v4l2-clients.js';
import { type AccessUnit, decodeVideo, nalUnitsOf, startCamera, watchVideo } from '../../support/video.js';

const parameterSets = [7, 8];

/** At the tier's full rate: a busy machine leaves frames out. */
const bitsPerSecond = (units: readonly AccessUnit[], fps: number) =>
  (8 * fps * units.reduce((sum, { bytes }) => sum + bytes.length, 0)) / units.length;

describe('the H.264 of a tier', () => {
  test.each([
    ['high', 1280, 720, 30],
    ['medium', 1280, 720, 20],
    ['low', 640, 360, 15],
  ] as const)(
    'is what browsers decode, of the tier’s size, rate and bit rate: %s',
    async (tier, width, height, fps) => {
      const camera = startCamera('test:');
      const { units, stop } = watchVideo(camera.video(tier));
      await until('three seconds', () => units.length > 3 * fps, 30_000);
      stop();

      const [first] = units;
      expect(first).toMatchObject({ isKeyframe: true, isStandIn: false, width, height });
      const sps = nalUnitsOf(first?.bytes ?? Buffer.alloc(0), [7])[0];
      // profile_idc 66 with constraint_set1_flag: constrained baseline.
      expect([sps?.[1], (sps?.[2] ?? 0) & 0x40]).toEqual([66, 0x40]);
      for (const unit of units) expect(nalUnitsOf(unit.bytes, parameterSets)).toHaveLength(unit.isKeyframe ? 2 : 0);
      const pictures = await decodeVideo(units, width, height);
      expect(pictures).toHaveLength(units.length);
      // The bars move sideways, by a whole one in about a second.
      const [before, after] = [pictures.at(-fps / 2), pictures.at(-1)];
      if (before === undefined || after === undefined) throw new Error('no pictures');
      expect(difference(before, after)).toBeGreaterThan(5);
      const spanMs = (units.at(-1)?.captureMs ?? 0) - (first?.captureMs ?? 0);
      expect((1000 * (units.length - 1)) / spanMs).toBeLessThan(fps + 0.5);
      const wanted = camera.tierSettings(tier)?.bitrateBps ?? 0;
      expect(bitsPerSecond(units.slice(fps), fps)).toBeLessThan(1.2 * wanted);
      expect(bitsPerSecond(units.slice(fps), fps)).toBeGreaterThan(0.8 * wanted);
      expect(camera.tierWork(tier, 'jpeg').encoded).toBe(0);
    },
  );

  test('brings a keyframe when somebody asks for one', async () => {
    const channel = startCamera('test:').video('low');
    const { units, stop } = watchVideo(channel);
    await until('some frames', () => units.length > 10);
    for (let request = 0; request < 3; request++) {
      const [from, keyframes] = [units.length, channel.keyframes];
      channel.requestKeyframe();
      await until('a keyframe', () => channel.keyframes > keyframes);
      const waited = units.slice(from).findIndex(({ isKeyframe }) => isKeyframe);
      // It may have been asked for less than 300 ms after the one before.
      expect(waited).toBeLessThanOrEqual(8);
      await until('frames after it', () => units.length > from + waited + 8);
    }
    stop();
    expect(await decodeVideo(units, 640, 360)).toHaveLength(units.length);
  });

  test('takes another bit rate, size and frame rate while it plays', async () => {
    const camera = startCamera('test:');
    const { units, stop } = watchVideo(camera.video('high'));
    const steady = async (seconds: number, fps: number) => {
      const from = units.length;
      await until('frames', () => units.length >= from + seconds * fps, 30_000);
      return units.slice(from);
    };
    await steady(2, 30);
    for (const bitrateBps of [1_000_000, 2_500_000]) {
      camera.changeTier('high', { bitrateBps });
      await steady(2, 30);
      const measured = bitsPerSecond(await steady(3, 30), 30);
      expect(measured).toBeGreaterThan(0.8 * bitrateBps);
      expect(measured).toBeLessThan(1.2 * bitrateBps);
    }

    const from = units.length;
    camera.changeTier('high', { width: 640, height: 360, fps: 10 });
    const smaller = await until('the other size', () => units.slice(from).find(({ width }) => width === 640));
    expect(smaller).toMatchObject({ isKeyframe: true, height: 360 });
    const rest = await steady(3, 10);
    expect(bitsPerSecond(rest, 10)).toBeLessThan(1.2 * 2_500_000);
    stop();
    const all = units.slice(units.indexOf(smaller));
    expect(await decodeVideo(all, 640, 360)).toHaveLength(all.length);
  });

  test('costs nothing once nobody watches, and begins with a keyframe for who comes again', async () => {
    const camera = startCamera('test:');
    const jpeg = watchVideo(camera.video('high'));
    const first = watchVideo(camera.video('low'));
    await until('video', () => first.units.length > 5);
    first.stop();
    await until('the last frame on its way', () => camera.tierWork('low', 'h264').encoded > 0);
    const count = async () => {
      const seen = jpeg.units.length;
      await until('half a second', () => jpeg.units.length > seen + 15);
      return camera.tierWork('low', 'h264').encoded;
    };
    await count();
    const rested = await count();
    expect(await count()).toBe(rested);
    const again = watchVideo(camera.video('low'));
    await until('video again', () => again.units.some(({ isKeyframe }) => isKeyframe));
    expect(again.units.findIndex(({ isKeyframe }) => isKeyframe)).toBeLessThanOrEqual(2);
  });
});

const recorder = fileURLToPath(new URL('../../support/video-recorder.ts', import.meta.url));

describe.each([
  ['MJPG', 'none'],
  ['YUYV', 'none'],
  ['MJPG', 'process'],
] as const)('a USB camera that gives %s, isolation: %s', (format, isolation) => {
  beforeAll(() => renderV4l2Pictures(format, '1280x720'));

  test.each([
    ['high', 1280, 720],
    ['low', 640, 360],
  ] as const)('shows its pictures, one after the other: %s', async (tier, width, height) => {
    const { cameras, camera } = oneV4l2Camera({ formats: [format], sizes: ['1280x720'], rates: [30] });
    onTestFinished(() => cameras.dispose());
    const words = ['--import', 'tsx', recorder, `v4l2:${camera.device}`, tier, '60', isolation];
    const { code, stdout, stderr } = await runWithCameras(cameras, process.execPath, ...words);
    expect(code, stderr).toBe(0);
    const recorded = JSON.parse(stdout.toString()) as (Omit<AccessUnit, 'bytes'> & { readonly bytes: string })[];
    const shown = recorded.map((unit) => ({ ...unit, bytes: Buffer.from(unit.bytes, 'base64') }));

    expect(shown.filter(({ isKeyframe }) => isKeyframe).length).toBeGreaterThanOrEqual(2);
    const pictures = await decodeVideo(shown, width, height);
    expect(pictures).toHaveLength(shown.length);
    // All that matters is the order: encoders share the machine with much else.
    expectInOrder(sequencesOf(pictures), 1, 0.95);
    // When a picture was captured stands in it.
    const lateMs = pictures.map(
      (picture, index) => (shown[index]?.captureMs ?? 0) - (timecodeOf(picture)?.captureUs ?? 0) / 1000,
    );
    for (const late of lateMs) expect(Math.abs(late)).toBeLessThan(100);
  });
});
