import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MOST_SETBACKS,
  NO_SETBACKS,
  newlySetAside,
  reduceSetbacks,
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
const run = (...events: readonly SetbackEvent[]) => events.reduce(reduceSetbacks, NO_SETBACKS);

describe('reduceSetbacks', () => {
  it('bears one failure', () => {
    expect([...run(failed(0, 'enc')).setAside]).toEqual([]);
  });

  it('sets aside what fails twice in five minutes, with what it did last', () => {
    const { setAside } = run(failed(0, 'enc'), failed(SETBACK_WINDOW_MS, 'enc'));
    expect([...setAside.values()]).toEqual([{ element: 'enc', reason: `at ${SETBACK_WINDOW_MS}` }]);
  });

  it('forgets what is longer ago', () => {
    expect(run(failed(0, 'enc'), failed(SETBACK_WINDOW_MS + 1, 'enc')).setAside.size).toBe(0);
  });

  it('counts each element for itself, and all where it is not known which', () => {
    const once = run(failed(0, 'dec', 'enc'), failed(1, 'scale'));
    expect(once.setAside.size).toBe(0);
    expect([...reduceSetbacks(once, failed(2, 'enc')).setAside.keys()]).toEqual(['enc']);
    expect([...reduceSetbacks(once, failed(2, 'dec', 'enc')).setAside.keys()]).toEqual(['dec', 'enc']);
  });

  it('does not wait for a second start that hangs', () => {
    const hung = reduceSetbacks(NO_SETBACKS, { ...failed(0, 'enc'), hung: true });
    expect([...hung.setAside.keys()]).toEqual(['enc']);
  });

  it('begins anew with a probe', () => {
    expect(run(failed(0, 'enc'), failed(1, 'enc'), { type: 'probed' })).toEqual(NO_SETBACKS);
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

const elements = ['dec', 'scale', 'enc'] as const;
const events = fc
  .array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: SETBACK_WINDOW_MS * 2 }),
      what: fc.oneof(
        { weight: 8, arbitrary: fc.subarray([...elements], { minLength: 1 }) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let atMs = 0;
    return steps.map(({ afterMs, what }): SetbackEvent => {
      atMs += afterMs;
      return what === null ? { type: 'probed' } : failed(atMs, ...what);
    });
  });

/** By the rule's own words, from the whole history. */
function expected(history: readonly SetbackEvent[]): Set<string> {
  const since = history.slice(history.findLastIndex(({ type }) => type === 'probed') + 1);
  return new Set(
    elements.filter((element) => {
      const times = since.flatMap((event) =>
        event.type === 'failed' && event.elements.includes(element) ? [event.atMs] : [],
      );
      return times.some((atMs, i) => {
        const before = times[i - 1];
        return before !== undefined && atMs - before <= SETBACK_WINDOW_MS;
      });
    }),
  );
}

describe('whatever happens', () => {
  it('exactly those are set aside that failed twice within five minutes since the last probe', () => {
    fc.assert(
      fc.property(events, (history) => {
        expect(new Set(run(...history).setAside.keys())).toEqual(expected(history));
      }),
    );
  });

  it('what is set aside stays so until a probe, and each is told once', () => {
    fc.assert(
      fc.property(events, (history) => {
        let state: Setbacks = NO_SETBACKS;
        const told = new Set<string>();
        for (const event of history) {
          const next = reduceSetbacks(state, event);
          if (event.type === 'probed') told.clear();
          else for (const element of state.setAside.keys()) expect(next.setAside.has(element)).toBe(true);
          for (const { element } of newlySetAside(state, next)) {
            expect(told.has(element)).toBe(false);
            told.add(element);
          }
          state = next;
        }
      }),
    );
  });

  it('no more is remembered than counts', () => {
    fc.assert(
      fc.property(events, (history) => {
        for (const times of run(...history).failures.values()) expect(times.length).toBeLessThan(MOST_SETBACKS);
      }),
    );
  });
});
