import { linkShare } from '../options.js';

/** A tier of H.264 as the decision sees it. */
export interface VideoTierOption {
  readonly name: string;
  /** What it takes now, bit/s, as it is sent, with all headers. */
  readonly bitrateBps: number;
  /** What it may take when the picture is moving, bit/s: more than now where it is still. */
  readonly mostBps: number;
}

// Between what fits and what is too much a viewer stays where it is.
const tooMuchShare = 1.05 * linkShare;

/** The link it takes to give a viewer the tier. */
export function linkNeededBps({ mostBps }: VideoTierOption): number {
  return mostBps / linkShare;
}

/** Whether a viewer that has the tier can't keep it. */
export function isTooMuch({ bitrateBps }: VideoTierOption, linkBps: number): boolean {
  return bitrateBps > tooMuchShare * linkBps;
}

/** The best that fits in the link, else the least. `options` are best first and not empty. */
export function fittingTier(options: readonly VideoTierOption[], linkBps: number): VideoTierOption {
  const least = options.at(-1);
  if (least === undefined) throw new RangeError('there must be at least one tier to choose from');
  return options.find((option) => linkNeededBps(option) <= linkBps) ?? least;
}
