import { describe, expect, it } from 'vitest';
import { checkTierBounds, tierChoice } from '../../../../src/hub/tier-query.js';
import { parseStreamQuery } from '../../../../src/transports/mjpeg/query.js';

const tiers = ['source', 'high', 'medium', 'low'];
const invalid = expect.objectContaining({ code: 'QUERY_INVALID', status: 400 });

describe('parseStreamQuery', () => {
  it('asks for everything in the tier that the server chooses where nothing is said', () => {
    const nothing = {
      tier: 'auto',
      maxTier: undefined,
      minTier: undefined,
      maxFps: undefined,
      extraHeaders: false,
      advanceHeaders: false,
      dualFinalFrames: false,
      zeroData: false,
      key: '0',
    };
    expect(parseStreamQuery({})).toEqual(nothing);
    expect(parseStreamQuery({ tier: '', fps: '', max_tier: '', min_tier: '', key: '', extra_headers: '' })).toEqual(
      nothing,
    );
  });

  it('ignores what clients add of their own', () => {
    const query = { cacheBust: '1700000000', _: '1', action: 'stream', bypassCache: 'x', Tier: 'low' };
    expect(parseStreamQuery(query)).toEqual(parseStreamQuery({}));
  });

  it.each([
    ['15', 15],
    ['0.5', 0.5],
    ['29.97', 29.97],
    ['1000', 1000],
    ['0', undefined],
    ['0.0', undefined],
  ])('reads fps=%s', (fps, maxFps) => {
    expect(parseStreamQuery({ fps }).maxFps).toBe(maxFps);
  });

  it.each(['-1', 'fast', '1e3', '1001', '0x10', ' 5', '5 ', '.5', '5.', 'NaN', 'Infinity', '1,5'])(
    'refuses fps=%j and says what is allowed',
    (fps) => {
      expect(() => parseStreamQuery({ fps })).toThrow(invalid);
      expect(() => parseStreamQuery({ fps })).toThrow(/a number from 0 \(no limit\) to 1000/);
    },
  );

  it.each(['extra_headers', 'advance_headers', 'dual_final_frames', 'zero_data'])('reads the flag %s', (name) => {
    const key = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as 'extraHeaders';
    for (const yes of ['1', 'true', 'YES']) expect(parseStreamQuery({ [name]: yes })[key]).toBe(true);
    for (const no of ['0', 'False', 'no', '']) expect(parseStreamQuery({ [name]: no })[key]).toBe(false);
    for (const odd of ['2', 'on', ' 1']) expect(() => parseStreamQuery({ [name]: odd })).toThrow(invalid);
  });

  it('bounds the key that it gives back in a cookie', () => {
    expect(parseStreamQuery({ key: 'a;b' }).key).toBe('a;b');
    expect(parseStreamQuery({ key: 'x'.repeat(256) }).key).toHaveLength(256);
    expect(() => parseStreamQuery({ key: 'x'.repeat(257) })).toThrow(invalid);
  });
});

describe('tierChoice', () => {
  it('tells the server’s choice and its bounds from a named tier', () => {
    expect(tierChoice(parseStreamQuery({}))).toEqual({ mode: 'auto' });
    expect(tierChoice(parseStreamQuery({ max_tier: 'high', min_tier: 'low' }))).toEqual({
      mode: 'auto',
      maxTier: 'high',
      minTier: 'low',
    });
    expect(tierChoice(parseStreamQuery({ tier: 'low' }))).toEqual({ mode: 'fixed', fixedTier: 'low' });
  });
});

describe('checkTierBounds', () => {
  const check = (query: Record<string, string>) => checkTierBounds(parseStreamQuery(query), 'front', tiers);

  it('accepts bounds in their order', () => {
    for (const query of [
      {},
      { max_tier: 'high' },
      { max_tier: 'high', min_tier: 'low' },
      { max_tier: 'low', min_tier: 'low' },
    ]) {
      expect(() => check(query)).not.toThrow();
    }
  });

  it('refuses tiers that are not there, and bounds the wrong way round', () => {
    expect(() => check({ max_tier: 'best' })).toThrow(expect.objectContaining({ code: 'TIER_NOT_FOUND' }));
    expect(() => check({ min_tier: 'auto' })).toThrow(expect.objectContaining({ code: 'TIER_NOT_FOUND' }));
    expect(() => check({ max_tier: 'low', min_tier: 'high' })).toThrow(invalid);
  });
});
