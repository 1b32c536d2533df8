/** What holds on a link that stays as it is, over many random ones: the same ones in every run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Choice,
  choose,
  compareChoices,
  leastFps,
  linkShare,
  type TierOption,
} from '../../../src/adaptation/options.js';
import { type SimulatedOutcome, simulate } from '../../support/link-simulator.js';
import {
  defaultOptions,
  detailedOptions,
  links,
  type RandomLink,
  randomFrom,
  restsOf,
  tierSets,
  type UnevenLink,
  unevenLinks,
} from './arbitraries.js';

const durationMs = 60_000;
const startMs = 5000;
const sameRuns = { seed: 20_260_101, numRuns: 100, endOnFailure: true };

function run(options: readonly TierOption[], link: RandomLink | UnevenLink): SimulatedOutcome {
  const { linkBps, bucketBytes, rttMs, sizeSpread, seed } = link;
  const uneven = 'ackBytes' in link ? { ackBytes: link.ackBytes, rests: restsOf(link, durationMs) } : {};
  return simulate({
    options,
    link: { rateBps: () => linkBps, bucketBytes, rttMs, ...uneven },
    durationMs,
    sizeSpread,
    random: randomFrom(seed),
  });
}

const asChoice = ({ tier, fps }: { tier: string; fps: number }): Choice => ({ tier, fps, full: true });

/** Between what fits in a link that is a quarter slower and one that is a quarter faster. */
function isRight(options: readonly TierOption[], linkBps: number, given: { tier: string; fps: number }): boolean {
  const choice = asChoice(given);
  return (
    compareChoices(options, choice, choose(options, 0.75 * linkBps)) >= 0 &&
    compareChoices(options, choice, choose(options, 1.25 * linkBps)) <= 0
  );
}

describe('a viewer on a steady link', () => {
  it('is moved at most once after the first seconds', () => {
    fc.assert(
      fc.property(tierSets, links(), (options, link) => {
        expect(run(options, link).switches.filter(({ atMs }) => atMs > startMs).length).toBeLessThanOrEqual(1);
      }),
      sameRuns,
    );
  });

  it('is moved at most once where the way rests now and then, and acknowledgements come many at once', () => {
    fc.assert(
      fc.property(tierSets, unevenLinks, (options, link) => {
        expect(run(options, link).switches.filter(({ atMs }) => atMs > startMs).length).toBeLessThanOrEqual(1);
      }),
      sameRuns,
    );
  });

  it.each([0.5, 2, 16])('is hardly ever moved twice over an uneven way of %s Mb/s', (mbit) => {
    const uneven = { bucketBytes: 16_384, rttMs: 0.1, sizeSpread: 0.02, ackBytes: 6000, longestRestMs: 90 };
    const moves = Array.from({ length: 20 }, (_, seed) => {
      const { switches } = run(detailedOptions, { ...uneven, linkBps: 0.957e6 * mbit, seed });
      return switches.filter(({ atMs }) => atMs > startMs).length;
    });
    expect(moves.filter((count) => count > 1).length, `switches: ${moves}`).toBeLessThanOrEqual(1);
  });

  it('has the best that fits within seven seconds, over a short way', () => {
    fc.assert(
      fc.property(tierSets, links({ mostRttMs: 20 }), (options, link) => {
        expect(isRight(options, link.linkBps, run(options, link).at(7000))).toBe(true);
      }),
      sameRuns,
    );
  });

  it('has the best that fits within forty seconds, over a long way', () => {
    fc.assert(
      fc.property(tierSets, links(), (options, link) => {
        expect(isRight(options, link.linkBps, run(options, link).at(40_000))).toBe(true);
      }),
      sameRuns,
    );
  });

  it('is never starved: frames keep coming, and as many as the link carries', () => {
    fc.assert(
      fc.property(tierSets, links({ mostRttMs: 50 }), (options, link) => {
        const { arrivals } = run(options, link);
        const times = [...arrivals.map(({ atMs }) => atMs).filter((atMs) => atMs > startMs), durationMs];
        const gaps = times.map((atMs, i) => atMs - (times[i - 1] ?? startMs));
        const smallest = Math.min(...options.map(({ frameBytes }) => frameBytes));
        const carriedFps = (linkShare * link.linkBps) / (8 * 1.3 * smallest);
        const fps = (1000 * (times.length - 1)) / (durationMs - startMs);
        expect(fps).toBeGreaterThanOrEqual(0.75 * Math.min(carriedFps, options.at(-1)?.fps ?? 0));
        // Three frames in a row that are the largest there are, and a probe.
        expect(Math.max(...gaps)).toBeLessThan(3000 / Math.min(carriedFps, leastFps) + 3000);
      }),
      sameRuns,
    );
  });

  it('is never worse off with a link that is half as fast again', () => {
    fc.assert(
      fc.property(tierSets, links({ mostRttMs: 20 }), (options, link) => {
        const slower = run(options, link).at(40_000);
        const faster = run(options, { ...link, linkBps: 1.5 * link.linkBps }).at(40_000);
        expect(compareChoices(options, asChoice(faster), asChoice(slower))).toBeGreaterThanOrEqual(0);
      }),
      { ...sameRuns, numRuns: 60 },
    );
  });

  it.each([0.5, 1, 2, 4, 8, 16, 50])('sees fresh frames of the default tiers at %s Mb/s', (mbit) => {
    const link = { linkBps: 1e6 * mbit, bucketBytes: 16_384, rttMs: 0.1, sizeSpread: 0.2, seed: 1 };
    const { arrivals, switches, at } = run(defaultOptions, link);
    expect(isRight(defaultOptions, link.linkBps, at(startMs))).toBe(true);
    expect(switches.filter(({ atMs }) => atMs > startMs).length).toBeLessThanOrEqual(1);
    const ages = arrivals.filter(({ atMs }) => atMs > startMs).map(({ ageMs }) => ageMs);
    ages.sort((a, b) => a - b);
    expect(ages[Math.floor(0.95 * ages.length)]).toBeLessThanOrEqual(mbit >= 2 ? 400 : 1000);
  });
});
