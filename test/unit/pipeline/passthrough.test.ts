import { describe, expect, it } from 'vitest';
import { beginsH264, judgeSps, PassthroughJudge } from '../../../src/pipeline/passthrough.js';
import { parseSps, type Sps } from '../../../src/pipeline/sps.js';
import { realSps } from './real-sps.js';

const unit = (hex: string) => Buffer.from(`00000001${hex}`, 'hex');
const spsOf = (hex: string): Sps => {
  const sps = parseSps(Buffer.from(hex, 'hex'));
  if (sps === null) throw new Error(`${hex} is no SPS`);
  return sps;
};
/** Main, and its VUI doesn't say whether pictures are reordered: as many cameras write it. */
const quietSps: Sps = { ...spsOf(realSps.main), picOrderCountType: 0, maxReorderFrames: null };
/** The same as a NAL unit: Main, level 4, POC type 0, 64x64, no VUI. */
const quietUnit = '674d0028f42132';
/** first_mb 0, then slice_type 5 (P), 6 (B) and 7 (I), as ue(v). */
const slices = { P: '419a', B: '419e', I: '6588' };

describe('judgeSps', () => {
  it.each([
    ['baseline', null],
    ['main', null],
    ['high', null],
    ['highHrd', null],
    ['cropped', null],
    ['openH264', null],
    ['highBFrames', /B-frames/],
    ['high10', /profile_idc 110/],
    ['high422', /profile_idc 122/],
    ['high444', /profile_idc 244/],
    ['gray', /monochrome, not 4:2:0/],
    ['interlaced', /interlaced/],
    ['level52', /level is 5.2, above 5.1/],
  ] as const)('tells whether a browser takes it, and why not: %s', (name, reason) => {
    const verdict = judgeSps(spsOf(realSps[name]));
    expect(verdict?.passes).toBe(reason === null);
    if (reason === null) expect(verdict?.reason).toBeNull();
    else expect(verdict?.reason).toMatch(reason);
  });

  it('does not know what the parameter set does not say', () => {
    expect(judgeSps(quietSps)).toBeNull();
    expect(judgeSps({ ...quietSps, picOrderCountType: 2 })).toEqual({ passes: true, reason: null });
    expect(judgeSps({ ...quietSps, bitDepth: 10 })?.reason).toMatch(/10 bits/);
  });
});

const keyframe = (sps: string) => Buffer.concat([unit('0910'), unit(sps), unit('68ce3c80'), unit(slices.I)]);

describe('PassthroughJudge', () => {
  it('is clear at the first keyframe where that says all', () => {
    const judge = new PassthroughJudge();
    judge.see(unit(slices.P));
    expect(judge.verdict).toBeNull();
    judge.see(keyframe(realSps.high));
    expect(judge).toMatchObject({ verdict: { passes: true, reason: null }, isCertain: true });
  });

  it('looks for B slices where the keyframe does not say', () => {
    expect(parseSps(Buffer.from(quietUnit, 'hex'))).toMatchObject({ width: 64, height: 64, maxReorderFrames: null });
    const judge = new PassthroughJudge();
    judge.see(keyframe(quietUnit));
    for (let frame = 1; frame < 5; frame++) judge.see(unit(slices.P));
    expect(judge.verdict).toBeNull();
    judge.see(unit(slices.P));
    expect(judge).toMatchObject({ verdict: { passes: true, reason: null }, isCertain: false });
    for (let frame = 6; frame < 60; frame++) judge.see(unit(slices.P));
    expect(judge).toMatchObject({ verdict: { passes: true, reason: null }, isCertain: true });
    judge.see(unit(slices.B));
    expect(judge.isCertain).toBe(true);
    expect(judge.verdict?.reason).toMatch(/B-frames/);
  });

  it('judges anew when the camera sends something else', () => {
    const judge = new PassthroughJudge();
    judge.see(keyframe(realSps.high));
    judge.see(keyframe(realSps.highBFrames));
    expect(judge.verdict?.passes).toBe(false);
    judge.see(keyframe(realSps.baseline));
    expect(judge.verdict?.passes).toBe(true);
    judge.see(keyframe(quietUnit));
    expect(judge.verdict?.passes).toBe(true);
    judge.see(unit(slices.B));
    expect(judge.verdict?.passes).toBe(false);
  });

  it('takes whatever comes', () => {
    const judge = new PassthroughJudge();
    for (const bytes of [[], [0], [0, 0, 1], [0, 0, 1, 0x67], [0, 0, 0, 1, 0x41], [0, 0, 1, 0, 0, 0, 1]]) {
      judge.see(Uint8Array.from(bytes));
    }
    expect(judge.verdict).toBeNull();
  });
});

it.each([
  ['a keyframe of H.264', keyframe(realSps.high), true],
  ['another access unit of H.264', unit(slices.P), false],
  ['a keyframe of H.265', Buffer.concat([unit('40010c01'), unit('42010101'), unit('4401c1'), unit('2601af')]), false],
  ['a JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), false],
  ['nothing', Buffer.alloc(0), false],
])('knows by its bytes whether H.264 begins: %s', (_name, bytes, begins) => {
  expect(beginsH264(bytes)).toBe(begins);
});
