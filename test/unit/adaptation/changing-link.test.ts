/** What holds when a link becomes slower or faster, or what may be given changes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, compareChoices, type TierOption } from '../../../src/adaptation/options.js';
import { type SimulatedOutcome, simulate } from '../../support/link-simulator.js';
import { defaultOptions, detailedOptions, logarithmic, randomFrom, tierSets } from './arbitraries.js';

const fallMs = 15_000;
const riseMs = 45_000;
const durationMs = 90_000;
const sameRuns = { seed: 20_260_102, numRuns: 60, endOnFailure: true };

interface Change {
  readonly highBps: number;
  readonly lowBps: number;
  readonly bucketBytes: number;
  readonly rttMs: number;
  readonly seed: number;
}

const changes: fc.Arbitrary<Change> = fc.record({
  highBps: logarithmic(10e6, 40e6),
  lowBps: logarithmic(0.8e6, 3e6),
  bucketBytes: logarithmic(2000, 24_000),
  rttMs: logarithmic(0.1, 20),
  seed: fc.integer(),
});

function run(options: readonly TierOption[], { highBps, lowBps, bucketBytes, rttMs, seed }: Change): SimulatedOutcome {
  const rateBps = (atMs: number) => (atMs < fallMs || atMs >= riseMs ? highBps : lowBps);
  return simulate({ options, link: { rateBps, bucketBytes, rttMs }, durationMs, random: randomFrom(seed) });
}

/** When the first frame arrived after which none arrived late until `untilMs`, and no gap was as long. */
function freshFrom({ arrivals }: SimulatedOutcome, fromMs: number, untilMs: number, lateMs: number): number {
  const later = arrivals.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const stale = later.findLastIndex(
    ({ atMs, ageMs }, i) => ageMs >= lateMs || (later[i + 1]?.atMs ?? untilMs) - atMs >= lateMs + 1000,
  );
  return later[stale + 1]?.atMs ?? Number.POSITIVE_INFINITY;
}

describe('a viewer whose link changes', () => {
  it('has fresh frames again within two seconds of a fall from 20 to 1 Mb/s, and from then on', () => {
    fc.assert(
      fc.property(fc.integer(), logarithmic(2000, 24_000), logarithmic(0.1, 20), (seed, bucketBytes, rttMs) => {
        const outcome = run(defaultOptions, { highBps: 20e6, lowBps: 1e6, bucketBytes, rttMs, seed });
        expect(freshFrom(outcome, fallMs, riseMs, 1000) - fallMs).toBeLessThanOrEqual(2000);
      }),
      sameRuns,
    );
  });

  it('has them in time wherever the fall finds it, in a probe as well', () => {
    const lateMs: number[] = [];
    for (let atMs = 20_000; atMs < 32_000; atMs += 100) {
      const outcome = simulate({
        options: detailedOptions,
        link: { rateBps: (ms) => (ms < atMs ? 19e6 : 0.957e6), bucketBytes: 16_384, rttMs: 0.1 },
        durationMs: atMs + 6000,
        sizeSpread: 0.02,
        random: randomFrom(1),
      });
      const freshMs = freshFrom(outcome, atMs, atMs + 5000, 1000) - atMs;
      if (freshMs > 2000) lateMs.push(freshMs);
    }
    expect(lateMs.length).toBeLessThanOrEqual(1);
    // Of two padded frames and the one before them all is on its way by then.
    expect(Math.max(0, ...lateMs)).toBeLessThan(2500);
  });

  it('has the best that fits within fifteen seconds of a rise', () => {
    fc.assert(
      fc.property(changes, (change) => {
        const { tier, fps } = run(defaultOptions, change).at(riseMs + 15_000);
        const least = choose(defaultOptions, 0.8 * change.highBps);
        expect(compareChoices(defaultOptions, { tier, fps, full: true }, least)).toBeGreaterThanOrEqual(0);
      }),
      sameRuns,
    );
  });

  it('waits longer and longer between probes that find nothing, and no longer than the longest wait', () => {
    const { final } = simulate({
      options: defaultOptions,
      link: { rateBps: () => 2e6, bucketBytes: 4000, rttMs: 1 },
      durationMs,
    });
    expect(final.probeWaitMs).toBe(9000);
  });
});

describe('a viewer whose tiers change', () => {
  const link = { rateBps: () => 6e6, bucketBytes: 4000, rttMs: 1 };

  it('never gets a tier that it may not have', () => {
    fc.assert(
      fc.property(tierSets, fc.nat(), fc.nat(), logarithmic(0.5e6, 40e6), (options, a, b, linkBps) => {
        const [from = 0, to = 0] = [a % options.length, b % options.length].sort((x, y) => x - y);
        const bounded = options.slice(from, to + 1);
        const { choices } = simulate({
          options: (atMs) => (atMs < 10_000 ? options : bounded),
          link: { ...link, rateBps: () => linkBps },
          durationMs: 20_000,
        });
        const allowed = bounded.map(({ name }) => name);
        // The look of that moment moves it.
        for (const { tier } of choices.filter(({ atMs }) => atMs > 11_000)) expect(allowed).toContain(tier);
        expect(allowed).toContain(choices.at(-1)?.tier);
      }),
      sameRuns,
    );
  });

  it('goes up at once to a tier that was made small enough', () => {
    const smaller = defaultOptions.map((option) =>
      option.name === 'medium' ? { ...option, frameBytes: 20_000 } : option,
    );
    const { at, switches } = simulate({
      options: (atMs) => (atMs < 20_000 ? defaultOptions : smaller),
      link,
      durationMs: 40_000,
    });
    expect(at(19_000).tier).toBe('low');
    expect(at(32_000).tier).toBe('medium');
    expect(switches.at(-1)?.reason).toBe('link');
  });

  it('goes down when its tier becomes too large, or is taken away', () => {
    const larger = defaultOptions.map((option) =>
      option.name === 'medium' ? { ...option, frameBytes: 90_000 } : option,
    );
    const fast = { ...link, rateBps: () => 10e6 };
    const grown = simulate({
      options: (atMs) => (atMs < 20_000 ? defaultOptions : larger),
      link: fast,
      durationMs: 25_000,
    });
    expect([grown.at(19_000).tier, grown.at(25_000).tier]).toEqual(['medium', 'low']);
    const without = defaultOptions.filter(({ name }) => name !== 'medium');
    const gone = simulate({
      options: (atMs) => (atMs < 20_000 ? defaultOptions : without),
      link: fast,
      durationMs: 25_000,
    });
    expect([gone.at(19_000).tier, gone.at(25_000).tier]).toEqual(['medium', 'low']);
    expect(gone.switches.at(-1)?.reason).toBe('bounds');
  });
});
