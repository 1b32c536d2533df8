/**
 * What a camera's chip did wrong while it ran, and what is set aside for it: a pure reducer. An element that fails twice
 * within five minutes is set aside until the chip is probed anew. A start that hangs counts for two: viewers have waited
 * long enough then, and what hangs in a driver is never given back.
 */

export const SETBACK_WINDOW_MS = 5 * 60_000;
export const MOST_SETBACKS = 2;

export interface SetAside {
  readonly element: string;
  /** What it did the last time. */
  readonly reason: string;
}

export interface Setbacks {
  /** By element, when it failed; CLOCK_MONOTONIC ms, in order. */
  readonly failures: ReadonlyMap<string, readonly number[]>;
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
  | { readonly type: 'probed' };

export const NO_SETBACKS: Setbacks = { failures: new Map(), setAside: new Map() };

export function reduceSetbacks(now: Setbacks, event: SetbackEvent): Setbacks {
  if (event.type === 'probed') return NO_SETBACKS;
  return event.elements.reduce((before, element) => fail(before, element, event), now);
}

/** What is set aside now and wasn't before. */
export function newlySetAside(before: Setbacks, after: Setbacks): readonly SetAside[] {
  return [...after.setAside.values()].filter(({ element }) => !before.setAside.has(element));
}

type Failure = Extract<SetbackEvent, { readonly type: 'failed' }>;

function fail({ failures, setAside }: Setbacks, element: string, { reason, atMs, hung }: Failure): Setbacks {
  if (setAside.has(element)) return { failures, setAside };
  const recent = (failures.get(element) ?? []).filter((earlierMs) => atMs - earlierMs <= SETBACK_WINDOW_MS);
  const counted = hung ? [...recent, atMs, atMs] : [...recent, atMs];
  if (counted.length < MOST_SETBACKS) return { failures: new Map(failures).set(element, counted), setAside };
  const others = new Map(failures);
  others.delete(element);
  return { failures: others, setAside: new Map(setAside).set(element, { element, reason }) };
}
