import type { LinkSample } from '../hub/link.js';

/**
 * A probe asks a link for more than its viewer needs: the next frame is sent with padding behind it, as one train, and
 * the rate at which the train drains is the link's. Pure.
 */
export interface Probe {
  /** Of the whole train, the frames between its padding included. */
  readonly trainBytes: number;
  /** Over how many frames it is spread. */
  readonly frames: number;
  readonly startedMs: number;
  /** The counters when it was ordered; what is acknowledged is counted from here. */
  readonly first: LinkSample;
  /** The first look at which a good part had drained: the rate is taken from here on. */
  readonly middle: LinkSample | null;
  /** The newest look at which the train was still under way. */
  readonly latest: LinkSample;
}

// Link rates are often enforced by a bucket that lets the first bytes pass unshaped; they must not count.
const headShare = 0.4;
const longestMs = 3000;

/** What each of the next frames is sent with. */
export interface Padding {
  readonly bytes: number;
  readonly frames: number;
}

/** The frames that are to have padding. */
export interface PaddedFrames {
  readonly fps: number;
  readonly frameBytes: number;
  /** Whether the padding may be spread over several. */
  readonly spreads: boolean;
}

export const noPadding: Padding = { bytes: 0, frames: 0 };

/**
 * The padding that keeps a link of that rate busy for that long. It is spread over the frames of that time: a link that
 * becomes slow meanwhile has one padded frame to carry, and not all of them.
 */
export function paddingFor(linkBps: number, durationMs: number, { fps, frameBytes, spreads }: PaddedFrames): Padding {
  const busyBytes = (linkBps * durationMs) / 8000;
  const isSpread = spreads && busyBytes >= smallTrainBytes;
  const frames = isSpread ? Math.max(1, Math.round((fps * durationMs) / 1000)) : 1;
  const wanted = frames === 1 ? busyBytes : overfill * busyBytes - frames * frameBytes;
  const bytes = Math.min(largestPadding, Math.max(smallestPadding, wanted));
  return { bytes: Math.round(bytes / frames), frames };
}

// So that the next frame always finds the last one on its way.
const overfill = 1.1;
// A second's worth of a link that is slow.
const smallTrainBytes = 125_000;
const smallestPadding = 12_000;
const largestPadding = 2_000_000;

export function startProbe(sample: LinkSample, { bytes, frames }: Padding, frameBytes: number): Probe {
  const trainBytes = frames * bytes + (frames - 1) * frameBytes;
  return { trainBytes, frames, startedMs: sample.atMs, first: sample, middle: null, latest: sample };
}

export type ProbeStep =
  | { readonly done: false; readonly probe: Probe }
  /** `bps` is null where it took too long: nothing drained to speak of. */
  | { readonly done: true; readonly bps: number | null };

/** Looks at a running probe. It is over when all of the train is acknowledged. */
export function watchProbe(probe: Probe, sample: LinkSample): ProbeStep {
  const drained = sample.ackedBytes - probe.first.ackedBytes;
  if (sample.trainEndBytes !== null && sample.ackedBytes >= sample.trainEndBytes) {
    return { done: true, bps: Math.max(rateBps(startOf(probe, sample), sample), insideBps(probe)) };
  }
  if (sample.atMs - probe.startedMs > longestMs) {
    return { done: true, bps: drained > 0 ? rateBps(probe.first, sample) : null };
  }
  const pastHead = probe.middle === null && drained >= headShare * probe.trainBytes;
  return { done: false, probe: { ...probe, latest: sample, ...(pastHead ? { middle: sample } : {}) } };
}

// The kernel counts busy time in ticks of 1 to 10 ms.
const leastBusyMs = 4;

/** Behind the head, unless next to nothing of the train was left by then. */
function startOf({ first, middle, trainBytes }: Probe, last: LinkSample): LinkSample {
  return middle !== null && last.ackedBytes - middle.ackedBytes >= leastTailShare * trainBytes ? middle : first;
}

const leastTailShare = 0.25;

const leastInsideMs = 180;

/**
 * The rate between two looks within the train; 0 where it was over too soon. The look at which it is over comes late,
 * and over a long way the frames behind it keep the connection busy until then.
 */
function insideBps({ middle, latest }: Probe): number {
  return middle !== null && latest.atMs - middle.atMs >= leastInsideMs ? rateBps(middle, latest) : 0;
}

function rateBps(from: LinkSample, to: LinkSample): number {
  return ((to.ackedBytes - from.ackedBytes) * 8000) / Math.max(leastBusyMs, to.busyMs - from.busyMs);
}
