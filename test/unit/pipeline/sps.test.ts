import { describe, expect, it } from 'vitest';
import { parseSps } from '../../../src/pipeline/sps.js';
import { realSps } from './real-sps.js';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const size = { width: 1920, height: 1080 };
const plain = { chromaFormatIdc: 1, bitDepth: 8, picOrderCountType: 0, isInterlaced: false, levelIdc: 40 };

describe('parseSps', () => {
  it.each([
    ['baseline', { ...plain, ...size, profileIdc: 66, picOrderCountType: 2, maxReorderFrames: 0 }],
    ['main', { ...plain, ...size, profileIdc: 77, picOrderCountType: 2, maxReorderFrames: 0 }],
    ['high', { ...plain, ...size, profileIdc: 100, picOrderCountType: 2, maxReorderFrames: 0 }],
    ['highBFrames', { ...plain, ...size, profileIdc: 100, maxReorderFrames: 2 }],
    ['highHrd', { ...plain, ...size, profileIdc: 100, picOrderCountType: 2, maxReorderFrames: 0 }],
    ['high10', { ...plain, ...size, profileIdc: 110, bitDepth: 10, maxReorderFrames: 2 }],
    ['high422', { ...plain, ...size, profileIdc: 122, chromaFormatIdc: 2, maxReorderFrames: 2 }],
    ['high444', { ...plain, ...size, profileIdc: 244, chromaFormatIdc: 3, maxReorderFrames: 2 }],
    ['gray', { ...plain, ...size, profileIdc: 100, chromaFormatIdc: 0, maxReorderFrames: 2 }],
    ['interlaced', { ...plain, ...size, profileIdc: 100, isInterlaced: true, maxReorderFrames: 0 }],
    ['scalingLists', { ...plain, ...size, profileIdc: 100, picOrderCountType: 2, maxReorderFrames: 0 }],
    [
      'level52',
      { ...plain, width: 4096, height: 2304, profileIdc: 100, levelIdc: 52, picOrderCountType: 2, maxReorderFrames: 0 },
    ],
    [
      'cropped',
      { ...plain, width: 638, height: 358, profileIdc: 100, levelIdc: 30, picOrderCountType: 2, maxReorderFrames: 0 },
    ],
    ['openH264', { ...plain, ...size, profileIdc: 66 }],
  ] as const)('reads what encoders write: %s', (name, expected) => {
    expect(parseSps(bytes(realSps[name]))).toMatchObject(expected);
  });

  it('takes no other NAL unit, and none that is cut', () => {
    expect(parseSps(bytes('68ce3c80'))).toBeNull();
    expect(parseSps(new Uint8Array())).toBeNull();
    const whole = bytes(realSps.high);
    for (let length = 0; length < whole.length - 1; length++) expect(parseSps(whole.subarray(0, length))).toBeNull();
  });

  it('reads whatever comes as an SPS or as none, and soon', () => {
    let random = 1;
    const next = (below: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    for (const hex of Object.values(realSps)) {
      for (let mutation = 0; mutation < 2000; mutation++) {
        const mutated = bytes(hex);
        for (let change = next(4); change >= 0; change--) mutated[1 + next(mutated.length - 1)] = next(256);
        const sps = parseSps(mutated);
        if (sps === null) continue;
        expect(sps.width).toBeGreaterThan(0);
        expect(sps.width).toBeLessThanOrEqual(16_384);
        expect(sps.height).toBeGreaterThan(0);
        expect(sps.chromaFormatIdc).toBeLessThanOrEqual(3);
      }
    }
  });
});
