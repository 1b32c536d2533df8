/** Random links for video, and tiers. */
import fc from 'fast-check';
import type { SimulatedUdpLink } from '../../../support/udp-link-model.js';
import {
  type SimulatedVideoOutcome,
  type SimulatedVideoRun,
  simulateVideo,
} from '../../../support/video-link-simulator.js';
import type { SimulatedTier } from '../../../support/video-sender-model.js';
import { logarithmic, randomFrom } from '../arbitraries.js';

/** The default tiers, and one that a link of 0.7 Mb/s carries. */
export const videoTiers: readonly SimulatedTier[] = [
  { name: 'high', fps: 30, bitrateBps: 4e6 },
  { name: 'medium', fps: 20, bitrateBps: 2e6 },
  { name: 'low', fps: 15, bitrateBps: 1e6 },
  { name: 'tiny', fps: 15, bitrateBps: 0.5e6 },
];

/** Best first, two to four, each at most two thirds of the one above. */
export const videoTierSets: fc.Arbitrary<readonly SimulatedTier[]> = fc
  .record({
    bestBps: logarithmic(2e6, 8e6),
    fps: fc.integer({ min: 10, max: 60 }),
    ratios: fc.array(fc.double({ min: 1.5, max: 3, noNaN: true }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ bestBps, fps, ratios }) => {
    let bitrateBps = bestBps;
    const lower = ratios.map((ratio, i) => {
      bitrateBps = Math.max(150_000, bitrateBps / ratio);
      return { name: `tier${i + 1}`, fps, bitrateBps };
    });
    return [{ name: 'tier0', fps, bitrateBps: bestBps }, ...lower];
  });

export interface RandomVideoLink extends Omit<SimulatedUdpLink, 'rateBps'> {
  /** Between 0 and 1: from what the least tier needs to twice what the best does. */
  readonly share: number;
  readonly seed: number;
}

export function videoLinks({ losses = [0], leastQueueMs = 60 } = {}): fc.Arbitrary<RandomVideoLink> {
  return fc.record({
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    queueMs: logarithmic(leastQueueMs, 1000),
    rttMs: logarithmic(1, 120),
    jitterMs: fc.double({ min: 0, max: 4, noNaN: true }),
    lossRatio: fc.constantFrom(...losses),
    seed: fc.integer(),
  });
}

/** What the link of a run carries, bit/s. */
export function rateOf(tiers: readonly SimulatedTier[], { share }: RandomVideoLink): number {
  const least = (tiers.at(-1)?.bitrateBps ?? 0) / 0.8;
  const most = (2 * (tiers[0]?.bitrateBps ?? 0)) / 0.85;
  return least * (most / least) ** share;
}

export function runVideo(
  tiers: readonly SimulatedTier[],
  link: RandomVideoLink,
  options: Partial<SimulatedVideoRun> & { readonly rateBps?: (atMs: number) => number } = {},
): SimulatedVideoOutcome {
  const { rateBps = () => rateOf(tiers, link), durationMs = 60_000, ...others } = options;
  return simulateVideo({ tiers, link: { ...link, rateBps }, durationMs, random: randomFrom(link.seed), ...others });
}

/** Less is better: the place of a tier. */
export function placeOf(tiers: readonly SimulatedTier[], name: string): number {
  return tiers.findIndex((tier) => tier.name === name);
}

/** The place of the best that fits in 85 % of the link; of the least where none does. */
export function fittingPlace(tiers: readonly SimulatedTier[], linkBps: number): number {
  const place = tiers.findIndex(({ bitrateBps }) => bitrateBps <= 0.85 * linkBps);
  return place < 0 ? tiers.length - 1 : place;
}
