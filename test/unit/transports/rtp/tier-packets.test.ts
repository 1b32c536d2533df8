import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RtpAccessUnit } from '../../../../src/transports/rtp/access-unit.js';
import { numberOf } from './access-units.js';
import { unitsOf } from './rtp-receiver.js';
import { pass, TestTier, TestViewer } from './scene.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

function watcher() {
  const units: RtpAccessUnit[] = [];
  return { units, receive: (unit: RtpAccessUnit) => units.push(unit) };
}

describe('a tier', () => {
  it('is subscribed from its first viewer to its last', () => {
    const { tier, demands, channel } = new TestTier('high');
    expect(demands).toEqual([]);
    const leaveA = tier.join(watcher());
    const leaveB = tier.join(watcher());
    expect([demands, tier.viewerCount]).toEqual([[true], 2]);
    leaveA();
    leaveA();
    expect([demands, tier.viewerCount]).toEqual([[true], 1]);
    leaveB();
    expect([demands, tier.viewerCount, channel.receiverCount]).toEqual([[true, false], 0, 0]);
    tier.join(watcher());
    expect(demands).toEqual([true, false, true]);
  });

  it('makes packets once for all viewers, and lets the frame go at once', () => {
    const high = new TestTier('high');
    const [a, b] = [watcher(), watcher()];
    high.tier.join(a);
    high.tier.join(b);
    high.publish(0, true);
    expect(a.units).toHaveLength(1);
    expect(a.units[0]).toBe(b.units[0]);
    expect(high.freed).toBe(1);
  });

  it('keeps packets for a second and a half, and then nobody has them any more', () => {
    const high = new TestTier('high');
    const viewer = watcher();
    high.tier.join(viewer);
    for (let i = 0; i < 60; i++) {
      high.publish(i, i === 0);
      pass(33);
    }
    const kept = viewer.units.filter(({ packetCount }) => packetCount > 0);
    expect(kept).toHaveLength(Math.floor(1500 / 33) + 1);
    expect(kept[0]).toBe(viewer.units[60 - kept.length]);
    expect(high.tier.sinceKeyframe()).toEqual([]);
  });

  it('keeps no more than four megabytes', () => {
    const high = new TestTier('high');
    const viewer = watcher();
    high.tier.join(viewer);
    for (let i = 0; i < 10; i++) high.publish(i, true, 1_000_000);
    expect(viewer.units.filter(({ packetCount }) => packetCount > 0)).toHaveLength(4);
  });

  it('knows what came since the last keyframe, and forgets it with its last viewer', () => {
    const high = new TestTier('high');
    const viewer = watcher();
    const leave = high.tier.join(viewer);
    for (const [i, isKeyframe] of [true, false, true, false].entries()) high.publish(i, isKeyframe);
    expect(high.tier.sinceKeyframe()).toEqual(viewer.units.slice(2));
    leave();
    expect(high.tier.sinceKeyframe()).toEqual([]);
    // Somebody may still be sending it.
    expect(viewer.units.at(-1)?.packetCount).toBeGreaterThan(0);
  });

  it('gives a viewer that leaves meanwhile nothing more', () => {
    const high = new TestTier('high');
    const seen: number[] = [];
    const leave = high.tier.join({
      receive: () => {
        seen.push(1);
        leave();
      },
    });
    high.publish(0, true);
    high.publish(1);
    expect(seen).toEqual([1]);
  });
});

describe('a viewer that joins', () => {
  it('begins with a keyframe of just now instead of asking for another one', () => {
    const high = new TestTier('high');
    const first = new TestViewer();
    first.stream.switchTo(high.tier);
    for (let i = 0; i < 4; i++) {
      high.publish(i, i === 0);
      pass(33);
    }
    high.keyframesWanted = 0;
    const second = new TestViewer();
    second.stream.switchTo(high.tier);
    high.publish(4);
    pass(500);
    expect(unitsOf(second.media).map(({ nals }) => numberOf(nals))).toEqual([0, 1, 2, 3, 4]);
    expect(high.keyframesWanted).toBe(0);
  });

  it('asks for one where the last one is long ago, and again while it does not come', () => {
    const high = new TestTier('high');
    const first = new TestViewer();
    first.stream.switchTo(high.tier);
    for (let i = 0; i < 20; i++) {
      high.publish(i, i === 0);
      pass(33);
    }
    high.keyframesWanted = 0;
    new TestViewer().stream.switchTo(high.tier);
    expect(high.keyframesWanted).toBe(1);
    for (let i = 20; i < 60; i++) {
      high.publish(i);
      pass(33);
    }
    expect(high.keyframesWanted).toBe(2);
  });

  it('is not shown again what it saw of another tier', () => {
    const [high, low] = [new TestTier('high'), new TestTier('low')];
    const [other, viewer] = [new TestViewer(), new TestViewer()];
    other.stream.switchTo(low.tier);
    viewer.stream.switchTo(high.tier);
    low.publish(100, true);
    high.publish(0, true);
    pass(33);
    low.publish(101);
    high.publish(1);
    viewer.stream.switchTo(low.tier);
    pass(33);
    expect(unitsOf(viewer.media).map(({ nals }) => numberOf(nals))).toEqual([0, 1]);
    low.publish(102, true);
    expect(unitsOf(viewer.media).map(({ nals }) => numberOf(nals))).toEqual([0, 1, 102]);
  });

  it('stays where it is when it changes its mind before the keyframe', () => {
    const [high, low] = [new TestTier('high'), new TestTier('low')];
    const viewer = new TestViewer();
    viewer.stream.switchTo(high.tier);
    high.publish(0, true);
    viewer.stream.switchTo(low.tier);
    viewer.stream.switchTo(high.tier);
    expect(low.demands).toEqual([true, false]);
    low.publish(100, true);
    high.publish(1);
    pass(100);
    expect(unitsOf(viewer.media).map(({ nals }) => numberOf(nals))).toEqual([0, 1]);
    expect(viewer.stream.wantedTier).toBe(high.tier);
  });
});
