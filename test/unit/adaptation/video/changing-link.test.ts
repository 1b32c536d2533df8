/** What holds for video when a link changes, or the way there, or the viewer's clock. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOf, runVideo, videoLinks, videoTiers } from './arbitraries.js';

const fallMs = 15_000;
const riseMs = 45_000;
const durationMs = 62_000;
const sameRuns = { seed: 20_260_104, numRuns: 60, endOnFailure: true };
const fallAndRise = (atMs: number) => (atMs < fallMs || atMs >= riseMs ? 6e6 : 0.7e6);

describe('a viewer of video whose link changes', () => {
  it('is on the tier that fits within two seconds of a fall from 6 to 0.7 Mb/s, and stays there', () => {
    fc.assert(
      fc.property(videoLinks({ losses: [0, 0.01, 0.03] }), (link) => {
        const run = runVideo(videoTiers, link, { rateBps: fallAndRise, durationMs: riseMs });
        expect(run.tierAt(fallMs)).toBe('high');
        expect(run.tierAt(fallMs + 2000)).toBe('tiny');
        expect(run.switches.filter(({ atMs }) => atMs > fallMs + 2000)).toEqual([]);
      }),
      sameRuns,
    );
  });

  it('is on the best again within fifteen seconds of the rise', () => {
    fc.assert(
      fc.property(videoLinks({ losses: [0, 0.01, 0.03] }), (link) => {
        const run = runVideo(videoTiers, link, { rateBps: fallAndRise, durationMs });
        expect(run.tierAt(riseMs + 15_000)).toBe('high');
      }),
      sameRuns,
    );
  });

  it('comes back from a link that carried next to nothing for a while', () => {
    const link = { share: 0, queueMs: 300, rttMs: 20, seed: 3 };
    const rateBps = (atMs: number) => (atMs >= 15_000 && atMs < 18_000 ? 20_000 : 20e6);
    const run = runVideo(videoTiers, link, { rateBps, durationMs: 40_000 });
    expect(run.tierAt(39_000)).toBe('high');
    expect(run.longestFreezeMs(25_000)).toBeLessThan(500);
  });
});

describe("a viewer's clock and way", () => {
  it.each([30, 100, 500, 5000, -50, -5000, 1e9])('change by %s ms at once without a switch', (stepMs) => {
    const link = { share: 0, queueMs: 300, rttMs: 20, jitterMs: 2, seed: 4 };
    const clockOffsetMs = (atMs: number) => (atMs > 20_000 ? stepMs : 0);
    const { switches } = runVideo(videoTiers, link, { rateBps: () => 20e6, clockOffsetMs, durationMs: 40_000 });
    expect(switches).toEqual([]);
  });

  it.each([300, -300])('drift apart by %s ppm without changing what fits', (ppm) => {
    const link = { share: 0, queueMs: 300, rttMs: 20, jitterMs: 2, seed: 5 };
    for (const [rate, tier] of [
      [1.5e6, 'low'],
      [3e6, 'medium'],
      [20e6, 'high'],
    ] as const) {
      const clockOffsetMs = (atMs: number) => (atMs * ppm) / 1e6;
      const run = runVideo(videoTiers, link, { rateBps: () => rate, clockOffsetMs });
      expect(run.tierAt(59_000)).toBe(tier);
      expect(placeOf(videoTiers, run.tierAt(10_000))).toBe(placeOf(videoTiers, tier));
    }
  });
});
