/**
 * What a camera's chip did wrong while it ran, and which of its elements are to be left alone for that: a pure reducer.
 *
 * An element that fails rests: software does its job from the next start on, which follows at once. After its rest it has
 * a second chance. If it fails again before it has worked for five minutes altogether, it is set aside until the chip is
 * probed anew. What counts is the time in which it worked: where somebody looks at a camera for ten seconds an hour, a
 * broken chip would else spoil each look. A start that hangs is left alone for as long as it does, and set aside where it
 * still does after the rest: what hangs in a driver is never given back. One that was only slow failed once.
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
  /** Its start has not come back. */
  readonly hangs: boolean;
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
  /** The start that hung has come back. */
  | { readonly type: 'cameBack'; readonly elements: readonly string[] }
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
    case 'cameBack':
      return comeBack(now, event.elements);
    case 'probed':
      return NO_SETBACKS;
  }
}

/** The elements that a pipeline which is planned now must do without. */
export function leftAlone({ failed, setAside }: Setbacks, nowMs: number): ReadonlySet<string> {
  const alone = [...failed].filter(([, { restsUntilMs, hangs }]) => hangs || nowMs < restsUntilMs);
  return new Set([...setAside.keys(), ...alone.map(([element]) => element)]);
}

/** When the last of those that rest now, and do nothing else, has rested; null where none does. */
export function restEndsMs({ failed }: Setbacks, nowMs: number): number | null {
  const resting = [...failed.values()].filter(({ restsUntilMs, hangs }) => !hangs && nowMs < restsUntilMs);
  const ends = resting.map(({ restsUntilMs }) => restsUntilMs);
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
  if (before !== undefined && workedMs(before, atMs) <= SETBACK_WINDOW_MS) {
    return { failed: others, setAside: new Map(setAside).set(element, { element, reason }) };
  }
  const setback = { reason, restsUntilMs: atMs + REST_MS, hangs: hung, workedMs: 0, worksSinceMs: null };
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
  const isLost = ({ hangs, restsUntilMs }: Setback) => hangs && atMs >= restsUntilMs;
  const lost = ended.filter(([, setback]) => isLost(setback));
  const left = ended.filter(([, setback]) => !isLost(setback) && setback.workedMs <= SETBACK_WINDOW_MS);
  const aside = lost.map(([element, { reason }]): [string, SetAside] => [
    element,
    { element, reason: `${reason}, and never came back` },
  ]);
  return { failed: new Map(left), setAside: new Map([...setAside, ...aside]) };
}

function comeBack({ failed, setAside }: Setbacks, elements: readonly string[]): Setbacks {
  const back = [...failed].map(([element, setback]): [string, Setback] => [
    element,
    elements.includes(element) ? { ...setback, hangs: false } : setback,
  ]);
  return { failed: new Map(back), setAside };
}

function workedMs({ workedMs: before, worksSinceMs }: Setback, nowMs: number): number {
  return before + (worksSinceMs === null ? 0 : nowMs - worksSinceMs);
}
