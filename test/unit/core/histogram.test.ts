import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DurationHistogram } from '../../../src/core/histogram.js';
import { type ManualClock, manualClock } from '../fakes.js';

let time: ManualClock;
let histogram: DurationHistogram;
const median = () => histogram.percentiles([0.5])[0] ?? null;

beforeEach(() => {
  time = manualClock();
  histogram = new DurationHistogram(time.clock);
});

describe('DurationHistogram', () => {
  it('says nothing without samples', () => {
    expect(histogram.percentiles([0.5, 0.99])).toEqual([null, null]);
  });

  it('gives each percentile within 5 %', () => {
    const duration = fc.double({ min: 0.06, max: 150_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), (durations) => {
        const one = new DurationHistogram(time.clock);
        for (const each of durations) one.record(each);
        const sorted = durations.toSorted((a, b) => a - b);
        for (const share of [0, 0.5, 0.9, 0.99, 1]) {
          const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
          const [told] = one.percentiles([share]);
          expect(Math.abs((told ?? 0) / exact - 1)).toBeLessThan(0.0501);
        }
      }),
    );
  });

  it('keeps what is too short or too long at its ends', () => {
    for (const odd of [0, -3, 0.01]) histogram.record(odd);
    expect(median()).toBeLessThan(0.05);
    const long = new DurationHistogram(time.clock);
    long.record(1e9);
    expect(long.percentiles([0.5])[0]).toBeGreaterThan(150_000);
  });

  it('tells of at least the last half minute and of nothing older than a minute', () => {
    const startMs = time.nowMs;
    const moment = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 30 }), moment, (moments, waitMs) => {
        time.nowMs = startMs;
        const one = new DurationHistogram(time.clock);
        const sorted = moments.toSorted((a, b) => a - b);
        for (const each of sorted) {
          time.nowMs = startMs + each;
          one.record(10);
        }
        const age = waitMs % 100_000;
        time.nowMs += age;
        const [told] = one.percentiles([0.5]);
        if (age < 30_000) expect(told).not.toBeNull();
        if (age >= 60_000) expect(told).toBeNull();
      }),
    );
  });

  it('keeps nothing longer because few samples come', () => {
    time.nowMs += 1000;
    histogram.record(500);
    time.nowMs += 58_000;
    histogram.record(5);
    time.nowMs += 29_000;
    expect(histogram.percentiles([1])[0]).toBeLessThan(6);
  });

  it('forgets the samples of before while new ones come', () => {
    for (let i = 0; i < 1000; i++) histogram.record(500);
    for (let i = 0; i < 61; i++) {
      time.nowMs += 1000;
      histogram.record(5);
    }
    expect(histogram.percentiles([1])[0]).toBeLessThan(6);
  });
});
