import { describe, expect, it } from 'vitest';
import { type TierWork, tierWork, WorkTotals } from '../../../src/camera/tier-work.js';
import type { PipelineStats } from '../../../src/native/addon.types.js';

const stats: PipelineStats = {
  state: 'playing',
  sinks: { sink_low: { received: 10, dropped: 2, taken: 8, bytes: 1 } },
  tap: null,
  meters: {
    queue_low: { in: 30, out: 25, timed: 25, busyMs: 1 },
    gate_low: { in: 20, out: 12, timed: 12, busyMs: 1 },
    encode_low: { in: 12, out: 12, timed: 11, busyMs: 44 },
  },
};

const work = (init: Partial<TierWork>): TierWork => {
  return { tier: 'low', unchanged: 0, late: 0, encoded: 0, encodeMs: 0, ...init };
};

describe('tierWork', () => {
  it('tells what a tier’s elements left out, and how long its encoder took', () => {
    const low = { name: 'low', sink: 'sink_low', valves: [] };
    // Four that were overtaken before the encoder, with one that may still wait; two at the hand-over.
    expect(tierWork(low, stats)).toEqual(work({ unchanged: 8, late: 6, encoded: 11, encodeMs: 44 }));
    expect(tierWork(low, { ...stats, sinks: {}, meters: {} })).toEqual(work({}));
  });
});

describe('WorkTotals', () => {
  it('adds up over pipelines, and never goes down', () => {
    const totals = new WorkTotals();
    totals.update([work({ unchanged: 5, encodeMs: 10 })]);
    // The one that was in the gate at the last look has passed.
    totals.update([work({ unchanged: 4, encodeMs: 12 })]);
    expect(totals.of('low')).toEqual(work({ unchanged: 5, encodeMs: 12 }));
    totals.update([work({ unchanged: 6, encodeMs: 15 })]);
    expect(totals.of('low')).toEqual(work({ unchanged: 6, encodeMs: 15 }));
    totals.restart();
    totals.update([work({ unchanged: 1, late: 3 })]);
    totals.update([]);
    expect(totals.of('low')).toEqual(work({ unchanged: 7, late: 3, encodeMs: 15 }));
    expect(totals.of('high')).toEqual(work({ tier: 'high' }));
  });
});
