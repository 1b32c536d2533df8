import { describe, expect, it } from 'vitest';
import { BucketCounts } from '../../../src/core/bucket-counts.js';

describe('BucketCounts', () => {
  it('counts what lies up to each bound, and above all of them', () => {
    const ages = new BucketCounts([1, 10, 100]);
    for (const ms of [-1, 0, 1, 1.01, 10, 99.9, 100, 100.1, 1e9]) ages.add(ms);
    expect(ages.counts).toEqual([3, 2, 2, 2]);
    expect(ages.boundsMs).toEqual([1, 10, 100]);
    expect(ages.sumMs).toBeCloseTo(1e9 + 311.01, 3);
  });
});
