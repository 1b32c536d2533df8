import { describe, expect, it } from 'vitest';
import { fitProperties } from '../../../src/pipeline/catalogue/element-properties.js';
import { H264_ENCODERS } from '../../../src/pipeline/catalogue/h264-encoders.js';
import { h264Changes, h264TierBranch, needsAnotherEncoder } from '../../../src/pipeline/h264.js';
import { chooseH264Encoder, type H264Encoder } from '../../../src/pipeline/h264-encoder.js';
import { softwareProcessing } from '../../../src/pipeline/processing.js';

const low = { width: 640, height: 360, fps: 15, quality: 60, bitrateBps: 1_000_000 };

function encoderOf(element: string): H264Encoder {
  const encoder = chooseH264Encoder((name) => name === element);
  if (encoder === null) throw new Error(`${element} is none of the encoders`);
  return encoder;
}

describe('chooseH264Encoder', () => {
  it('takes the best there is, and none where there is none', () => {
    expect(chooseH264Encoder(() => true)?.element).toBe('x264enc');
    expect(chooseH264Encoder((name) => name === 'openh264enc')?.element).toBe('openh264enc');
    expect(chooseH264Encoder(() => false)).toBeNull();
  });
});

describe('h264TierBranch', () => {
  it.each(['x264enc', 'openh264enc'])(
    'goes from a shut valve to access units, of which none is left out: %s',
    (name) => {
      const video = softwareProcessing(encoderOf(name)).h264;
      if (video === null) throw new Error('no encoder');
      const branch = h264TierBranch('low', low, video);
      expect(branch).toMatch(/^valve name=h264valve_low drop=true ! queue name=h264queue_low leaky=downstream /);
      expect(branch).toContain(` ! ${name} name=h264encode_low `);
      expect(branch).toContain('profile=constrained-baseline');
      expect(branch).toContain('h264parse config-interval=-1');
      expect(branch).toMatch(/ ! appsink name=h264sink_low sync=false async=false$/);
    },
  );
});

describe('an encoder', () => {
  it('is told the bit rate in its own unit, and keyframes in frames', () => {
    expect(encoderOf('x264enc').properties(1_000_000, 15)).toMatchObject({
      bitrate: 1000,
      'key-int-max': 60,
      bframes: 0,
      tune: 'zerolatency',
    });
    expect(encoderOf('openh264enc').properties(1_000_000, 15)).toMatchObject({ bitrate: 1_000_000, 'gop-size': 60 });
  });
});

describe('h264Changes', () => {
  it('names what the encoder takes while it plays, and nothing else', () => {
    const x264 = encoderOf('x264enc');
    expect(h264Changes('low', low, low, x264)).toEqual([]);
    expect(h264Changes('low', low, { ...low, fps: 5, width: 320, quality: 1 }, x264)).toEqual([]);
    expect(h264Changes('low', low, { ...low, bitrateBps: 500_400 }, x264)).toEqual([
      { element: 'h264encode_low', property: 'bitrate', value: 500 },
    ]);
    expect(h264Changes('low', low, { ...low, bitrateBps: 500_000 }, encoderOf('openh264enc'))).toEqual([
      { element: 'h264encode_low', property: 'bitrate', value: 500_000 },
      { element: 'h264encode_low', property: 'max-bitrate', value: 600_000 },
    ]);
  });
});

describe('needsAnotherEncoder', () => {
  const needing = (changes: Partial<typeof low>) =>
    H264_ENCODERS.filter(({ encoder }) => {
      const properties = (bitrateBps: number, fps: number) => fitProperties(encoder.properties(bitrateBps, fps), null);
      return needsAnotherEncoder(low, { ...low, ...changes }, { ...encoder, properties });
    }).map(({ element }) => element);

  it("is so for another bit rate on a Jetson, whose encoder can't be told while it plays, and nowhere else", () => {
    expect(needing({ bitrateBps: 500_000 })).toEqual(['nvv4l2h264enc']);
    expect(needing({ fps: 5, width: 320, height: 180, quality: 1 })).toEqual([]);
  });
});
