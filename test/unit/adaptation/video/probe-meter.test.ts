import { describe, expect, it } from 'vitest';
import type { CarriedPacket } from '../../../../src/adaptation/video/carried-rate.js';
import { ProbeMeter } from '../../../../src/adaptation/video/probe-meter.js';

const order = { bitrateBps: 2.4e6, startMs: 1000, durationMs: 400 };

/** A packet of 1200 bytes every 4 ms, so 2.4 Mb/s; each waits as long and keeps the link at work as long as said. */
function send(meter: ProbeMeter, workMs: number | null, { lostEvery = Number.POSITIVE_INFINITY, untilMs = 1500 } = {}) {
  let queueMs = 0;
  let count = 0;
  for (let sentMs = 1000; sentMs < untilMs; sentMs += 4) {
    count++;
    if (count % lostEvery === 0) meter.addLost(sentMs);
    else {
      queueMs += workMs === null ? 0 : workMs - 4;
      const packet: CarriedPacket = { sentMs, arrivedMs: 70_000 + sentMs + queueMs, bytes: 1200, queueMs, workMs };
      meter.add(packet);
    }
  }
}

describe('what comes of a probe', () => {
  it('is all of it where nothing queued', () => {
    const meter = new ProbeMeter(order, 0);
    send(meter, null);
    const { isOver, carriedBps, isUnhindered } = meter.read(1600);
    expect([isOver, isUnhindered]).toEqual([true, true]);
    expect(carriedBps).toBeCloseTo(2.4e6, -4);
  });

  it("is the link's rate where it queued, known before the probe is over", () => {
    const meter = new ProbeMeter(order, 0);
    send(meter, 8, { untilMs: 1200 });
    const { isOver, carriedBps, isUnhindered } = meter.read(1300);
    expect([isOver, isUnhindered]).toEqual([true, false]);
    expect(carriedBps).toBeCloseTo(1.2e6, -4);
  });

  it('is not known while it goes on', () => {
    const meter = new ProbeMeter(order, 0);
    send(meter, null, { untilMs: 1100 });
    expect(meter.read(1200)).toMatchObject({ isOver: false, carriedBps: null });
  });

  it('is over without a result where nothing is heard', () => {
    const meter = new ProbeMeter(order, 0);
    expect(meter.read(2900).isOver).toBe(false);
    expect(meter.read(3000)).toEqual({ isOver: true, carriedBps: null, isUnhindered: false });
  });

  it('counts what the link loses anyway as carried, and what it loses beyond as not', () => {
    const before = new ProbeMeter(order, 0.05);
    send(before, null, { lostEvery: 20 });
    expect(before.read(1600).isUnhindered).toBe(true);
    const now = new ProbeMeter(order, 0);
    send(now, null, { lostEvery: 5 });
    expect(now.read(1600).isUnhindered).toBe(false);
    expect(now.read(1600).carriedBps).toBeLessThan(0.9 * order.bitrateBps);
  });

  it('is no more than what was sent where that was less than asked for', () => {
    const meter = new ProbeMeter({ ...order, bitrateBps: 4e6 }, 0);
    send(meter, null);
    expect(meter.read(1600).isUnhindered).toBe(true);
    expect(meter.read(1600).carriedBps).toBeLessThan(2.6e6);
  });
});
