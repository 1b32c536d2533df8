import { queryInvalid } from '../../core/errors.js';
import { parseTierQuery, type TierQuery } from '../../hub/tier-query.js';
import type { PartOptions } from './parts.js';

/** What a viewer asks for in the query of a stream's URL. */
export interface StreamQuery extends PartOptions, TierQuery {
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
    ...parseTierQuery(query),
    maxFps: parseFps(query.fps),
    extraHeaders: parseFlag('extra_headers', query.extra_headers),
    advanceHeaders: parseFlag('advance_headers', query.advance_headers),
    dualFinalFrames: parseFlag('dual_final_frames', query.dual_final_frames),
    zeroData: parseFlag('zero_data', query.zero_data),
    key: parseKey(query.key),
  };
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
