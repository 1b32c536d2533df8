/** Who may be given which tier. */

export interface TierBounds {
  /** The tier that the camera's `auto` viewers are held to; null for none. */
  readonly profile: string | null;
  readonly mode: 'auto' | 'fixed';
  /** Of a `fixed` viewer. */
  readonly fixedTier?: string;
  /** The best and the least tier that an `auto` viewer wants. */
  readonly maxTier?: string;
  readonly minTier?: string;
}

/**
 * The tiers that a viewer may be on, best first and never empty. `tiers` are the camera's, best first, at least one.
 *
 * A `fixed` viewer has its tier and no other. An `auto` viewer has those between its own bounds; the camera's profile
 * narrows them to one: itself, or the bound that is nearest to it. A tier that the camera doesn't have (any more)
 * bounds nothing, and where the bounds have come to exclude each other the upper one counts: it guards a link.
 */
export function allowedTiers(tiers: readonly string[], bounds: TierBounds): readonly string[] {
  const { mode, fixedTier, profile, maxTier, minTier } = bounds;
  if (mode === 'fixed' && fixedTier !== undefined && tiers.includes(fixedTier)) return [fixedTier];
  const best = Math.max(0, tiers.indexOf(maxTier ?? ''));
  const lowest = tiers.indexOf(minTier ?? '');
  const least = Math.max(best, lowest < 0 ? tiers.length - 1 : lowest);
  const held = tiers.indexOf(profile ?? '');
  if (held < 0) return tiers.slice(best, least + 1);
  const one = Math.min(least, Math.max(best, held));
  return tiers.slice(one, one + 1);
}
