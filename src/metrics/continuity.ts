import type { CameraFacts, TierFacts } from './cameras.js';

const tierCounters = [
  'published',
  'keyframes',
  'delivered',
  'droppedSlow',
  'droppedRate',
  'unchanged',
  'late',
  'encoded',
  'encodeMs',
] as const satisfies readonly (keyof TierFacts)[];

interface Series {
  /** What was counted before the last time that counting began anew. */
  base: readonly number[];
  last: readonly number[];
}

/**
 * Lets counters go on where they were when a camera or a tier is taken away and comes again: it counts from zero then,
 * and sums over counters that fall are wrong. Remembers a few numbers for each that there ever was.
 */
export class Continuity {
  readonly #series = new Map<string, Series>();

  /** The same facts, whose counters never go down from one call to the next. */
  over(cameras: readonly CameraFacts[]): readonly CameraFacts[] {
    return cameras.map((camera) => {
      const [frames = 0, corruptFrames = 0] = this.#goOn(camera.id, [camera.frames, camera.corruptFrames]);
      return { ...camera, frames, corruptFrames, tiers: camera.tiers.map((tier) => this.#overTier(camera.id, tier)) };
    });
  }

  #overTier(camera: string, tier: TierFacts): TierFacts {
    const counted = [...tierCounters.map((name) => tier[name]), tier.ages.sumMs, ...tier.ages.counts];
    const values = this.#goOn(`${camera} ${tier.name} ${tier.medium}`, counted);
    const counters = Object.fromEntries(tierCounters.map((name, index) => [name, values[index] ?? 0]));
    const [sumMs = 0, ...counts] = values.slice(tierCounters.length);
    return { ...tier, ...counters, ages: { ...tier.ages, sumMs, counts } };
  }

  /** Counters that belong together fall together: where one does, all have begun anew. */
  #goOn(key: string, values: readonly number[]): readonly number[] {
    const series = this.#series.get(key) ?? { base: values.map(() => 0), last: [] };
    if (series.last.some((before, index) => (values[index] ?? 0) < before)) series.base = add(series.base, series.last);
    series.last = values;
    this.#series.set(key, series);
    return add(series.base, values);
  }
}

function add(some: readonly number[], others: readonly number[]): readonly number[] {
  return some.map((value, index) => value + (others[index] ?? 0));
}
