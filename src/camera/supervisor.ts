/**
 * When a camera's pipeline runs: a pure reducer over what happened. It never sees a pipeline; it says `open` and
 * `close`, and is told what became of them. At most one pipeline exists at any moment: `open` comes only after the
 * last one is `closed`.
 */
import type { SupervisorSettings } from './supervisor-settings.js';

/** Why a camera gives no frames, in words for its owner. */
export interface Cause {
  /** Stable, for metrics: `unreachable`, `unauthorized`, `gone`, `busy`, `stalled`, `no-frames`, `ended`, … */
  readonly code: string;
  readonly message: string;
  /** It won't work without a change by somebody: tried again, but slowly. */
  readonly permanent: boolean;
}

export type CameraState = 'idle' | 'starting' | 'live' | 'degraded' | 'recovering' | 'failed';

/** Whether pictures come. */
export function isDelivering(state: CameraState): boolean {
  return state === 'live' || state === 'degraded';
}

/** Whether it was started and gives nothing. */
export function isDown(state: CameraState): boolean {
  return state === 'recovering' || state === 'failed';
}

/** When the next try begins, CLOCK_MONOTONIC ms; null where the camera isn't down, or is being tried now. */
export function nextTryOf({ state, openAtMs }: Supervision): number | null {
  return isDown(state) ? openAtMs : null;
}

export interface Supervision {
  readonly state: CameraState;
  /** When it went into this state; CLOCK_MONOTONIC ms, as all times here. */
  readonly sinceMs: number;
  /** Whether anybody watches. */
  readonly wanted: boolean;
  /** When the linger after the last viewer ends; null while wanted or idle. */
  readonly lingerEndsMs: number | null;
  readonly pipeline: 'none' | 'open' | 'closing';
  /** When the next pipeline may be opened; null when none is to be. */
  readonly openAtMs: number | null;
  /** The wait after the last fault ends then, also for viewers who come while the camera is idle. */
  readonly notBeforeMs: number;
  readonly openedMs: number;
  /** Whether anything came since then, pictures or not. */
  readonly heard: boolean;
  readonly lastFrameMs: number;
  /** How long the last start that succeeded took until something came; null before the first. */
  readonly answeredInMs: number | null;
  /** Starts in a row of which nothing was heard. */
  readonly silentStarts: number;
  /** Tries since it was last stable, or left alone, for as long as {@link SupervisorSettings.stableMs}. */
  readonly attempt: number;
  readonly cause: Cause | null;
}

export type SupervisorEvent =
  | { readonly type: 'demand'; readonly wanted: boolean }
  /** Frames came from the source since the last such event. */
  | { readonly type: 'frames' }
  /** The source gives something, but whoever watches has no picture of it yet. */
  | { readonly type: 'heard' }
  /** Frames come, but not as they should; null when they do again. */
  | { readonly type: 'ailment'; readonly cause: Cause | null }
  /** `jitter` is 0 to 1, drawn by the caller. */
  | { readonly type: 'fault'; readonly cause: Cause; readonly jitter: number }
  /** Why starts are silent was found out. */
  | { readonly type: 'explained'; readonly cause: Cause }
  /** A device or file that was gone may be there again. */
  | { readonly type: 'appeared' }
  /** It begins again, and that is no fault: a file's end, or something better to run. */
  | { readonly type: 'ended' }
  /** What is to run is another now: begin anew, whatever went wrong before. */
  | { readonly type: 'changed' }
  /** The pipeline that was to be closed is gone. */
  | { readonly type: 'closed' }
  | { readonly type: 'tick'; readonly jitter: number };

export type SupervisorAction = 'open' | 'close';

export function initialSupervision(nowMs: number): Supervision {
  return {
    state: 'idle',
    sinceMs: nowMs,
    wanted: false,
    lingerEndsMs: null,
    pipeline: 'none',
    openAtMs: null,
    notBeforeMs: nowMs,
    openedMs: nowMs,
    heard: false,
    lastFrameMs: nowMs,
    answeredInMs: null,
    silentStarts: 0,
    attempt: 0,
    cause: null,
  };
}

export interface Step {
  readonly next: Supervision;
  readonly actions: readonly SupervisorAction[];
}

export function supervise(now: Supervision, event: SupervisorEvent, nowMs: number, settings: SupervisorSettings): Step {
  switch (event.type) {
    case 'demand':
      return onDemand(now, event.wanted, nowMs, settings);
    case 'frames':
      return step(onFrames(now, nowMs));
    case 'heard':
      return step(onHeard(now, nowMs));
    case 'ailment':
      return step(onAilment(now, event.cause, nowMs));
    case 'fault':
      return onFault(now, event.cause, event.jitter, nowMs, settings);
    case 'explained':
      return step(now.state === 'recovering' && now.silentStarts > 0 ? { ...now, cause: event.cause } : now);
    case 'appeared':
      return onAppeared(now, nowMs, settings);
    case 'ended':
      return onEnded(now, nowMs, settings);
    case 'changed':
      return onChanged(now, nowMs);
    case 'closed':
      return openWhenDue({ ...now, pipeline: 'none' }, nowMs);
    case 'tick':
      return onTick(now, event.jitter, nowMs, settings);
  }
}

/** When the next `tick` is due; null when time alone changes nothing. */
export function nextTickMs(now: Supervision, settings: SupervisorSettings): number | null {
  const due: number[] = [];
  if (now.lingerEndsMs !== null) due.push(now.lingerEndsMs);
  if (now.openAtMs !== null && now.pipeline === 'none') due.push(now.openAtMs);
  if (now.pipeline === 'open') due.push(silenceEndsMs(now, settings));
  return due.length === 0 ? null : Math.min(...due);
}

function silenceEndsMs(now: Supervision, settings: SupervisorSettings): number {
  if (now.lastFrameMs >= now.openedMs && isDelivering(now.state)) return now.lastFrameMs + settings.stallTimeoutMs;
  return now.openedMs + (now.heard ? settings.startTimeoutMs : answerTimeoutMs(now, settings));
}

const silentStartsUntilPatient = 4;

/**
 * A request into a black hole isn't answered when the camera is back: ask again soon. A camera that answered before has
 * three times as long as it took then, and each four starts in vain it has twice as long, should it have become slow.
 */
function answerTimeoutMs(now: Supervision, settings: SupervisorSettings): number {
  if (now.answeredInMs === null || now.state !== 'recovering') return settings.startTimeoutMs;
  const usualMs = Math.max(settings.answerTimeoutMs, 3 * now.answeredInMs);
  return Math.min(settings.startTimeoutMs, usualMs * 2 ** Math.floor(now.silentStarts / silentStartsUntilPatient));
}

function step(next: Supervision, ...actions: readonly SupervisorAction[]): Step {
  return { next, actions };
}

function enter(now: Supervision, state: CameraState, nowMs: number): Supervision {
  return now.state === state ? now : { ...now, state, sinceMs: nowMs };
}

function onDemand(now: Supervision, wanted: boolean, nowMs: number, settings: SupervisorSettings): Step {
  if (wanted === now.wanted) return step(now);
  if (!wanted) return step({ ...now, wanted, lingerEndsMs: now.state === 'idle' ? null : nowMs + settings.lingerMs });
  const watched: Supervision = { ...now, wanted, lingerEndsMs: null };
  if (now.state !== 'idle') return step(watched);
  const attempt = nowMs - now.notBeforeMs < settings.stableMs ? now.attempt : 0;
  const openAtMs = Math.max(nowMs, now.notBeforeMs);
  return openWhenDue({ ...enter(watched, 'starting', nowMs), openAtMs, attempt }, nowMs);
}

function onFrames(now: Supervision, nowMs: number): Supervision {
  if (now.pipeline !== 'open') return now;
  const heard = onHeard(now, nowMs);
  if (now.state === 'degraded') return heard;
  return { ...enter(heard, 'live', nowMs), lastFrameMs: nowMs, cause: null };
}

function onHeard(now: Supervision, nowMs: number): Supervision {
  if (now.pipeline !== 'open') return now;
  const alive = isDelivering(now.state) ? { ...now, lastFrameMs: nowMs } : now;
  if (now.heard) return alive;
  return { ...alive, heard: true, silentStarts: 0, answeredInMs: nowMs - now.openedMs };
}

function onAilment(now: Supervision, cause: Cause | null, nowMs: number): Supervision {
  if (!isDelivering(now.state) || now.pipeline !== 'open') return now;
  return { ...enter(now, cause === null ? 'live' : 'degraded', nowMs), cause };
}

function onFault(now: Supervision, cause: Cause, jitter: number, nowMs: number, settings: SupervisorSettings): Step {
  if (now.pipeline !== 'open') return step(now);
  const wasStable = isDelivering(now.state) && nowMs - now.sinceMs >= settings.stableMs;
  // To find nothing there is no try.
  const attempt = cause.code === 'gone' ? now.attempt : wasStable ? 1 : now.attempt + 1;
  const openAtMs = cause.permanent
    ? nowMs + settings.permanentRetryMs
    : nextTryMs(now, attempt, cause, jitter, nowMs, settings);
  const broken: Supervision = { ...now, attempt, cause, pipeline: 'closing', openAtMs, notBeforeMs: openAtMs };
  return step(enter(broken, cause.permanent ? 'failed' : 'recovering', nowMs), 'close');
}

/**
 * Tries begin so far apart: twice as far each time, from the least to the longest wait. What a try lasted itself counts,
 * but for the least. The jitter takes away up to a quarter, so that cameras don't march. To see that a device isn't
 * there costs nothing, and is no more than what is done beside waiting to be told that it has come.
 */
function nextTryMs(
  now: Supervision,
  attempt: number,
  cause: Cause,
  jitter: number,
  nowMs: number,
  settings: SupervisorSettings,
): number {
  const part = 1 - jitter / 4;
  if (cause.code === 'gone') return nowMs + settings.goneRetryMs * part;
  const apartMs = Math.min(settings.backoffMaxMs, settings.backoffMinMs * 2 ** Math.min(attempt - 1, 20));
  return Math.max(nowMs + settings.backoffMinMs * part, now.openedMs + apartMs * part);
}

// A clip of a single frame must not spin.
const shortestLoopMs = 500;

/** However often it is told: as far from the last look as tries are at least. */
function onAppeared(now: Supervision, nowMs: number, settings: SupervisorSettings): Step {
  if (now.cause?.code !== 'gone' || now.openAtMs === null) return step(now);
  const openAtMs = Math.min(now.openAtMs, Math.max(nowMs, now.openedMs + settings.backoffMinMs));
  return openWhenDue({ ...now, openAtMs, notBeforeMs: openAtMs }, nowMs);
}

function onEnded(now: Supervision, nowMs: number, settings: SupervisorSettings): Step {
  if (now.pipeline !== 'open') return step(now);
  const waitMs = nowMs - now.openedMs < shortestLoopMs ? settings.backoffMaxMs : 0;
  return step({ ...now, pipeline: 'closing', openAtMs: nowMs + waitMs }, 'close');
}

function onChanged(now: Supervision, nowMs: number): Step {
  const anew: Supervision = { ...now, attempt: 0, cause: null, notBeforeMs: nowMs, answeredInMs: null };
  if (now.state === 'idle') return step(anew);
  const starting: Supervision = { ...enter(anew, 'starting', nowMs), openAtMs: nowMs };
  if (now.pipeline === 'open') return step({ ...starting, pipeline: 'closing' }, 'close');
  return openWhenDue(starting, nowMs);
}

function onTick(now: Supervision, jitter: number, nowMs: number, settings: SupervisorSettings): Step {
  if (now.lingerEndsMs !== null && nowMs >= now.lingerEndsMs) {
    const resting = { ...enter(now, 'idle', nowMs), lingerEndsMs: null, openAtMs: null, cause: null };
    return now.pipeline === 'open' ? step({ ...resting, pipeline: 'closing' }, 'close') : step(resting);
  }
  if (now.pipeline === 'open' && nowMs >= silenceEndsMs(now, settings)) {
    const silentStarts = now.heard ? 0 : now.silentStarts + 1;
    return onFault({ ...now, silentStarts }, silence(now, nowMs), jitter, nowMs, settings);
  }
  return openWhenDue(now, nowMs);
}

function silence(now: Supervision, nowMs: number): Cause {
  // Another silent start is no news.
  if (now.silentStarts > 0 && !now.heard && now.cause !== null) return now.cause;
  if (!isDelivering(now.state)) {
    const what = now.heard ? 'frames come, but no picture' : 'no frame';
    const message = `${what} within ${seconds(nowMs - now.openedMs)} of the start`;
    return { code: 'no-frames', message, permanent: false };
  }
  return { code: 'stalled', message: `no frame for ${seconds(nowMs - now.lastFrameMs)}`, permanent: false };
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function openWhenDue(now: Supervision, nowMs: number): Step {
  if (now.pipeline !== 'none' || now.openAtMs === null || nowMs < now.openAtMs) return step(now);
  return step({ ...now, pipeline: 'open', openAtMs: null, openedMs: nowMs, heard: false }, 'open');
}
