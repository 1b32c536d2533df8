import { describe, expect, it } from 'vitest';
import { tiersFor } from '../../../src/adaptation/place.js';
import type { Medium } from '../../../src/hub/viewer-registry.js';

function setUp(tiers: Readonly<Record<Medium, readonly string[]>>, profile: string | null) {
  const allTierNames = ['source', 'high', 'medium', 'low'].filter((name) => Object.values(tiers).flat().includes(name));
  const camera = { profile, allTierNames, tierNamesOf: (medium: Medium) => tiers[medium] };
  return (medium: Medium) => tiersFor(camera, medium, { mode: 'auto' });
}

const encoded = ['high', 'medium', 'low'];

describe('the profile of a camera', () => {
  it.each(encoded)('is the same tier in each medium that has it: %s', (profile) => {
    const tiers = setUp({ jpeg: encoded, h264: ['source', ...encoded] }, profile);
    expect([tiers('jpeg'), tiers('h264')]).toEqual([[profile], [profile]]);
  });

  it('is the next tier below in a medium that does not have it', () => {
    const ofH264 = setUp({ jpeg: encoded, h264: ['source', ...encoded] }, 'source');
    expect([ofH264('jpeg'), ofH264('h264')]).toEqual([['high'], ['source']]);
    const ofJpeg = setUp({ jpeg: ['source', ...encoded], h264: encoded }, 'source');
    expect([ofJpeg('jpeg'), ofJpeg('h264')]).toEqual([['source'], ['high']]);
  });

  it('is the next tier above where there is none below', () => {
    // Of a machine that encodes no H.264.
    expect(setUp({ jpeg: encoded, h264: ['source'] }, 'low')('h264')).toEqual(['source']);
  });

  it('is the best where the camera turned out to have no own pictures', () => {
    const tiers = setUp({ jpeg: encoded, h264: encoded }, 'source');
    expect([tiers('jpeg'), tiers('h264')]).toEqual([['high'], ['high']]);
  });

  it('bounds nothing in a medium without tiers, nor where there is none', () => {
    expect(setUp({ jpeg: encoded, h264: [] }, 'low')('h264')).toEqual([]);
    expect(setUp({ jpeg: encoded, h264: encoded }, null)('h264')).toEqual(encoded);
  });
});
