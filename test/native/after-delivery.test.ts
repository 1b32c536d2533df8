import { describe, expect, it } from 'vitest';
import { addon, openPipeline, sink, until } from './harness.js';

const source = 'videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=100/1 ! tee name=t';
const description = `${source} t. ! ${sink('ready')} t. ! queue name=q ! ${sink('worked')}`;
const sinks = ['ready', 'worked'];

/** CLOCK_MONOTONIC, ms. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

function beBusyUntil(endMs: number): void {
  while (nowMs() < endMs);
}

/**
 * How many frames came to the second sink while JavaScript was still at the first one's, in a microtask behind its
 * handler; of those alone that it was done with in time: what waits has its limit.
 */
async function overtakers(afterDelivery: readonly string[]): Promise<number> {
  const delivered: { sequence: number; fromMs: number; toMs: number }[] = [];
  const workedMs = new Map<number, number>();
  const { pipeline } = openPipeline(description, {
    sinks,
    afterDelivery,
    onFrames: () => {
      const ready = pipeline.take('ready');
      if (ready !== null) {
        addon.releaseFrame(ready.handle);
        const { sequence, arrivalMs: fromMs } = ready;
        queueMicrotask(() => {
          beBusyUntil(fromMs + 4);
          delivered.push({ sequence, fromMs, toMs: nowMs() });
        });
      }
      const other = pipeline.take('worked');
      if (other === null) return;
      workedMs.set(other.sequence, other.arrivalMs);
      addon.releaseFrame(other.handle);
    },
  });
  const inTime = () => delivered.filter(({ sequence, fromMs, toMs }) => toMs - fromMs < 7 && workedMs.has(sequence));
  await pipeline.start();
  await until('thirty frames delivered in time', () => inTime().length >= 30);
  await pipeline.close(5000);
  return inTime().filter(({ sequence, toMs }) => (workedMs.get(sequence) ?? toMs) < toMs).length;
}

describe('what works after the delivery', () => {
  it('waits for the frames that are ready, and for what their handler left to the end of its turn', async () => {
    expect(await overtakers(['q'])).toBe(0);
    // Else it need not wait for anybody, and doesn't.
    expect(await overtakers([])).toBeGreaterThan(0);
  });

  it('goes on where JavaScript is busy for long', async () => {
    const { pipeline } = openPipeline(description, { sinks, afterDelivery: ['q'] });
    await pipeline.start();
    await until('frames', () => (pipeline.stats().sinks.worked?.received ?? 0) > 0);
    // The event loop stands still until the other thread has given more, however long that takes.
    const before = pipeline.stats().sinks.worked?.received ?? 0;
    const deadlineMs = nowMs() + 20_000;
    while ((pipeline.stats().sinks.worked?.received ?? 0) < before + 5 && nowMs() < deadlineMs);
    expect(pipeline.stats().sinks.worked?.received).toBeGreaterThanOrEqual(before + 5);
  });

  it('is no hindrance to the end', async () => {
    for (let i = 0; i < 20; i++) {
      const { pipeline } = openPipeline(description, { sinks, afterDelivery: ['q'] });
      await pipeline.start();
      expect(await pipeline.close(10_000)).toBe(true);
    }
  });

  it('is an element with a source pad', () => {
    const open = (afterDelivery: unknown) => () =>
      openPipeline(description, { sinks, afterDelivery: afterDelivery as string[] });
    expect(open(['nobody'])).toThrow(expect.objectContaining({ code: 'ERR_NO_ELEMENT' }));
    expect(open(['ready'])).toThrow(/options\.afterDelivery: element "ready" has no pad "src"/);
    expect(open('q')).toThrow(/options\.afterDelivery must be an array, not "q"/);
    expect(open([1])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG' }));
  });
});
