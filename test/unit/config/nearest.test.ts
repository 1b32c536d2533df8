import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../../src/config/nearest.js';

describe('nearest', () => {
  it.each([
    ['prot', 'port'],
    ['hots', 'host'],
    ['widht', 'width'],
    ['latency', 'latency_ms'],
    ['PORT', 'port'],
    ['foo', undefined],
    ['', undefined],
  ])('%s → %s', (name, expected) => {
    expect(nearest(name, ['host', 'port', 'width', 'fps', 'latency_ms'])).toBe(expected);
  });
});

describe('editDistance', () => {
  it('counts changes, and swapped neighbours as one', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('prot', 'port')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('is symmetric, zero for equals alone, and at most the longer length', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right);
        expect(distance).toBe(editDistance(right, left));
        expect(distance === 0).toBe(left === right);
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      }),
    );
  });
});
