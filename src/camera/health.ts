import type { Cause } from './supervisor.js';
import type { SupervisorSettings } from './supervisor-settings.js';

/** What a camera's source did over the last two seconds. */
export interface SourceWindow {
  /** How long the window is; shorter at the start. */
  readonly spanMs: number;
  /** Good frames a second. */
  readonly fps: number;
  /** Broken frames that were dropped. */
  readonly corrupt: number;
  readonly good: number;
  /** Good frames that were overwritten in part. */
  readonly damaged: number;
  /** What the source promised in its caps; null where it promised nothing. */
  readonly promisedFps: number | null;
}

/**
 * How long a live source may be silent: five frame times, but until two frames told what a frame time is, as long as a
 * start may take.
 */
export function stallTimeoutMs(frameIntervalMs: number | null, settings: SupervisorSettings): number {
  if (frameIntervalMs === null) return settings.startTimeoutMs;
  return Math.max(settings.stallTimeoutMs, Math.min(settings.startTimeoutMs, 5 * frameIntervalMs));
}

const leastSpanMs = 1500;
const fewShare = 0.5;
const brokenShare = 0.1;

/** Why a camera that delivers is not well; null where it is. Pure. */
export function findAilment(source: SourceWindow): Cause | null {
  if (source.spanMs < leastSpanMs) return null;
  const { corrupt, good, damaged, fps, promisedFps } = source;
  if (corrupt > 0 && corrupt >= brokenShare * (corrupt + good)) {
    const message = `${corrupt} of the last ${corrupt + good} pictures came broken`;
    return { code: 'broken-frames', message, permanent: false };
  }
  if (damaged > 0 && damaged >= brokenShare * good) {
    const message = `${damaged} of the last ${good} pictures came damaged`;
    return { code: 'damaged-frames', message, permanent: false };
  }
  if (promisedFps !== null && fps < fewShare * promisedFps) {
    const message = `only ${fps.toFixed(1)} of ${Math.round(promisedFps)} frames a second come`;
    return { code: 'few-frames', message, permanent: false };
  }
  return null;
}

const brokenInARowForFault = 5;
const silenceForFaultMs = 700;

/** Why a source counts as lost although it sends something; null where it doesn't. Pure. */
export function findLoss({ brokenInARow, goodMsAgo }: { brokenInARow: number; goodMsAgo: number }): Cause | null {
  if (brokenInARow < brokenInARowForFault || goodMsAgo < silenceForFaultMs) return null;
  return { code: 'broken-frames', message: `every picture comes broken, ${brokenInARow} in a row`, permanent: false };
}

/** How long the tiers that somebody watches have given no picture. */
export interface PictureSilence {
  /** Tiers that are watched. */
  readonly watched: number;
  /** Those of them that have been waited for too long. */
  readonly silent: readonly string[];
  /** Of the one that was waited for the longest. */
  readonly longestMs: number;
}

/** Of a source that gives frames of which nobody gets a picture; null where that isn't so. Pure. */
export function findUndecodable({ watched, silent, longestMs }: PictureSilence): Undecodable | null {
  if (silent.length === 0) return null;
  const isLost = silent.length === watched;
  const what = isLost ? 'no picture can be made of them' : `tier ${silent.join(' and ')} gets no picture`;
  const message = `frames come, but ${what} for ${(longestMs / 1000).toFixed(1)} s`;
  return { isLost, cause: { code: 'undecodable', message, permanent: false } };
}

export interface Undecodable {
  /** No tier has pictures; else others still do. */
  readonly isLost: boolean;
  readonly cause: Cause;
}

/** The frame rate in a caps string such as `video/x-raw, …, framerate=(fraction)30/1`; null where there is none. */
export function promisedFps(caps: string): number | null {
  const [, numerator = 0, denominator = 0] = /framerate=\(fraction\)(\d+)\/(\d+)/.exec(caps) ?? [];
  const fps = Number(numerator) / Number(denominator);
  // Some say "any" with 0/1 or the largest number there is.
  return Number.isFinite(fps) && fps > 0 && fps <= 1000 ? fps : null;
}
