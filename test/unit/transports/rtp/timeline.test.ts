import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtpTimeline } from '../../../../src/transports/rtp/timeline.js';

const wrap = 2 ** 32;

describe('RtpTimeline', () => {
  it('counts 90 a millisecond of capture time, over the wrap', () => {
    const timeline = new RtpTimeline(() => 1 - 900 / wrap);
    expect([0, 5, 10, 20].map((ms) => timeline.next(ms))).toEqual([wrap - 900, wrap - 450, 0, 900]);
    expect(timeline.at(10)).toBe(0);
  });

  it('always steps on, and is right again as soon as capture times are later', () => {
    const steps = fc.array(fc.double({ min: -100, max: 5000, noNaN: true }), { minLength: 2, maxLength: 100 });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), steps, (start, moves) => {
        const timeline = new RtpTimeline(() => start);
        let captureMs = 1e9;
        let newestMs = captureMs;
        let previous = timeline.next(captureMs);
        for (const move of moves) {
          captureMs += move;
          const next = timeline.next(captureMs);
          const step = (next - previous + wrap) % wrap;
          expect(step).toBeGreaterThan(0);
          expect(step).toBeLessThan(wrap / 2);
          if (captureMs > newestMs + 10) expect(next).toBe(timeline.at(captureMs));
          newestMs = Math.max(newestMs, captureMs);
          previous = next;
        }
      }),
    );
  });
});
