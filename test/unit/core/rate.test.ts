import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../../src/core/rate.js';
import { manualClock } from '../fakes.js';

describe('RateMeter', () => {
  it('is 0 before anything came', () => {
    const meter = new RateMeter(manualClock().clock);
    expect([meter.perSecond(), meter.amountPerSecond()]).toEqual([0, 0]);
  });

  it('tells a steady rate from the first second on, wherever its clock began', () => {
    const start = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        start,
        fc.integer({ min: 5, max: 120 }),
        fc.integer({ min: 1000, max: 9000 }),
        (nowMs, fps, forMs) => {
          const time = manualClock(nowMs);
          const meter = new RateMeter(time.clock);
          for (let i = 0; i * 1000 < forMs * fps; i++) {
            time.nowMs = nowMs + (i * 1000) / fps;
            meter.add(250);
          }
          // One event more or less may fall into the span that is looked at.
          expect(Math.abs(meter.perSecond() - fps)).toBeLessThanOrEqual(1.3);
          expect(meter.amountPerSecond()).toBeCloseTo(meter.perSecond() * 250, 3);
        },
      ),
    );
  });

  it('falls to 0 within two seconds of silence', () => {
    const time = manualClock();
    const meter = new RateMeter(time.clock);
    for (let i = 0; i < 60; i++) {
      time.nowMs += 33;
      meter.add(1000);
    }
    time.nowMs += 1000;
    expect(meter.perSecond()).toBeGreaterThan(10);
    time.nowMs += 1000;
    expect(meter.perSecond()).toBe(0);
    time.nowMs += 3_600_000;
    expect(meter.perSecond()).toBe(0);
    meter.add();
    expect(meter.perSecond()).toBeLessThan(1);
  });

  it('does not exaggerate the first moments', () => {
    const time = manualClock();
    const meter = new RateMeter(time.clock);
    meter.add();
    expect(meter.perSecond()).toBeLessThanOrEqual(5);
  });
});
