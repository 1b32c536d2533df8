import type { LinkSample } from '../hub/link.js';

/** What the kernel's counters of a connection say of its link. Pure: samples in, rates out. */

export interface LinkReading {
  /** What went through while there was always something to send: the link's own rate; null where there wasn't. */
  readonly saturatedBps: number | null;
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

function spanFor(fps: number): number {
  return Math.min(longestWindowMs / 2, Math.max(leastSpanMs, 900 / fps));
}

function windowFor(fps: number): number {
  return Math.min(longestWindowMs, Math.max(leastWindowMs, 2500 / fps));
}

/** The samples of the last moments, newest last. */
export type LinkHistory = readonly LinkSample[];

/** `fps` is how many frames are sent a second. */
export function remember(history: LinkHistory, sample: LinkSample, fps: number): LinkHistory {
  const oldestMs = sample.atMs - windowFor(fps);
  const kept = history.filter(({ atMs }) => atMs >= oldestMs && atMs < sample.atMs);
  return [...kept, sample];
}

/**
 * Reads the longest stretch up to now in which the connection was busy throughout, within the window. A tier that fits
 * leaves pauses between its frames, and then the goodput is the camera's rate and says nothing of the link's limit:
 * only a connection without pauses shows it.
 */
export function read(history: LinkHistory, fps: number): LinkReading | null {
  const shortestMs = spanFor(fps);
  const last = history.at(-1);
  const first = history[0];
  if (last === undefined || first === undefined || last.atMs - first.atMs < shortestMs) return null;
  const whole = between(first, last);
  let saturatedBps: number | null = null;
  for (const start of history) {
    const spanMs = last.atMs - start.atMs;
    if (spanMs < shortestMs) break;
    const { busyShare, goodputBps } = between(start, last);
    if (busyShare >= saturatedShare && last.queuedBytes > 0 && goodputBps > 0) {
      saturatedBps = goodputBps;
      break;
    }
  }
  return { ...whole, saturatedBps };
}

function between(a: LinkSample, b: LinkSample) {
  const spanMs = b.atMs - a.atMs;
  return {
    goodputBps: ((b.ackedBytes - a.ackedBytes) * 8000) / spanMs,
    busyShare: Math.min(1, (b.busyMs - a.busyMs) / spanMs),
  };
}
