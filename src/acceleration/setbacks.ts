/**
 * What a camera's chip did wrong while it ran, and which of its elements are to be left alone for that: a pure reducer.
 *
 * An element that fails rests: software does its job from the next start on, which follows at once. After its rest it has
 * a second chance. If it fails again before it has worked for five minutes altogether, it is set aside until the chip is
 * probed anew. What counts is the time in which it worked: where somebody looks at a camera for ten seconds an hour, a
 * broken chip would else spoil each look. A start that hangs counts for two: what hangs in a driver is never given back.
 *
 * All times are of CLOCK_MONOTONIC, in ms.
 */

/** How long an element must have worked since it failed until that no longer counts. */
export const SETBACK_WINDOW_MS = 5 * 60_000;
/** How long one that failed is left alone. */
export const REST_MS = 5 * 60_000;
/** How much longer where somebody watches all the time: they see a short pause when it is taken again. */
export const WATCHED_REST_MS = 55 * 60_000;

export interface SetAside {
  readonly element: string;
  /** What it did the last time. */
  readonly reason: string;
}

/** Of an element that failed once. */
export interface Setback {
  readonly reason: string;
  readonly restsUntilMs: number;
  /** For how long it has worked since, in pipelines that are over. */
  readonly workedMs: number;
  /** Since when it works in the pipeline that runs; null where it doesn't. */
  readonly worksSinceMs: number | null;
}

/** By element; none is in both. */
export interface Setbacks {
  readonly failed: ReadonlyMap<string, Setback>;
  readonly setAside: ReadonlyMap<string, SetAside>;
}

export type SetbackEvent =
  /** Any of these elements failed, and it isn't known which where there are several. */
  | {
      readonly type: 'failed';
      readonly elements: readonly string[];
      readonly reason: string;
      readonly atMs: number;
      readonly hung: boolean;
    }
  /** A pipeline begins in which these work. */
  | { readonly type: 'began'; readonly elements: readonly string[]; readonly atMs: number }
  /** It is over. */
  | { readonly type: 'ended'; readonly atMs: number }
  | { readonly type: 'probed' };

export const NO_SETBACKS: Setbacks = { failed: new Map(), setAside: new Map() };

export function reduceSetbacks(now: Setbacks, event: SetbackEvent): Setbacks {
  switch (event.type) {
    case 'failed':
      return event.elements.reduce((before, element) => fail(before, element, event), now);
    case 'began':
      return begin(end(now, event.atMs), event.elements, event.atMs);
    case 'ended':
      return end(now, event.atMs);
    case 'probed':
      return NO_SETBACKS;
  }
}

/** The elements that a pipeline which is planned now must do without. */
export function leftAlone({ failed, setAside }: Setbacks, nowMs: number): ReadonlySet<string> {
  return new Set([...setAside.keys(), ...resting(failed, nowMs).map(([element]) => element)]);
}

/** When the last of those that rest now has rested; null where none does. */
export function restEndsMs({ failed }: Setbacks, nowMs: number): number | null {
  const ends = resting(failed, nowMs).map(([, { restsUntilMs }]) => restsUntilMs);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** What is set aside now and wasn't before. */
export function newlySetAside(before: Setbacks, after: Setbacks): readonly SetAside[] {
  return [...after.setAside.values()].filter(({ element }) => !before.setAside.has(element));
}

/** What has worked for long enough since it failed. */
export function newlyForgiven(before: Setbacks, after: Setbacks): readonly string[] {
  return [...before.failed.keys()].filter((element) => !after.failed.has(element) && !after.setAside.has(element));
}

type Failure = Extract<SetbackEvent, { readonly type: 'failed' }>;

function fail({ failed, setAside }: Setbacks, element: string, { reason, atMs, hung }: Failure): Setbacks {
  if (setAside.has(element)) return { failed, setAside };
  const before = failed.get(element);
  const others = new Map(failed);
  others.delete(element);
  if (hung || (before !== undefined && workedMs(before, atMs) <= SETBACK_WINDOW_MS)) {
    return { failed: others, setAside: new Map(setAside).set(element, { element, reason }) };
  }
  const setback = { reason, restsUntilMs: atMs + REST_MS, workedMs: 0, worksSinceMs: null };
  return { failed: others.set(element, setback), setAside };
}

function begin({ failed, setAside }: Setbacks, elements: readonly string[], atMs: number): Setbacks {
  const working = [...failed].map(([element, setback]): [string, Setback] => [
    element,
    elements.includes(element) ? { ...setback, worksSinceMs: atMs } : setback,
  ]);
  return { failed: new Map(working), setAside };
}

function end({ failed, setAside }: Setbacks, atMs: number): Setbacks {
  const ended = [...failed].map(([element, setback]): [string, Setback] => [
    element,
    { ...setback, workedMs: workedMs(setback, atMs), worksSinceMs: null },
  ]);
  return { failed: new Map(ended.filter(([, { workedMs }]) => workedMs <= SETBACK_WINDOW_MS)), setAside };
}

function workedMs({ workedMs: before, worksSinceMs }: Setback, nowMs: number): number {
  return before + (worksSinceMs === null ? 0 : nowMs - worksSinceMs);
}

function resting(failed: Setbacks['failed'], nowMs: number): readonly (readonly [string, Setback])[] {
  return [...failed].filter(([, { restsUntilMs }]) => nowMs < restsUntilMs);
}
