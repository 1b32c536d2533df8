import { describe, expect, it } from 'vitest';
import { SourceProgress } from '../../../src/camera/source-progress.js';
import { manualClock, noTap } from '../fakes.js';

function setUp() {
  const time = manualClock();
  const progress = new SourceProgress(time.clock);
  let tap = noTap;
  return {
    time,
    progress,
    /** A look each 250 ms at a source of `fps`. */
    look: (fps: number, forMs: number) => {
      for (let passedMs = 0; passedMs < forMs; passedMs += 250) {
        time.nowMs += 250;
        const buffers = tap.buffers + fps / 4;
        tap = { ...tap, buffers, lastMs: fps > 0 ? time.nowMs : tap.lastMs, caps: 'image/jpeg' };
        progress.update(tap);
      }
    },
    restart: () => {
      tap = noTap;
      progress.restart();
    },
  };
}

describe('SourceProgress', () => {
  it('tells the frame rate and the time between frames', () => {
    const { progress, look } = setUp();
    expect([progress.fps, progress.frameIntervalMs]).toEqual([0, null]);
    look(8, 250);
    expect([progress.fps, progress.frameIntervalMs]).toEqual([0, null]);
    look(20, 10_000);
    expect(progress.fps).toBeCloseTo(20);
    expect(progress.frameIntervalMs).toBeCloseTo(50, 3);
    expect(progress.caps).toBe('image/jpeg');
  });

  it('follows a new rate within two seconds', () => {
    const { progress, look } = setUp();
    look(40, 5000);
    look(8, 2250);
    expect(progress.fps).toBeCloseTo(8);
    expect(progress.frameIntervalMs).toBeGreaterThan(110);
  });

  it('says whether frames came, and keeps the interval through a silence', () => {
    const { progress, look } = setUp();
    look(20, 1000);
    expect(progress.update({ ...noTap, buffers: 20, lastMs: 1 })).toBe(false);
    look(0, 3000);
    expect(progress.fps).toBe(0);
    expect(progress.frameIntervalMs).toBeCloseTo(50);
  });

  it('has a first guess of the interval from a single look, which the next replaces', () => {
    const { progress, look } = setUp();
    look(20, 250);
    // Five frames within 250 ms, the start included.
    expect(progress.frameIntervalMs).toBe(62.5);
    look(20, 250);
    expect(progress.frameIntervalMs).toBe(50);
  });

  it('keeps the interval for the next pipeline, also over tries in vain', () => {
    const { progress, look, restart } = setUp();
    look(20, 1000);
    restart();
    restart();
    expect(progress.frameIntervalMs).toBe(50);
    progress.forgetRate();
    expect(progress.frameIntervalMs).toBeNull();
  });

  it('learns anew where a pipeline gave up after a few frames, and not from those that come at once', () => {
    const { progress, look, restart } = setUp();
    look(20, 1000);
    restart();
    look(16, 250);
    restart();
    expect(progress.frameIntervalMs).toBeNull();
    look(16, 250);
    expect(progress.frameIntervalMs).toBeNull();
    look(0, 1000);
    look(4, 250);
    expect(progress.frameIntervalMs).toBe(1250);
  });

  it('does not take a slow start for a low rate', () => {
    const { progress, look } = setUp();
    look(0, 1500);
    look(20, 1500);
    expect(progress.fps).toBeCloseTo(20);
  });

  it('counts broken pictures since the last good one, of this pipeline', () => {
    const { progress, restart } = setUp();
    progress.update({ ...noTap, buffers: 3, corrupt: 2 });
    expect(progress.brokenInARow).toBe(0);
    progress.update({ ...noTap, buffers: 3, corrupt: 6 });
    progress.update({ ...noTap, buffers: 3, corrupt: 9 });
    expect(progress.brokenInARow).toBe(7);
    progress.update({ ...noTap, buffers: 4, corrupt: 9 });
    expect(progress.brokenInARow).toBe(0);
    progress.update({ ...noTap, buffers: 4, corrupt: 12 });
    restart();
    expect(progress.brokenInARow).toBe(0);
  });

  it('counts on over all pipelines, whose counters begin again', () => {
    const { progress, look, restart } = setUp();
    look(20, 1000);
    restart();
    look(20, 1000);
    expect(progress.frames).toBe(40);
    progress.update({ ...noTap, buffers: 20, corrupt: 3 });
    restart();
    progress.update({ ...noTap, buffers: 1, corrupt: 2 });
    expect(progress).toMatchObject({ frames: 41, corruptFrames: 5 });
  });

  it('tells no rate of a pipeline that is gone', () => {
    const { progress, look, time } = setUp();
    look(20, 3000);
    time.nowMs += 1000;
    expect(progress.fps).toBeCloseTo(20);
    time.nowMs += 1001;
    expect(progress.fps).toBe(0);
  });
});
