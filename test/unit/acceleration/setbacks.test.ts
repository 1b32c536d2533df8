import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  leftAlone,
  NO_SETBACKS,
  newlySetAside,
  REST_MS,
  reduceSetbacks,
  restEndsMs,
  SETBACK_WINDOW_MS,
  type SetbackEvent,
  type Setbacks,
} from '../../../src/acceleration/setbacks.js';

const failed = (atMs: number, ...elements: readonly string[]) => ({
  type: 'failed' as const,
  elements,
  reason: `at ${atMs}`,
  atMs,
  hung: false,
});
const began = (atMs: number, ...elements: readonly string[]) => ({ type: 'began' as const, elements, atMs });
const ended = (atMs: number) => ({ type: 'ended' as const, atMs });
const run = (...events: readonly SetbackEvent[]) => events.reduce(reduceSetbacks, NO_SETBACKS);
const minuteMs = 60_000;

describe('an element that failed', () => {
  it('is left alone at once, and until it has rested', () => {
    const once = run(began(0, 'dec', 'enc'), failed(1000, 'enc'), ended(1000));
    expect([...leftAlone(once, 1000)]).toEqual(['enc']);
    expect([...leftAlone(once, 1000 + REST_MS - 1)]).toEqual(['enc']);
    expect(leftAlone(once, 1000 + REST_MS).size).toBe(0);
    expect(once.setAside.size).toBe(0);
  });

  it('is set aside when it fails again, however long nobody needed it meanwhile', () => {
    const weekMs = 7 * 24 * 60 * minuteMs;
    const twice = run(failed(0, 'enc'), began(weekMs, 'enc'), failed(weekMs + 10_000, 'enc'));
    expect([...twice.setAside.values()]).toEqual([{ element: 'enc', reason: `at ${weekMs + 10_000}` }]);
    expect([...leftAlone(twice, 100 * weekMs)]).toEqual(['enc']);
  });

  it('is forgiven once it has worked for five minutes altogether', () => {
    const visits = [1, 2, 3, 4, 5].flatMap((hour) => {
      const atMs = hour * 60 * minuteMs;
      return [began(atMs, 'enc'), ended(atMs + minuteMs)];
    });
    const served = run(failed(0, 'enc'), ...visits);
    const lastMs = 6 * 60 * minuteMs;
    expect(run(failed(0, 'enc'), ...visits, began(lastMs, 'enc'), failed(lastMs, 'enc')).setAside.size).toBe(1);
    expect(reduceSetbacks(reduceSetbacks(served, began(lastMs, 'enc')), ended(lastMs + 1))).toEqual(NO_SETBACKS);
    const again = [began(lastMs, 'enc'), failed(lastMs + 1, 'enc')].reduce(reduceSetbacks, served);
    expect(again.setAside.size).toBe(0);
    expect([...leftAlone(again, lastMs + 1)]).toEqual(['enc']);
  });

  it('does not earn that by the work of others', () => {
    const others = run(
      failed(0, 'enc'),
      began(0, 'dec'),
      ended(REST_MS),
      began(REST_MS, 'enc'),
      failed(REST_MS, 'enc'),
    );
    expect([...others.setAside.keys()]).toEqual(['enc']);
  });
});

describe('reduceSetbacks', () => {
  it('counts each element for itself, and all where it is not known which', () => {
    const once = run(failed(0, 'dec', 'enc'), failed(1, 'scale'));
    expect([...leftAlone(once, 1)]).toEqual(['dec', 'enc', 'scale']);
    expect(restEndsMs(once, 1)).toBe(1 + REST_MS);
    expect(restEndsMs(once, 1 + REST_MS)).toBeNull();
    expect([...reduceSetbacks(once, failed(2, 'enc')).setAside.keys()]).toEqual(['enc']);
    expect([...reduceSetbacks(once, failed(2, 'dec', 'enc')).setAside.keys()]).toEqual(['dec', 'enc']);
  });

  const hung = run({ ...failed(0, 'enc'), hung: true });
  const cameBack = (...elements: readonly string[]) => ({ type: 'cameBack' as const, elements });

  it('waits for no second start that hangs, where the first never comes back', () => {
    expect(hung.setAside.size).toBe(0);
    expect([...leftAlone(hung, 10 * REST_MS)]).toEqual(['enc']);
    expect(restEndsMs(hung, 1)).toBeNull();
    const early = reduceSetbacks(hung, ended(REST_MS - 1));
    expect(early.setAside.size).toBe(0);
    const late = reduceSetbacks(early, began(REST_MS));
    expect([...late.setAside.values()]).toEqual([{ element: 'enc', reason: 'at 0, and never came back' }]);
    expect(reduceSetbacks(late, cameBack('enc'))).toEqual(late);
  });

  it('counts a start that comes back late as one failure', () => {
    const back = [cameBack('dec', 'enc'), ended(10)].reduce(reduceSetbacks, hung);
    expect(restEndsMs(back, 10)).toBe(REST_MS);
    expect(reduceSetbacks(back, ended(REST_MS)).setAside.size).toBe(0);
    expect(leftAlone(back, REST_MS).size).toBe(0);
    expect([...reduceSetbacks(back, failed(REST_MS, 'enc')).setAside.keys()]).toEqual(['enc']);
  });

  it('begins anew with a probe', () => {
    expect(run(failed(0, 'enc'), failed(1, 'enc'), failed(1, 'dec'), { type: 'probed' })).toEqual(NO_SETBACKS);
  });
});

describe('newlySetAside', () => {
  it('tells of each once', () => {
    const first = run(failed(0, 'enc'));
    const second = reduceSetbacks(first, failed(1, 'enc'));
    const third = reduceSetbacks(second, failed(2, 'enc'));
    expect(newlySetAside(first, second).map(({ element }) => element)).toEqual(['enc']);
    expect(newlySetAside(second, third)).toEqual([]);
  });
});

/** What a camera does: each pipeline takes what it is not to leave alone, and ends well or by a failure. */
interface Pipeline {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly used: readonly string[];
  readonly failed: readonly string[];
}

const elements = ['dec', 'scale', 'enc'] as const;
const pipelines = fc.array(
  fc.record({
    idleMs: fc.integer({ min: 0, max: REST_MS * 2 }),
    runsMs: fc.integer({ min: 1, max: SETBACK_WINDOW_MS * 2 }),
    fails: fc.option(fc.subarray([...elements], { minLength: 1 })),
  }),
  { maxLength: 40 },
);

/** Plays it by the reducer. A failure is followed by the next pipeline at once. */
function play(plan: readonly { idleMs: number; runsMs: number; fails: readonly string[] | null }[]) {
  let nowMs = 0;
  let state: Setbacks = NO_SETBACKS;
  let followsFailure = false;
  const told: string[] = [];
  const apply = (event: SetbackEvent) => {
    const next = reduceSetbacks(state, event);
    told.push(...newlySetAside(state, next).map(({ element }) => element));
    state = next;
  };
  const history = plan.map(({ idleMs, runsMs, fails }): Pipeline => {
    if (!followsFailure) nowMs += idleMs;
    const alone = leftAlone(state, nowMs);
    const used = elements.filter((element) => !alone.has(element));
    const beganMs = nowMs;
    apply(began(nowMs, ...used));
    nowMs += runsMs;
    const blamed = used.filter((element) => fails?.includes(element));
    followsFailure = blamed.length > 0;
    if (followsFailure) apply(failed(nowMs, ...blamed));
    apply(ended(nowMs));
    return { beganMs, endedMs: nowMs, used, failed: blamed };
  });
  return { history, told, state, nowMs };
}

/** By the rule's own words: how long an element worked between two of its failures, in whichever pipelines. */
function workedBetween(history: readonly Pipeline[], element: string): readonly number[] {
  const spans: number[] = [];
  let workedMs: number | null = null;
  for (const { beganMs, endedMs, used, failed: blamed } of history) {
    if (used.includes(element) && workedMs !== null) workedMs += endedMs - beganMs;
    if (!blamed.includes(element)) continue;
    if (workedMs !== null) spans.push(workedMs);
    workedMs = 0;
  }
  return spans;
}

describe('whatever happens', () => {
  it('the pipeline after a failure is without what failed, and so are those until it has rested', () => {
    fc.assert(
      fc.property(pipelines, (plan) => {
        const { history } = play(plan);
        for (const [i, { failed: blamed, endedMs }] of history.entries()) {
          for (const later of history.slice(i + 1).filter(({ beganMs }) => beganMs < endedMs + REST_MS)) {
            for (const element of blamed) expect(later.used).not.toContain(element);
          }
        }
      }),
    );
  });

  it('exactly those are set aside that failed again before they had worked for five minutes, each told once', () => {
    fc.assert(
      fc.property(pipelines, (plan) => {
        const { history, told, state } = play(plan);
        const expected = elements.filter((element) =>
          workedBetween(history, element).some((workedMs) => workedMs <= SETBACK_WINDOW_MS),
        );
        expect([...state.setAside.keys()].sort()).toEqual([...expected].sort());
        expect([...told].sort()).toEqual([...expected].sort());
      }),
    );
  });

  it('what is set aside is never taken again before a probe, and may be after it', () => {
    fc.assert(
      fc.property(pipelines, (plan) => {
        const { history, state, nowMs } = play(plan);
        for (const element of state.setAside.keys()) {
          const last = history.findLastIndex((one) => one.failed.includes(element));
          for (const { used } of history.slice(last + 1)) expect(used).not.toContain(element);
        }
        expect(leftAlone(reduceSetbacks(state, { type: 'probed' }), nowMs).size).toBe(0);
      }),
    );
  });

  it('what is not set aside is taken again after its rest', () => {
    fc.assert(
      fc.property(pipelines, (plan) => {
        const { state, nowMs } = play(plan);
        const latestMs = nowMs + REST_MS;
        expect([...leftAlone(state, latestMs)].sort()).toEqual([...state.setAside.keys()].sort());
        expect(restEndsMs(state, latestMs)).toBeNull();
      }),
    );
  });

  it('no element that is well is left alone', () => {
    fc.assert(
      fc.property(pipelines, (plan) => {
        const { history, state, nowMs } = play(plan);
        for (const element of leftAlone(state, nowMs)) {
          expect(history.some(({ failed: blamed }) => blamed.includes(element))).toBe(true);
        }
      }),
    );
  });
});
