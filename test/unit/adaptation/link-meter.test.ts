import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinkHistory, read, remember } from '../../../src/adaptation/link-meter.js';
import type { LinkSample } from '../../../src/hub/link.js';
import { logarithmic } from './arbitraries.js';
import { sampleOf } from './samples.js';

function historyOf(samples: readonly LinkSample[], fps: number): LinkHistory {
  return samples.reduce<LinkHistory>((history, sample) => remember(history, sample, fps), []);
}

/** Samples every 100 ms of a connection that carries `bps` and is busy for a share of the time. */
function steady(count: number, bps: number, busyShare: number, given: Partial<LinkSample> = {}): LinkSample[] {
  return Array.from({ length: count }, (_, i) =>
    sampleOf({
      atMs: 100 * i,
      ackedBytes: (bps * i) / 80,
      busyMs: 100 * busyShare * i,
      droppedSlow: i,
      queuedBytes: 10_000,
      ...given,
    }),
  );
}

describe('remember', () => {
  it('keeps a window that holds some frames, and no more than so many samples', () => {
    fc.assert(
      fc.property(logarithmic(0.5, 60), logarithmic(0.1, 150), (fps, minRttMs) => {
        const history = historyOf(steady(100, 1e6, 1, { minRttMs }), fps);
        const spanMs = (history.at(-1)?.atMs ?? 0) - (history[0]?.atMs ?? 0);
        expect(spanMs).toBeGreaterThanOrEqual(500);
        expect(spanMs).toBeLessThanOrEqual(2500);
      }),
    );
  });

  it('leaves out samples that are not older than the new one: the clock stood still', () => {
    const history = historyOf([sampleOf({ atMs: 5 }), sampleOf({ atMs: 5, ackedBytes: 7 })], 30);
    expect(history).toEqual([sampleOf({ atMs: 5, ackedBytes: 7 })]);
  });
});

describe('read', () => {
  it('says nothing of too short a time', () => {
    expect(read([], 30)).toBeNull();
    expect(read(historyOf(steady(1, 1e6, 1), 30), 30)).toBeNull();
    expect(read(historyOf(steady(2, 1e6, 1), 30), 30)).toBeNull();
  });

  it('reads the rate of a connection that always has something to send', () => {
    fc.assert(
      fc.property(logarithmic(1e5, 1e8), logarithmic(5, 60), (bps, fps) => {
        const reading = read(historyOf(steady(30, bps, 1), fps), fps);
        expect((reading?.saturatedBps ?? 0) / bps).toBeCloseTo(1, 6);
        expect((reading?.goodputBps ?? 0) / bps).toBeCloseTo(1, 6);
      }),
    );
  });

  it('takes the rate of a connection with pauses for the camera’s, not the link’s', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.88, noNaN: true }), (busyShare) => {
        const reading = read(historyOf(steady(30, 2e6, busyShare), 15), 15);
        expect(reading?.saturatedBps).toBeNull();
        expect(reading?.busyShare).toBeCloseTo(busyShare, 6);
      }),
    );
  });

  it('takes a connection that has nothing under way for one with pauses', () => {
    expect(read(historyOf(steady(30, 2e6, 1, { queuedBytes: 0 }), 15), 15)?.saturatedBps).toBeNull();
  });

  it('needs frames left out over a long way, where a connection is always busy', () => {
    const long = { minRttMs: 80, rttMs: 80 };
    expect(read(historyOf(steady(30, 2e6, 1, { ...long, droppedSlow: 3 }), 15), 15)?.saturatedBps).toBeNull();
    expect(read(historyOf(steady(30, 2e6, 1, long), 15), 15)?.saturatedBps).toBeCloseTo(2e6, 0);
  });

  it('finds the busy stretch behind a pause', () => {
    const calm = steady(4, 1e6, 0.2);
    const last = calm.at(-1);
    const busy = Array.from({ length: 4 }, (_, i) =>
      sampleOf({
        atMs: 400 + 100 * i,
        ackedBytes: (last?.ackedBytes ?? 0) + 50_000 * (i + 1),
        busyMs: (last?.busyMs ?? 0) + 100 * (i + 1),
        droppedSlow: 4 + i,
        queuedBytes: 10_000,
      }),
    );
    expect(read(historyOf([...calm, ...busy], 30), 30)?.saturatedBps).toBeCloseTo(4e6, 0);
  });
});
