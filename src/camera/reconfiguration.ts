/** What a changed configuration means for a camera that may be playing. */

import { isDeepStrictEqual } from 'node:util';
import type { CameraConfig, TierConfig } from '../config/config.js';
import type { TierChange } from './tier-settings.js';

/** Whether its pictures come from somewhere else, or in another manner. */
export function hasOtherSource(before: CameraConfig, after: CameraConfig): boolean {
  return !isDeepStrictEqual(mannerOf(before), mannerOf(after));
}

/** Whether there are other tiers, or the same in another order. */
export function hasOtherTiers(before: CameraConfig, after: CameraConfig): boolean {
  return !isDeepStrictEqual(namesOf(before), namesOf(after));
}

/** Whether another mode of the camera may suit the best tier: cameras can't change theirs while they play. */
export function wantsOtherMode(before: CameraConfig, after: CameraConfig): boolean {
  if (after.source.kind !== 'v4l2' && after.source.kind !== 'csi') return false;
  const mode = ({ tiers: [best] }: CameraConfig) => best && [best.width, best.height, best.fps];
  return !isDeepStrictEqual(mode(before), mode(after));
}

/** Whether another process, or others than before, work on its pictures. */
export function hasOtherWorkers(before: CameraConfig, after: CameraConfig): boolean {
  return before.isolation !== after.isolation || before.acceleration !== after.acceleration;
}

/** By tier, the settings that aren't what they were; the tiers are those that both have. */
export function changedTiers(before: CameraConfig, after: CameraConfig): ReadonlyMap<string, TierChange> {
  const changes = new Map<string, TierChange>();
  for (const tier of after.tiers) {
    const old = before.tiers.find(({ name }) => name === tier.name);
    if (old !== undefined && !isDeepStrictEqual(old, tier)) changes.set(tier.name, changeBetween(old, tier));
  }
  return changes;
}

function changeBetween(before: TierConfig, after: TierConfig): TierChange {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => old.get(key) !== value));
}

/** All but what can change while the pipeline plays. */
function mannerOf(config: CameraConfig) {
  const {
    name: _n,
    tiers: _t,
    lingerMs: _l,
    retryMaxMs: _r,
    minFps: _m,
    isolation: _i,
    acceleration: _a,
    ...manner
  } = config;
  return manner;
}

function namesOf({ tiers }: CameraConfig): readonly string[] {
  return tiers.map(({ name }) => name);
}
