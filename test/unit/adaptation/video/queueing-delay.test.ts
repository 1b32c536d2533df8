import { describe, expect, it } from 'vitest';
import { QueueingDelay } from '../../../../src/adaptation/video/queueing-delay.js';

const originMs = 900_000;

/** Adds a packet every 10 ms whose way is as long as `wayMs` says, and what stands to reason after each. */
function feed(delay: QueueingDelay, fromMs: number, untilMs: number, wayMs: (atMs: number) => number): number {
  let waited = Number.NaN;
  for (let sentMs = fromMs; sentMs < untilMs; sentMs += 10) {
    waited = delay.add({ sentMs, arrivedMs: originMs + sentMs + wayMs(sentMs), bytes: 1200 });
    delay.acceptLongerWay();
  }
  return waited;
}

describe('how long packets wait', () => {
  it('is what they take longer than the shortest way', () => {
    const delay = new QueueingDelay();
    feed(delay, 0, 1000, () => 20);
    expect(feed(delay, 1000, 1010, () => 95)).toBe(75);
    expect(delay.wayMs).toBe(originMs + 20);
  });

  it('tells of congestion when it grows', () => {
    const delay = new QueueingDelay();
    feed(delay, 0, 1000, () => 20);
    expect(delay.isCongested).toBe(false);
    feed(delay, 1000, 1500, (atMs) => 20 + (atMs - 1000) / 4);
    expect(delay.isCongested).toBe(true);
  });

  it('tells of none when one keyframe waits', () => {
    const delay = new QueueingDelay();
    feed(delay, 0, 3000, (atMs) => 20 + (atMs % 1000 < 50 ? 80 : 0));
    expect(delay.isCongested).toBe(false);
  });

  it('tells of congestion when a queue stands for seconds, and is uneven', () => {
    const delay = new QueueingDelay();
    feed(delay, 0, 1000, () => 20);
    feed(delay, 1000, 5000, (atMs) => 130 + 40 * Math.sin(atMs / 300));
    expect(delay.isCongested).toBe(true);
  });

  it('takes a way that became longer for one, after two seconds', () => {
    const delay = new QueueingDelay();
    feed(delay, 0, 2000, () => 20);
    expect(feed(delay, 2000, 3500, () => 60)).toBe(40);
    expect(feed(delay, 3500, 5000, () => 60)).toBe(0);
    expect(delay.isCongested).toBe(false);
  });

  it('forgets a shorter way after twenty seconds', () => {
    const delay = new QueueingDelay();
    feed(delay, 0, 100, () => 5);
    expect(feed(delay, 100, 25_000, (atMs) => 20 + (atMs % 100) / 2)).toBeLessThan(50);
    expect(delay.wayMs).toBe(originMs + 20);
  });
});
