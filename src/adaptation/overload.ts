import type { LinkSample } from '../hub/link.js';
import { read } from './link-meter.js';
import { type Choice, neededBps } from './options.js';
import type { AdaptationInput, AdaptationState } from './state.js';

/** Tells whether a link carries less than is sent. Pure. */

/** What the link carries, where that is too little for the present choice; null where all is well. */
export function overloadedLinkBps(
  state: AdaptationState,
  { options, pendingAgeMs, sample }: AdaptationInput,
): number | null {
  const { rttMs, minRttMs } = sample;
  const { fps, full } = state.choice;
  const reading = read(state.history, fps);
  if (reading === null) return null;
  const { saturatedBps, saturatedMs, goodputBps } = reading;
  const needed = neededBps(options, state.choice);
  if (saturatedBps !== null) {
    const capped = state.linkBps === null ? saturatedBps : Math.min(saturatedBps, 1.2 * state.linkBps);
    const limitMs = lateMs(state.choice);
    const isLate = pendingAgeMs >= limitMs + 2 * minRttMs || (rttMs - minRttMs >= limitMs && !isRttFalling(state));
    const isLong = saturatedMs >= leastExcessMs;
    if (isLate || (isLong && needed > (full ? leastExcess : leastExcessOfPaced) * saturatedBps)) return capped;
  }
  // With fewer frames than the tier has, the choice itself keeps the link that busy.
  if (!full || sample.atMs - (state.drained ?? sample).atMs < leastLoadMs) return null;
  if (state.load <= (state.linkBps === null ? mostLoadAtFirst : mostLoad)) return null;
  return (burstTrust * goodputBps) / state.load;
}

/** The kernel's is smoothed: for some frames after a queue has drained it tells of that. */
function isRttFalling({ history }: AdaptationState): boolean {
  const [first, last] = [history[0], history.at(-1)];
  return first !== undefined && last !== undefined && last.rttMs < 0.9 * first.rttMs;
}

// What is sent must be so much more than what goes through. Where frames are left out already none grows old for it, and
// the few there are make the rate uneven.
const leastExcess = 1.08;
const leastExcessOfPaced = 1.25;
// Over less, a pause of the way or acknowledgements that come many at once weigh too much.
const leastExcessMs = 500;
const mostLoad = 0.88;
// As long as nothing was found out with more care: no step up depends on it yet, that could be taken back by it.
const mostLoadAtFirst = 0.84;
// A frame's first bytes pass faster than the link is, where it was idle before: it seems less busy than it is.
const burstTrust = 0.95;
const loadMemoryMs = 2000;
const leastLoadMs = 1000;

/**
 * The share of the time in which something was on the way, less each frame's way there and back; of the last two seconds,
 * and of no more than went by since what was sent before is through.
 */
export function nextLoad({ history, load, choice, drained }: AdaptationState, sample: LinkSample): number {
  if (drained === null || drained.atMs >= sample.atMs) return 0;
  const last = history.at(-1);
  if (last === undefined || sample.atMs <= last.atMs) return load;
  const spanMs = sample.atMs - last.atMs;
  const wayMs = (choice.fps * sample.minRttMs * spanMs) / 1000;
  const now = Math.min(1, Math.max(0, (sample.busyMs - last.busyMs - wayMs) / spanMs));
  return load + (now - load) * Math.min(1, spanMs / Math.min(loadMemoryMs, sample.atMs - drained.atMs));
}

/** Later than this, a frame is not just one that was larger than others. */
export function lateMs({ fps }: Choice): number {
  return Math.max(150, 1500 / fps);
}
