import { expect, it } from 'vitest';
import { Tiers } from '../../../src/camera/tiers.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { cameraConfig } from '../fakes.js';

const named = (...names: readonly string[]) => {
  const [tier] = cameraConfig().tiers;
  if (tier === undefined) throw new Error('there is no tier');
  return names.map((name) => ({ ...tier, name }));
};

function tiersOf(names: readonly string[], mostVideoTiers: number | null, own = false): Tiers {
  return new Tiers(named(...names), {
    clock: monotonicMs,
    own: { pass: () => own },
    mostVideoTiers: () => mostVideoTiers,
    onDemand: () => {},
    onKeyframeWanted: () => {},
  });
}

it('has each tier in both media', () => {
  const tiers = tiersOf(['high', 'medium', 'low'], null);
  expect(tiers.namesOf('h264')).toEqual(['high', 'medium', 'low']);
  expect(tiers.video('medium')).toBeDefined();
});

it('encodes no more to H.264 than it may: the best, and the last for those who can have no more', () => {
  const tiers = tiersOf(['high', 'medium', 'low'], 2);
  expect(tiers.namesOf('jpeg')).toEqual(['high', 'medium', 'low']);
  expect(tiers.namesOf('h264')).toEqual(['high', 'low']);
  expect(tiers.names).toEqual(['high', 'medium', 'low']);
  expect(tiers.video('medium')).toBeUndefined();
  expect(tiers.video('low')).toBeDefined();
  expect(tiersOf(['high', 'low'], 2).namesOf('h264')).toEqual(['high', 'low']);
  expect(tiersOf(['high', 'low'], 0).namesOf('h264')).toEqual([]);
});

it("does not count the camera's own, which nobody encodes", () => {
  expect(tiersOf(['high', 'medium', 'low'], 2, true).namesOf('h264')).toEqual(['source', 'high', 'low']);
});
