import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedTiers, type TierBounds } from '../../../src/adaptation/bounds.js';

const tiers = ['source', 'high', 'medium', 'low'];

function allowed(bounds: Partial<TierBounds>): readonly string[] {
  return allowedTiers(tiers, { profile: null, mode: 'auto', ...bounds });
}

describe('the tiers that a viewer may be on', () => {
  it('are all of them for an auto viewer without bounds', () => {
    expect(allowed({})).toEqual(tiers);
  });

  it('are its own for a fixed viewer, whatever the profile and the bounds are', () => {
    expect(allowed({ mode: 'fixed', fixedTier: 'low', profile: 'high', maxTier: 'high', minTier: 'high' })).toEqual([
      'low',
    ]);
  });

  it('are those of an auto viewer where its own has gone', () => {
    expect(allowed({ mode: 'fixed', fixedTier: 'gone', maxTier: 'medium' })).toEqual(['medium', 'low']);
  });

  it('lie between the bounds, which belong to them', () => {
    expect(allowed({ maxTier: 'high' })).toEqual(['high', 'medium', 'low']);
    expect(allowed({ minTier: 'medium' })).toEqual(['source', 'high', 'medium']);
    expect(allowed({ maxTier: 'high', minTier: 'medium' })).toEqual(['high', 'medium']);
    expect(allowed({ maxTier: 'medium', minTier: 'medium' })).toEqual(['medium']);
  });

  it('are the profile, or the bound that is nearest to it', () => {
    expect(allowed({ profile: 'medium' })).toEqual(['medium']);
    expect(allowed({ profile: 'source', maxTier: 'medium' })).toEqual(['medium']);
    expect(allowed({ profile: 'low', minTier: 'high' })).toEqual(['high']);
  });

  it('are not bounded by tiers that are not there', () => {
    expect(allowed({ profile: 'gone', maxTier: 'gone', minTier: 'gone' })).toEqual(tiers);
  });

  it('are never better than the upper bound where the bounds exclude each other', () => {
    expect(allowed({ maxTier: 'low', minTier: 'high' })).toEqual(['low']);
  });

  it('are at least one, in the order of the camera, for all there may be', () => {
    const name = fc.constantFrom(...tiers, 'gone');
    const bounds = fc.record(
      {
        profile: fc.option(name),
        mode: fc.constantFrom('auto', 'fixed'),
        fixedTier: name,
        maxTier: name,
        minTier: name,
      },
      { requiredKeys: ['profile', 'mode'] },
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(tiers, { minLength: 1 }), bounds, (known, one) => {
        const result = allowedTiers(known, one);
        expect(result.length).toBeGreaterThan(0);
        expect(result).toEqual(known.filter((tier) => result.includes(tier)));
      }),
    );
  });
});
