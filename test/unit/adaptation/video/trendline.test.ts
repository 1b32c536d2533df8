import { describe, expect, it } from 'vitest';
import { Trendline } from '../../../../src/adaptation/video/trendline.js';

/** Adds a packet every 10 ms whose way is as long as `delayMs` says. */
function feed(trend: Trendline, fromMs: number, untilMs: number, delayMs: (atMs: number) => number): void {
  for (let sentMs = fromMs; sentMs < untilMs; sentMs += 10) {
    trend.add({ sentMs, arrivedMs: 50_000 + sentMs + delayMs(sentMs), bytes: 1200 });
  }
}

describe('the trend of delay', () => {
  it('is none where packets take as long as they always do, give or take a little', () => {
    const trend = new Trendline();
    feed(trend, 0, 5000, (atMs) => (atMs % 30) / 10);
    expect(trend.isGrowing).toBe(false);
  });

  it('grows when each packet takes longer than the one before, within half a second', () => {
    const trend = new Trendline();
    feed(trend, 0, 2000, () => 0);
    feed(trend, 2000, 2400, (atMs) => (atMs - 2000) / 4);
    expect(trend.isGrowing).toBe(true);
  });

  it('grows no more when the queue drains', () => {
    const trend = new Trendline();
    feed(trend, 0, 1000, (atMs) => atMs / 4);
    expect(trend.isGrowing).toBe(true);
    feed(trend, 1000, 2000, (atMs) => Math.max(0, 250 - (atMs - 1000) / 2));
    expect(trend.isGrowing).toBe(false);
  });

  it('says nothing before there is enough, nor after a reset', () => {
    const trend = new Trendline();
    feed(trend, 0, 150, (atMs) => atMs);
    expect(trend.isGrowing).toBe(false);
    feed(trend, 150, 1000, (atMs) => atMs);
    expect(trend.isGrowing).toBe(true);
    trend.reset();
    expect(trend.isGrowing).toBe(false);
  });
});
