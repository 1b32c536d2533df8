import { queryInvalid, tierNotFound } from '../../core/errors.js';
import type { TierChoice } from '../../hub/viewer-registry.js';
import type { PartOptions } from './parts.js';

/** What a viewer asks for in the query of a stream's URL. */
export interface StreamQuery extends PartOptions {
  /** A tier's name, or `auto`. */
  readonly tier: string;
  /** The best and the least tier that `auto` may give; undefined where nothing bounds it. */
  readonly maxTier: string | undefined;
  readonly minTier: string | undefined;
  /** The most frames a second; undefined for all. */
  readonly maxFps: number | undefined;
  readonly extraHeaders: boolean;
  /** The last picture is sent twice when no other follows: WebKit shows it then. */
  readonly dualFinalFrames: boolean;
  /** The client's own name for itself, shown in `/state`. */
  readonly key: string;
}

/** Unknown parameters are ignored: clients add their own. Throws QUERY_INVALID. */
export function parseStreamQuery(query: Readonly<Record<string, string>>): StreamQuery {
  return {
    tier: query.tier || 'auto',
    maxTier: query.max_tier || undefined,
    minTier: query.min_tier || undefined,
    maxFps: parseFps(query.fps),
    extraHeaders: parseFlag('extra_headers', query.extra_headers),
    advanceHeaders: parseFlag('advance_headers', query.advance_headers),
    dualFinalFrames: parseFlag('dual_final_frames', query.dual_final_frames),
    zeroData: parseFlag('zero_data', query.zero_data),
    key: parseKey(query.key),
  };
}

/** Which tiers the query asks for. */
export function tierChoice({ tier, maxTier, minTier }: Pick<StreamQuery, 'tier' | 'maxTier' | 'minTier'>): TierChoice {
  const bounds = { ...(maxTier === undefined ? {} : { maxTier }), ...(minTier === undefined ? {} : { minTier }) };
  return tier === 'auto' ? { mode: 'auto', ...bounds } : { mode: 'fixed', fixedTier: tier, ...bounds };
}

/**
 * Compares the bounds with the tiers that a camera has, best first. Throws TIER_NOT_FOUND, and QUERY_INVALID where the
 * least tier is better than the best.
 */
export function checkTierBounds({ maxTier, minTier }: StreamQuery, camera: string, tiers: readonly string[]): void {
  for (const tier of [maxTier, minTier]) {
    if (tier !== undefined && !tiers.includes(tier)) throw tierNotFound(tier, camera, tiers);
  }
  if (maxTier === undefined || minTier === undefined) return;
  if (tiers.indexOf(minTier) >= tiers.indexOf(maxTier)) return;
  throw queryInvalid('min_tier', minTier, `${maxTier}, which is max_tier, or a tier below it`);
}

const mostFps = 1000;

function parseFps(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const fps = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || fps > mostFps) {
    throw queryInvalid('fps', value, `a number from 0 (no limit) to ${mostFps}`);
  }
  return fps === 0 ? undefined : fps;
}

function parseFlag(name: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (/^(1|true|yes)$/i.test(value)) return true;
  if (/^(0|false|no|)$/i.test(value)) return false;
  throw queryInvalid(name, value, '1, true, yes, 0, false or no');
}

const longestKey = 256;

function parseKey(value: string | undefined): string {
  if (value === undefined || value === '') return '0';
  if (value.length > longestKey) throw queryInvalid('key', value, `at most ${longestKey} characters`);
  return value;
}
