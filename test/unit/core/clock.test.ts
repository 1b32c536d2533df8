import { describe, expect, it } from 'vitest';
import { monotonicMs, wallClockMs } from '../../../src/core/clock.js';

const hrtimeMs = () => Number(process.hrtime.bigint()) / 1e6;

// Two reads of the same clock through a number of 53 bits.
const roundingMs = 0.01;

describe('monotonicMs', () => {
  it('reads the clock of process.hrtime(), which is the addon’s', () => {
    for (let i = 0; i < 1000; i++) {
      const before = hrtimeMs();
      const now = monotonicMs();
      const after = hrtimeMs();
      expect(now).toBeGreaterThanOrEqual(before - roundingMs);
      expect(now).toBeLessThanOrEqual(after + roundingMs);
    }
  });

  it('never goes back', () => {
    let last = monotonicMs();
    for (let i = 0; i < 1000; i++) {
      const now = monotonicMs();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });
});

describe('wallClockMs', () => {
  it('turns moments into Unix time and keeps their distances', () => {
    // On a busy machine time passes between two readings of the clocks, but not each time.
    const errorsMs = Array.from({ length: 50 }, () => {
      const before = Date.now();
      const now = wallClockMs(monotonicMs());
      return Math.max(before - now, now - Date.now());
    });
    // Date.now() counts whole milliseconds.
    expect(Math.min(...errorsMs)).toBeLessThanOrEqual(1);
    expect(wallClockMs(monotonicMs() - 3_600_000)).toBeLessThan(Date.now() - 3_500_000);
  });
});
