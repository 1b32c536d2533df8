import { queryInvalid, tierNotFound } from '../core/errors.js';
import type { TierChoice } from './viewer-registry.js';

/** Which tiers a viewer asks for in the query of its URL, whatever the transport. */
export interface TierQuery {
  /** A tier's name, or `auto`. */
  readonly tier: string;
  /** The best and the least tier that `auto` may give; undefined where nothing bounds it. */
  readonly maxTier: string | undefined;
  readonly minTier: string | undefined;
}

export function parseTierQuery(query: Readonly<Record<string, string>>): TierQuery {
  return { tier: query.tier || 'auto', maxTier: query.max_tier || undefined, minTier: query.min_tier || undefined };
}

export function tierChoice({ tier, maxTier, minTier }: TierQuery): TierChoice {
  const bounds = { ...(maxTier === undefined ? {} : { maxTier }), ...(minTier === undefined ? {} : { minTier }) };
  return tier === 'auto' ? { mode: 'auto', ...bounds } : { mode: 'fixed', fixedTier: tier, ...bounds };
}

/**
 * Compares the bounds with the tiers that a camera has, best first. Throws TIER_NOT_FOUND, and QUERY_INVALID where the
 * least tier is better than the best.
 */
export function checkTierBounds({ maxTier, minTier }: TierQuery, camera: string, tiers: readonly string[]): void {
  for (const tier of [maxTier, minTier]) {
    if (tier !== undefined && !tiers.includes(tier)) throw tierNotFound(tier, camera, tiers);
  }
  if (maxTier === undefined || minTier === undefined) return;
  if (tiers.indexOf(minTier) >= tiers.indexOf(maxTier)) return;
  throw queryInvalid('min_tier', minTier, `${maxTier}, which is max_tier, or a tier below it`);
}
