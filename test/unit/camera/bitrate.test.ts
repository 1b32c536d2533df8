import { expect, it } from 'vitest';
import type { Acceleration } from '../../../src/camera/acceleration.js';
import { Camera } from '../../../src/camera/camera.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { H264_ENCODERS } from '../../../src/pipeline/catalogue/h264-encoders.js';
import type { H264Encoder } from '../../../src/pipeline/h264-encoder.js';
import { softwareProcessing } from '../../../src/pipeline/processing.js';
import { endAfterTest } from '../../support/cleanup.js';
import { cameraConfig, FakeAddon, silentLog, until } from '../fakes.js';

/** A camera that somebody watches, whose H.264 is made by this encoder. */
async function playing(encoder: H264Encoder) {
  const addon = new FakeAddon();
  const acceleration: Acceleration = {
    plan: () => ({ processing: softwareProcessing(encoder), hardware: null }),
    learn: () => undefined,
    began: () => undefined,
    ended: () => undefined,
    closed: () => undefined,
    failed: () => undefined,
    hasRested: () => false,
    view: { decode: null, scale: null, jpeg: null, h264: null },
    mostVideoTiers: null,
    fallbacks: 0,
  };
  const options = { addon, acceleration, clock: monotonicMs, log: silentLog, random: () => 0 };
  const camera = endAfterTest(new Camera(cameraConfig(), options), (one) => one.close());
  const viewer = new Subscription(camera.channel('low'), { deliver: (frame) => frame.release() });
  viewer.ready();
  const starts = (count: number) =>
    until(`pipeline ${count}`, () => addon.pipelines.length >= count && addon.pipelines[count - 1]?.started === true);
  await starts(1);
  return { camera, addon, starts };
}

function encoderOf(element: string, bitrateProperty: string): H264Encoder {
  const row = H264_ENCODERS.find((each) => each.element === element);
  if (row === undefined) throw new Error(`no ${element}`);
  const properties = (bitrateBps: number) => ({ [bitrateProperty]: bitrateBps });
  return { ...row.encoder, properties };
}

it('a bit rate that an encoder takes at its start alone is in the next pipeline, one for many changes', async () => {
  const { camera, addon, starts } = await playing(encoderOf('nvv4l2h264enc', 'bitrate'));
  for (const bitrateBps of [900_000, 500_000, 200_000]) camera.changeTier('low', { bitrateBps });
  await starts(2);
  const [first, second] = addon.pipelines;
  expect(first?.closed).toBe(true);
  expect([...(first?.properties.keys() ?? [])].filter((name) => name.startsWith('h264encode_'))).toEqual([]);
  expect(second?.description).toContain('name=h264encode_low bitrate=200000');
  expect(addon.pipelines).toHaveLength(2);
  expect(camera.tierSettings('low')?.bitrateBps).toBe(200_000);
});

it('one that it takes while it plays is set', async () => {
  const { camera, addon } = await playing(encoderOf('v4l2h264enc', 'extra-controls'));
  camera.changeTier('low', { bitrateBps: 200_000 });
  expect(addon.pipelines[0]?.properties.get('h264encode_low.extra-controls')).toBe(200_000);
});
