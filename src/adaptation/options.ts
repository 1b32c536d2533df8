/** What a viewer can be given, and which of it fits a link. Pure. */

/** A tier as the choice sees it. */
export interface TierOption {
  readonly name: string;
  /** Its full frame rate. */
  readonly fps: number;
  /** The mean size of its frames, measured or predicted. */
  readonly frameBytes: number;
}

/** A tier at a frame rate. */
export interface Choice {
  readonly tier: string;
  readonly fps: number;
  /** Whether `fps` is all that the tier has. */
  readonly full: boolean;
}

/** How much of a link may be used: the rest is for what TCP and the frames' varying sizes need. */
export const linkShare = 0.85;

/** Fewer frames than this show no motion at all; a link that can't carry them is late, not dark. */
export const leastFps = 0.5;

export function bitrateBps({ fps, frameBytes }: Pick<TierOption, 'fps' | 'frameBytes'>): number {
  return 8 * fps * frameBytes;
}

/**
 * The best that fits: first a lower tier, then fewer frames. `options` are best first and not empty; `linkBps` is what
 * the link carries, null where it never showed a limit.
 */
export function choose(options: readonly TierOption[], linkBps: number | null): Choice {
  const [best] = options;
  const last = options.at(-1);
  if (best === undefined || last === undefined) throw new RangeError('there must be at least one tier to choose from');
  if (linkBps === null) return { tier: best.name, fps: best.fps, full: true };
  const budgetBps = linkShare * linkBps;
  const fitting = options.find((option) => bitrateBps(option) <= budgetBps);
  if (fitting !== undefined) return { tier: fitting.name, fps: fitting.fps, full: true };
  const smallest = options.reduce((least, option) => (option.frameBytes < least.frameBytes ? option : least), last);
  const fps = Math.max(leastFps, Math.min(smallest.fps, budgetBps / (8 * smallest.frameBytes)));
  return { tier: smallest.name, fps, full: false };
}

/** What a choice needs of the link. */
export function neededBps(options: readonly TierOption[], choice: Choice): number {
  const option = options.find(({ name }) => name === choice.tier);
  return option === undefined ? 0 : bitrateBps({ fps: choice.fps, frameBytes: option.frameBytes });
}

/** Less than 0: `a` is worse than `b`; more than 0: better; 0: the same tier at frame rates within a seventh. */
export function compareChoices(options: readonly TierOption[], a: Choice, b: Choice): number {
  const place = (choice: Choice) => options.findIndex(({ name }) => name === choice.tier);
  if (a.tier !== b.tier) return place(b) - place(a);
  const ratio = a.fps / b.fps;
  return ratio > 1.15 ? 1 : ratio < 1 / 1.15 ? -1 : 0;
}
