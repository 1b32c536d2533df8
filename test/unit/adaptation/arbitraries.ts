/** Random links and tiers. */
import fc from 'fast-check';
import type { TierOption } from '../../../src/adaptation/options.js';

/** As the default tiers of a detailed 1080p30 camera come out. */
export const defaultOptions: readonly TierOption[] = [
  { name: 'source', fps: 30, frameBytes: 180_000 },
  { name: 'high', fps: 30, frameBytes: 120_000 },
  { name: 'medium', fps: 20, frameBytes: 45_000 },
  { name: 'low', fps: 15, frameBytes: 11_500 },
];

/** With more detail: the third nearly fills a link of 16 Mb/s, and the last one overfills 2. */
export const detailedOptions: readonly TierOption[] = [
  { name: 'source', fps: 30, frameBytes: 182_000 },
  { name: 'high', fps: 30, frameBytes: 172_000 },
  { name: 'medium', fps: 20, frameBytes: 65_500 },
  { name: 'low', fps: 15, frameBytes: 18_350 },
];

/** Best first: each tier has fewer and smaller frames than the one before. */
export const tierSets: fc.Arbitrary<readonly TierOption[]> = fc
  .record({
    fps: fc.integer({ min: 10, max: 60 }),
    frameBytes: logarithmic(20_000, 200_000),
    steps: fc.array(
      fc.record({
        bytes: fc.double({ min: 1.4, max: 5, noNaN: true }),
        fps: fc.double({ min: 0.5, max: 1, noNaN: true }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ fps, frameBytes, steps }) => {
    const options: TierOption[] = [{ name: 'tier0', fps, frameBytes }];
    for (const [i, step] of steps.entries()) {
      const above = options[i] ?? { fps, frameBytes };
      options.push({
        name: `tier${i + 1}`,
        fps: Math.max(5, Math.round(above.fps * step.fps)),
        frameBytes: above.frameBytes / step.bytes,
      });
    }
    return options;
  });

export interface RandomLink {
  readonly linkBps: number;
  readonly bucketBytes: number;
  readonly rttMs: number;
  readonly sizeSpread: number;
  readonly seed: number;
}

/** A bucket holds a quarter of a second at most: with more, a link is what its bucket is. */
export function links({ mostRttMs = 150, leastBps = 0.4e6 } = {}): fc.Arbitrary<RandomLink> {
  return fc
    .record({
      linkBps: logarithmic(leastBps, 60e6),
      bucketBytes: logarithmic(2000, 64_000),
      rttMs: logarithmic(0.1, mostRttMs),
      sizeSpread: fc.double({ min: 0, max: 0.3, noNaN: true }),
      seed: fc.integer(),
    })
    .map((link) => ({ ...link, bucketBytes: Math.min(link.bucketBytes, link.linkBps / 32) }));
}

export interface UnevenLink extends RandomLink {
  /** The receiver acknowledges so many bytes at once. */
  readonly ackBytes: number;
  /** Once or so a second nothing happens for a moment, at most so long. */
  readonly longestRestMs: number;
}

/** As networks and busy machines make them. */
export const unevenLinks: fc.Arbitrary<UnevenLink> = fc
  .tuple(links({ leastBps: 0.8e6, mostRttMs: 20 }), logarithmic(1500, 6000), logarithmic(5, 60))
  .map(([link, ackBytes, longestRestMs]) => ({ ...link, ackBytes, longestRestMs }));

/** The moments of rest in a time. */
export function restsOf({ seed, longestRestMs }: UnevenLink, durationMs: number): (atMs: number) => boolean {
  const random = randomFrom(seed + 1);
  const rests: { readonly fromMs: number; readonly untilMs: number }[] = [];
  for (let fromMs = 0; fromMs < durationMs; fromMs += 200 + 1600 * random()) {
    rests.push({ fromMs, untilMs: fromMs + longestRestMs * random() ** 2 });
  }
  return (atMs) => rests.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs);
}

export function logarithmic(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp);
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
