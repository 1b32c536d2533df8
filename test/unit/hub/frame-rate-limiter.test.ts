import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameRateLimiter } from '../../../src/hub/frame-rate-limiter.js';

/** The times of frames at `sourceFps`, each early or late by up to `jitterMs`. */
function frameTimes(sourceFps: number, forMs: number, jitterMs: (i: number) => number = () => 0): readonly number[] {
  return Array.from({ length: Math.floor((forMs * sourceFps) / 1000) }, (_, i) => {
    return 5000 + (i * 1000) / sourceFps + jitterMs(i);
  });
}

function admitted(fps: number, times: readonly number[]): readonly number[] {
  const limiter = new FrameRateLimiter(fps);
  return times.filter((time) => limiter.admit(time));
}

function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, i) => time - (times[i] ?? 0));
}

/** The most frames in any second that begins with one. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length));
}

describe('FrameRateLimiter', () => {
  it.each([
    // source, wanted, frames a second, gaps in source frames
    [60, 30, 30, [2]],
    [30, 20, 20, [1, 2]],
    [30, 25, 25, [1, 2]],
    [29.97, 10, 10, [2, 3]],
    [30, 29, 29, [1, 2]],
    [60, 24, 24, [2, 3]],
    [25, 24, 24, [1, 2]],
    [15, 30, 15, [1]],
    [30, 30, 30, [1]],
    [30, 0.5, 0.5, [60]],
    [120, 1, 1, [120]],
  ])('brings %d frames a second to at most %d, evenly', (sourceFps, wantedFps, expectedFps, gapsInFrames) => {
    const seconds = 120;
    const times = admitted(wantedFps, frameTimes(sourceFps, seconds * 1000));
    expect(Math.abs(times.length / seconds - expectedFps)).toBeLessThan(0.05);
    const seen = new Set(gaps(times).map((gap) => Math.round((gap * sourceFps) / 1000)));
    expect(gapsInFrames).toEqual(expect.arrayContaining([...seen]));
  });

  it('never lets more than two frames too many into any second, whatever comes', () => {
    const step = fc.oneof(fc.nat(50), fc.constant(0), fc.nat(3000));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(step, { maxLength: 400 }), (fps, steps) => {
        let now = 5000;
        const times = admitted(
          fps,
          steps.map((each) => {
            now += each;
            return now;
          }),
        );
        // A second can begin with a frame that is late by nearly an interval of the grid, and end with one that is early
        // by a quarter of one: it has fewer than fps + 2.25.
        expect(mostInASecond(times)).toBeLessThanOrEqual(fps + 2);
      }),
      { numRuns: 500 },
    );
  });

  it('loses nothing of a source that is no faster than wanted and does not jitter much', () => {
    const jitters = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(60), jitters, (sourceFps, moreFps, jitter) => {
        const jitterMs = (i: number) => ((jitter[i % jitter.length] ?? 0) / 100) * (1000 / sourceFps);
        const times = frameTimes(sourceFps, 10_000, jitterMs);
        return admitted(sourceFps + moreFps, times).length === times.length;
      }),
    );
  });

  it('keeps most of a source at the wanted rate that jitters by 40 % of its interval', () => {
    const jitters = fc.array(fc.nat(40), { minLength: 30, maxLength: 50 });
    fc.assert(
      fc.property(jitters, (jitter) => {
        const times = frameTimes(30, 20_000, (i) => ((jitter[i % jitter.length] ?? 0) / 100) * (1000 / 30));
        // The worst order of such jitters costs an eighth. Were a frame due an interval after the last one, instead of on
        // a grid, it would cost a fifth and more.
        return admitted(30, times).length > 0.85 * times.length;
      }),
    );
  });

  it('goes on after a step of the clock, back or ahead, within two intervals', () => {
    const stepMs = fc.oneof(fc.integer({ min: -100_000_000, max: 100_000_000 }), fc.integer({ min: -3000, max: 3000 }));
    fc.assert(
      fc.property(fc.constantFrom(0.5, 1, 5, 15, 30), stepMs, (fps, step) => {
        const before = frameTimes(30, 4000);
        const after = before.map((time) => time + 4000 + step);
        const limiter = new FrameRateLimiter(fps);
        for (const time of before) limiter.admit(time);
        const first = after.findIndex((time) => limiter.admit(time));
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first * (1000 / 30)).toBeLessThanOrEqual((2 * 1000) / fps + 1000 / 30);
      }),
    );
  });

  it('does not make up for a silence with a burst', () => {
    const limiter = new FrameRateLimiter(10);
    for (const time of frameTimes(30, 2000)) limiter.admit(time);
    const late = Array.from({ length: 30 }, (_, i) => 60_000 + i);
    expect(late.filter((time) => limiter.admit(time))).toHaveLength(1);
  });
});
