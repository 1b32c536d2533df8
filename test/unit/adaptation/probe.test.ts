import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Probe, type ProbeStep, paddingFor, startProbe, watchProbe } from '../../../src/adaptation/probe.js';
import type { LinkSample } from '../../../src/hub/link.js';
import { logarithmic } from './arbitraries.js';
import { sampleOf } from './samples.js';

const lookMs = 100;

/** Drains a train of `bytes` of which the first `headBytes` pass at once, and looks every 100 ms. */
function drain(probe: Probe, { bytes, headBytes, bps }: { bytes: number; headBytes: number; bps: number }): ProbeStep {
  let step: ProbeStep = { done: false, probe };
  for (let atMs = lookMs; !step.done; atMs += lookMs) {
    const drained = Math.min(bytes, headBytes + (bps * atMs) / 8000);
    const busyMs = Math.min(atMs, ((bytes - headBytes) * 8000) / bps);
    step = watchProbe(
      step.probe,
      sampleOf({ atMs, ackedBytes: drained, busyMs, queuedBytes: bytes - drained, trainEndBytes: bytes }),
    );
  }
  return step;
}

function rateOf(step: ProbeStep): number | null {
  if (!step.done) throw new Error('the probe goes on');
  return step.bps;
}

describe('paddingFor', () => {
  const frameBytes = 20_000;

  it('grows with the rate and the duration, within bounds', () => {
    const rates = [logarithmic(1e3, 1e9), logarithmic(10, 5000), logarithmic(1, 10), logarithmic(0.5, 60)] as const;
    fc.assert(
      fc.property(...rates, (bps, ms, factor, fps) => {
        const many = { fps, frameBytes, spreads: true };
        const { bytes, frames } = paddingFor(bps, ms, many);
        expect(Number.isInteger(bytes)).toBe(true);
        expect(frames).toBeGreaterThanOrEqual(1);
        expect((bytes + 0.5) * frames).toBeGreaterThanOrEqual(12_000);
        expect((bytes - 0.5) * frames).toBeLessThanOrEqual(2_000_000);
        expect(paddingFor(factor * bps, ms, many).bytes).toBeGreaterThanOrEqual(bytes);
        const one = { ...many, spreads: false };
        const single = paddingFor(bps, ms, one).bytes;
        expect(paddingFor(bps, factor * ms, one).bytes).toBeGreaterThanOrEqual(single);
      }),
    );
  });

  it('keeps a link of that rate busy for that long', () => {
    expect(paddingFor(8e6, 250, { fps: 20, frameBytes, spreads: false })).toEqual({ bytes: 250_000, frames: 1 });
  });

  it('is spread over the frames of that time, each of which finds the last one on its way', () => {
    const { bytes, frames } = paddingFor(19e6, 250, { fps: 20, frameBytes: 65_000, spreads: true });
    expect(frames).toBe(5);
    expect((8 * (bytes + 65_000)) / 19e6).toBeGreaterThan(1.05 / 20);
    expect(bytes).toBeLessThan(100_000);
  });
});

describe('watchProbe', () => {
  it('finds the rate at which a train drains', () => {
    fc.assert(
      fc.property(logarithmic(0.4e6, 40e6), fc.integer({ min: 250, max: 1000 }), (bps, lengthMs) => {
        const { bytes } = paddingFor(bps, lengthMs, { fps: 20, frameBytes: 20_000, spreads: false });
        const found =
          rateOf(drain(startProbe(sampleOf({}), { bytes, frames: 1 }, 0), { bytes, headBytes: 0, bps })) ?? 0;
        expect(found / bps).toBeGreaterThan(0.9);
        expect(found / bps).toBeLessThan(1.1);
      }),
    );
  });

  it('does not count what a bucket lets through at first', () => {
    const bytes = 250_000;
    const found = rateOf(
      drain(startProbe(sampleOf({}), { bytes, frames: 1 }, 0), { bytes, headBytes: 64_000, bps: 4e6 }),
    );
    expect(found).toBeGreaterThan(3.9e6);
    expect(found).toBeLessThan(4.1e6);
  });

  it('goes on until the whole train is through, and not before it is in the kernel', () => {
    const probe = startProbe(sampleOf({}), { bytes: 50_000, frames: 1 }, 0);
    const sent = (given: Partial<LinkSample>) => watchProbe(probe, sampleOf({ atMs: 300, busyMs: 300, ...given })).done;
    expect(sent({ ackedBytes: 60_000, trainEndBytes: null })).toBe(false);
    expect(sent({ ackedBytes: 59_999, trainEndBytes: 60_000 })).toBe(false);
    expect(sent({ ackedBytes: 60_000, trainEndBytes: 60_000 })).toBe(true);
  });

  it('gives up after three seconds, with what went through, or nothing', () => {
    const probe = startProbe(sampleOf({}), { bytes: 500_000, frames: 1 }, 0);
    const late = { atMs: 3001, busyMs: 3001, trainEndBytes: 500_000 };
    const some = rateOf(watchProbe(probe, sampleOf({ ...late, ackedBytes: 30_010 })));
    expect(some).toBeCloseTo(80_000, 0);
    expect(rateOf(watchProbe(probe, sampleOf(late)))).toBeNull();
  });

  it('takes the rate between two looks inside the train where the last look comes late', () => {
    const looks = [
      { atMs: 200, ackedBytes: 100_000 },
      { atMs: 300, ackedBytes: 150_000 },
      { atMs: 400, ackedBytes: 200_000 },
      // Through at 410 ms; small frames behind it kept the connection busy.
      { atMs: 500, ackedBytes: 206_000 },
    ];
    let step: ProbeStep = { done: false, probe: startProbe(sampleOf({}), { bytes: 200_000, frames: 1 }, 0) };
    for (const look of looks) {
      if (step.done) break;
      step = watchProbe(step.probe, sampleOf({ ...look, busyMs: look.atMs, trainEndBytes: 205_000 }));
    }
    expect(rateOf(step)).toBeCloseTo(4e6, -3);
  });
});
