/** What holds for video on a link that stays as it is, over many random ones: the same ones in every run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fittingPlace,
  placeOf,
  type RandomVideoLink,
  rateOf,
  runVideo,
  videoLinks,
  videoTierSets,
  videoTiers,
} from './arbitraries.js';

const sameRuns = { seed: 20_260_103, numRuns: 100, endOnFailure: true };
const settledMs = 10_000;
const losses = [0, 0.01, 0.03, 0.05];
// Headers below RTP take part of the link, and what is measured is exact to a few hundredths.
const leastShare = 0.9;
const mostShare = 1.05;

describe('a viewer of video on a steady link', () => {
  it('has the best tier that fits within ten seconds, whatever is lost at random', () => {
    fc.assert(
      fc.property(videoTierSets, videoLinks({ losses }), (tiers, link) => {
        const rate = rateOf(tiers, link);
        const place = placeOf(tiers, runVideo(tiers, link, { durationMs: settledMs + 100 }).tierAt(settledMs));
        const { lossRatio = 0 } = link;
        expect(place).toBeGreaterThanOrEqual(fittingPlace(tiers, mostShare * rate));
        expect(place).toBeLessThanOrEqual(fittingPlace(tiers, leastShare * (1 - lossRatio) * rate));
      }),
      sameRuns,
    );
  });

  it('is moved at most once in the minute after the first ten seconds', () => {
    fc.assert(
      fc.property(videoTierSets, videoLinks({ losses }), (tiers, link) => {
        const { switches } = runVideo(tiers, link, { durationMs: 70_000 });
        expect(switches.filter(({ atMs }) => atMs > settledMs).length).toBeLessThanOrEqual(1);
      }),
      { ...sameRuns, numRuns: 60 },
    );
  });

  it('never waits for more than a second for a picture after that, where the queue holds a tenth of a second', () => {
    fc.assert(
      fc.property(videoTierSets, videoLinks({ losses: [0, 0.01, 0.03], leastQueueMs: 100 }), (tiers, link) => {
        expect(runVideo(tiers, link).longestFreezeMs(settledMs)).toBeLessThanOrEqual(1000);
      }),
      { ...sameRuns, numRuns: 60 },
    );
  });

  it('is never worse off with a link that is a quarter faster', () => {
    fc.assert(
      fc.property(videoTierSets, videoLinks(), (tiers, link) => {
        const run = (rate: number) =>
          placeOf(tiers, runVideo(tiers, link, { rateBps: () => rate, durationMs: 20_000 }).tierAt(20_000));
        const rate = rateOf(tiers, link);
        expect(run(1.25 * rate)).toBeLessThanOrEqual(run(rate));
      }),
      { ...sameRuns, numRuns: 60 },
    );
  });

  it('starts on the best and is never moved where the link is a good one', () => {
    fc.assert(
      fc.property(videoLinks({ losses }), (link) => {
        const { switches, probes } = runVideo(videoTiers, link, { rateBps: () => 50e6 });
        expect(switches).toEqual([]);
        expect(probes).toEqual([]);
      }),
      { ...sameRuns, numRuns: 30 },
    );
  });

  it.each([10, 30, 60])('is not moved for a way that varies by %s ms, and rises over it', (jitterMs) => {
    const link: RandomVideoLink = { share: 0, queueMs: 300, rttMs: 30, jitterMs, seed: 6 };
    expect(runVideo(videoTiers, link, { rateBps: () => 20e6 }).switches).toEqual([]);
    const rising = runVideo(videoTiers, link, { rateBps: () => 20e6, firstTier: 'tiny', durationMs: 15_000 });
    expect(rising.tierAt(15_000)).toBe('high');
  });

  it('is on the tier that fits within fifteen seconds where it tells nothing of single packets', () => {
    fc.assert(
      fc.property(fc.constantFrom(0.7e6, 1.5e6, 3e6, 6e6, 50e6), fc.integer(), (rate, seed) => {
        const link: RandomVideoLink = { share: 0, queueMs: 200, rttMs: 20, seed };
        const run = runVideo(videoTiers, link, { rateBps: () => rate, feedback: 'reports', durationMs: 20_000 });
        expect(placeOf(videoTiers, run.tierAt(15_000))).toBe(fittingPlace(videoTiers, rate));
      }),
      { ...sameRuns, numRuns: 30 },
    );
  });
});
