import { describe, expect, it } from 'vitest';
import { decodeRate, jpegTierBranch, scaledBranch, sizeCaps, tierChanges } from '../../../src/pipeline/tier.js';

const low = { width: 640, height: 360, fps: 15, quality: 60, bitrateBps: 1_000_000 };

describe('sizeCaps', () => {
  it.each([
    [{ width: 640, height: 360 }, '[2,640,2]', '[2,360,2]'],
    [{ width: 641, height: 361 }, '[2,640,2]', '[2,360,2]'],
    [{ width: 1, height: 3 }, '[2,2,2]', '[2,2,2]'],
  ])('bounds %j to even sizes', (size, width, height) => {
    expect(sizeCaps(size)).toBe(
      `video/x-raw,width=(int)${width},height=(int)${height},pixel-aspect-ratio=(fraction)1/1`,
    );
  });
});

describe('scaledBranch', () => {
  it('goes from a shut valve to a tee, for whichever medium is watched', () => {
    expect(scaledBranch('low', low)).toMatchInlineSnapshot(
      `"valve name=valve_low drop=true ! queue name=queue_low leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! lenscastratelimit name=rate_low max-rate=15 ! lenscastscale ! capsfilter name=size_low caps="video/x-raw,width=(int)[2,640,2],height=(int)[2,360,2],pixel-aspect-ratio=(fraction)1/1" ! tee name=pictures_low allow-not-linked=true"`,
    );
  });
});

describe('jpegTierBranch', () => {
  it('goes from a shut valve to an appsink that never holds anything up', () => {
    expect(jpegTierBranch('low', low)).toMatchInlineSnapshot(
      `"valve name=jpegvalve_low drop=true ! videoconvert ! capsfilter caps="video/x-raw,format=I420" ! lenscastjfifcolors ! lenscaststillgate name=gate_low min-fps=0 ! jpegenc name=encode_low quality=60 ! appsink name=sink_low sync=false async=false max-buffers=2 drop=true"`,
    );
  });
});

describe('tierChanges', () => {
  it('names what differs and nothing else', () => {
    expect(tierChanges('low', low, low)).toEqual([]);
    expect(tierChanges('low', low, { ...low, fps: 5 })).toEqual([
      { element: 'rate_low', property: 'max-rate', value: 5 },
    ]);
    const after = { width: 320, height: 361, fps: 15, quality: 90, bitrateBps: 2_000_000 };
    expect(tierChanges('low', low, after)).toEqual([
      { element: 'size_low', property: 'caps', value: sizeCaps({ width: 320, height: 360 }) },
      { element: 'encode_low', property: 'quality', value: 90 },
    ]);
  });

  it('lets the next picture pass where those that stand still are left out', () => {
    const still = { ...low, minFps: 1 };
    expect(tierChanges('low', still, still)).toEqual([]);
    expect(tierChanges('low', still, { ...still, quality: 90 })).toEqual([
      { element: 'encode_low', property: 'quality', value: 90 },
      { element: 'gate_low', property: 'pass-next', value: true },
    ]);
    expect(tierChanges('low', low, { ...low, minFps: null })).toEqual([]);
    expect(tierChanges('low', still, low)).toEqual([{ element: 'gate_low', property: 'min-fps', value: 0 }]);
  });

  it('sees no change where a bound is rounded to the same', () => {
    expect(tierChanges('low', low, { ...low, width: 641 })).toEqual([]);
  });
});

describe('decodeRate', () => {
  it.each([
    [[], 0],
    [[15], 15],
    [[30, 15, 10], 30],
    [[20, 15], 0],
    [[7, 7], 7],
  ])('of tiers of %j frames a second is %i', (rates, expected) => {
    expect(decodeRate(rates)).toBe(expected);
  });
});
