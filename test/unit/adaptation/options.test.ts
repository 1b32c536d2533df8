import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitrateBps,
  type Choice,
  choose,
  compareChoices,
  leastFps,
  linkShare,
  neededBps,
} from '../../../src/adaptation/options.js';
import { defaultOptions, logarithmic, tierSets } from './arbitraries.js';

const rates = logarithmic(1e4, 1e9);

describe('choose', () => {
  it('gives the best where the link never showed a limit', () => {
    fc.assert(
      fc.property(tierSets, (options) => {
        expect(choose(options, null)).toEqual({ tier: options[0]?.name, fps: options[0]?.fps, full: true });
      }),
    );
  });

  it('gives what fits in its share of the link, or the fewest frames that there may be', () => {
    fc.assert(
      fc.property(tierSets, rates, (options, linkBps) => {
        const choice = choose(options, linkBps);
        const fits = neededBps(options, choice) <= linkShare * linkBps * (1 + 1e-9);
        expect(fits || choice.fps === leastFps).toBe(true);
      }),
    );
  });

  it('leaves out frames only of the smallest tier, and only where no whole tier fits', () => {
    fc.assert(
      fc.property(tierSets, rates, (options, linkBps) => {
        const choice = choose(options, linkBps);
        const fitting = options.find((option) => bitrateBps(option) <= linkShare * linkBps);
        if (fitting !== undefined) expect(choice).toEqual({ tier: fitting.name, fps: fitting.fps, full: true });
        else {
          expect(choice.tier).toBe(options.at(-1)?.name);
          expect(choice.full).toBe(false);
          expect(choice.fps).toBeGreaterThanOrEqual(leastFps);
          expect(choice.fps).toBeLessThanOrEqual(options.at(-1)?.fps ?? 0);
        }
      }),
    );
  });

  it('is monotone: a faster link never gets a worse choice', () => {
    fc.assert(
      fc.property(tierSets, rates, logarithmic(1, 100), (options, linkBps, factor) => {
        const faster = choose(options, linkBps * factor);
        expect(compareChoices(options, faster, choose(options, linkBps))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('takes the tier with the smallest frames where tiers are in another order', () => {
    const odd = [
      { name: 'sharp', fps: 5, frameBytes: 90_000 },
      { name: 'small', fps: 30, frameBytes: 20_000 },
      { name: 'gray', fps: 30, frameBytes: 25_000 },
    ];
    expect(choose(odd, 1e6)).toMatchObject({ tier: 'small', full: false });
  });

  it('throws where there is no tier', () => {
    expect(() => choose([], null)).toThrow(RangeError);
  });
});

describe('compareChoices', () => {
  const choices = (options: typeof defaultOptions): fc.Arbitrary<Choice> =>
    fc.record({
      tier: fc.constantFrom(...options.map(({ name }) => name)),
      fps: logarithmic(leastFps, 60),
      full: fc.boolean(),
    });

  it('is antisymmetric, and holds each choice equal to itself', () => {
    fc.assert(
      fc.property(choices(defaultOptions), choices(defaultOptions), (a, b) => {
        const there = Math.sign(compareChoices(defaultOptions, a, b));
        expect(there + Math.sign(compareChoices(defaultOptions, b, a))).toBe(0);
        expect(compareChoices(defaultOptions, a, a)).toBe(0);
      }),
    );
  });

  it('is transitive', () => {
    const three = fc.tuple(choices(defaultOptions), choices(defaultOptions), choices(defaultOptions));
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        fc.pre(compareChoices(defaultOptions, a, b) > 0 && compareChoices(defaultOptions, b, c) > 0);
        expect(compareChoices(defaultOptions, a, c)).toBeGreaterThan(0);
      }),
    );
  });

  it('puts tiers before frame rates', () => {
    const better = { tier: 'medium', fps: 1, full: false };
    expect(compareChoices(defaultOptions, better, { tier: 'low', fps: 60, full: true })).toBeGreaterThan(0);
  });
});
