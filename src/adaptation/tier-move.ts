import type { Viewer } from '../hub/viewer-registry.js';
import type { SwitchReason } from './decide.js';

/** What an adapter decided for a viewer: another tier, or another frame rate of the same. */
export interface TierMove {
  readonly tier: string;
  readonly direction: 'up' | 'down';
  readonly reason: SwitchReason;
  /** Where fewer frames are sent than the tier has. */
  readonly fps?: number;
  /** What the link was found to carry, bit/s; null where it never showed a limit. */
  readonly linkBps: number | null;
}

/** Adapts viewers of one medium: looks at their connections and remembers what they showed. */
export interface Adapter {
  /** Looks at a viewer, if it is of this medium; whoever asks carries the move out. Null where it stays. */
  look(viewer: Viewer, nowMs: number): TierMove | null;
  /** Forgets everybody else. */
  keepOnly(present: ReadonlySet<string>): void;
  /** How many it remembers. */
  readonly size: number;
  /** Idempotent. */
  close(): void;
}

/** `names` are best first. The same tier is given again where it is to have fewer frames, or more. */
export function directionOf(names: readonly string[], from: string, to: string, reason: SwitchReason): 'up' | 'down' {
  return reason === 'late' || names.indexOf(to) > names.indexOf(from) ? 'down' : 'up';
}
