import type { LinkSample } from '../hub/link.js';

/** What the kernel's counters of a connection say of its link. Pure: samples in, rates out. */

export interface LinkReading {
  /** What went through while there was always something to send: the link's own rate; null where there wasn't. */
  readonly saturatedBps: number | null;
  /** Over how long that was seen; 0 where it wasn't. */
  readonly saturatedMs: number;
  /** What went through in all. */
  readonly goodputBps: number;
  /** The share of the time in which something was on the way, 0 to 1. */
  readonly busyShare: number;
}

// Long enough that a tick of the kernel and a burst of acknowledgements weigh little, short enough to fall at once; of
// few frames a second, some must be seen.
const leastSpanMs = 180;
const leastWindowMs = 600;
const longestWindowMs = 2500;
const saturatedShare = 0.9;

// TCP opens its window in rounds: less than this many of them say more of the window than of the link.
const leastRounds = 4;
// A frame is on its way for a round trip at least; where that fills this much of the time, busy says little.
const shortWayShare = 0.05;

/** Whether a connection that sends so many frames a second rests between them, where its link allows it. */
export function isShortWay(fps: number, minRttMs: number): boolean {
  return fps * minRttMs < 1000 * shortWayShare;
}

function spanFor(fps: number, minRttMs: number): number {
  return Math.min(longestWindowMs / 2, Math.max(leastSpanMs, 900 / fps, leastRounds * minRttMs));
}

function windowFor(fps: number, minRttMs: number): number {
  return Math.min(longestWindowMs, Math.max(leastWindowMs, 2500 / fps, 2 * leastRounds * minRttMs));
}

/** The samples of the last moments, newest last. */
export type LinkHistory = readonly LinkSample[];

/** `fps` is how many frames are sent a second. */
export function remember(history: LinkHistory, sample: LinkSample, fps: number): LinkHistory {
  const oldestMs = sample.atMs - windowFor(fps, sample.minRttMs);
  const kept = history.filter(({ atMs }) => atMs >= oldestMs && atMs < sample.atMs);
  return [...kept, sample];
}

/**
 * Reads the longest stretch up to now in which the connection was busy throughout, within the window. A tier that fits
 * leaves pauses between its frames, and then the goodput is the camera's rate and says nothing of the link's limit:
 * only a connection without pauses shows it. Over a long way the next frame is on its way before the last one's
 * acknowledgement is back, however fast the link is; there, frames must have been left out besides.
 */
export function read(history: LinkHistory, fps: number): LinkReading | null {
  const last = history.at(-1);
  const first = history[0];
  if (last === undefined || first === undefined) return null;
  const shortestMs = spanFor(fps, last.minRttMs);
  if (last.atMs - first.atMs < shortestMs) return null;
  const whole = between(first, last);
  let saturatedBps: number | null = null;
  let saturatedMs = 0;
  for (const start of history) {
    const spanMs = last.atMs - start.atMs;
    if (spanMs < shortestMs) break;
    const { busyShare, goodputBps } = between(start, last);
    const isFull = isShortWay(fps, last.minRttMs) || last.droppedSlow > start.droppedSlow;
    if (isFull && busyShare >= saturatedShare && last.queuedBytes > 0 && goodputBps > 0) {
      saturatedBps = goodputBps;
      saturatedMs = spanMs;
      break;
    }
  }
  return { ...whole, saturatedBps, saturatedMs };
}

/** What a link surely carries: all that was sent between two looks went through, and no frame was left out. */
export function provenBps(from: LinkSample | null, to: LinkSample): number {
  if (from === null || to.droppedSlow > from.droppedSlow || to.atMs - from.atMs < leastProofMs) return 0;
  return between(from, to).goodputBps;
}

// Less than a second says more of single frames than of a rate.
const leastProofMs = 900;

/** Whether a link over a short way that was taken to carry so much carried less than half of it for the last two looks. */
export function hasBecomeSlow(history: LinkHistory, linkBps: number): boolean {
  const last = history.at(-1);
  const earlier = history.findLast(({ atMs }) => last !== undefined && last.atMs - atMs >= leastSpanMs);
  if (last === undefined || earlier === undefined || last.queuedBytes === 0) return false;
  const { busyShare, goodputBps } = between(earlier, last);
  return busyShare >= saturatedShare && goodputBps < linkBps / 2;
}

function between(a: LinkSample, b: LinkSample) {
  const spanMs = b.atMs - a.atMs;
  return {
    goodputBps: ((b.ackedBytes - a.ackedBytes) * 8000) / spanMs,
    busyShare: Math.min(1, (b.busyMs - a.busyMs) / spanMs),
  };
}
