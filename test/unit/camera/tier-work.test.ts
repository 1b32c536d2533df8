import { describe, expect, it } from 'vitest';
import { type OutputWork, outputWork, WorkTotals } from '../../../src/camera/tier-work.js';
import type { PipelineStats } from '../../../src/native/addon.types.js';

const stats: PipelineStats = {
  state: 'playing',
  sinks: {
    sink_low: { received: 10, dropped: 2, taken: 8, bytes: 1 },
    h264sink_low: { received: 18, dropped: 0, taken: 18, bytes: 1 },
  },
  tap: null,
  meters: {
    queue_low: { in: 30, out: 25, sinceOut: 0, timed: 25, busyMs: 1 },
    gate_low: { in: 20, out: 12, sinceOut: 0, timed: 12, busyMs: 1 },
    encode_low: { in: 12, out: 12, sinceOut: 0, timed: 11, busyMs: 44 },
    h264queue_low: { in: 20, out: 18, sinceOut: 0, timed: 18, busyMs: 1 },
    h264encode_low: { in: 18, out: 18, sinceOut: 0, timed: 18, busyMs: 36 },
  },
};

const work = (init: Partial<OutputWork>): OutputWork => {
  return { output: 'jpeg:low', unchanged: 0, late: 0, encoded: 0, encodeMs: 0, ...init };
};

describe('outputWork', () => {
  it('tells what a tier’s elements left out, and how long its encoder took', () => {
    const low = { tier: 'low', medium: 'jpeg', sink: 'sink_low', valves: [] } as const;
    // Four that were overtaken before the encoder, with one that may still wait; two at the hand-over.
    expect(outputWork(low, stats)).toEqual(work({ unchanged: 8, late: 6, encoded: 11, encodeMs: 44 }));
    expect(outputWork(low, { ...stats, sinks: {}, meters: {} })).toEqual(work({}));
    const video = { tier: 'low', medium: 'h264', sink: 'h264sink_low', valves: [] } as const;
    expect(outputWork(video, stats)).toEqual(work({ output: 'h264:low', late: 1, encoded: 18, encodeMs: 36 }));
  });
});

describe('WorkTotals', () => {
  it('adds up over pipelines, and never goes down', () => {
    const totals = new WorkTotals();
    totals.update([work({ unchanged: 5, encodeMs: 10 })]);
    // The one that was in the gate at the last look has passed.
    totals.update([work({ unchanged: 4, encodeMs: 12 })]);
    expect(totals.of({ tier: 'low', medium: 'jpeg' })).toEqual(work({ unchanged: 5, encodeMs: 12 }));
    totals.update([work({ unchanged: 6, encodeMs: 15 })]);
    expect(totals.of({ tier: 'low', medium: 'jpeg' })).toEqual(work({ unchanged: 6, encodeMs: 15 }));
    totals.restart();
    totals.update([work({ unchanged: 1, late: 3 })]);
    totals.update([]);
    expect(totals.of({ tier: 'low', medium: 'jpeg' })).toEqual(work({ unchanged: 7, late: 3, encodeMs: 15 }));
    expect(totals.of({ tier: 'low', medium: 'h264' })).toEqual(work({ output: 'h264:low' }));
  });
});
