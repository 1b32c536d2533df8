import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { numberOf } from './access-units.js';
import { isRtcp, unitsOf } from './rtp-receiver.js';
import { clock, negotiated, pass, ssrc, TestTier, TestViewer } from './scene.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Sends so many frames at 30 a second, the first of them a keyframe where that is said. */
function play(tier: TestTier, count: number, from = 0, startsWithKeyframe = true): void {
  for (let i = 0; i < count; i++) {
    tier.publish(from + i, startsWithKeyframe && i === 0);
    pass(33);
  }
}

/** A viewer that is to go from `high`, which its link doesn't carry, to `low`, which has given nothing yet. */
function leavingForLow() {
  const high = new TestTier('high');
  const low = new TestTier('low');
  const viewer = new TestViewer();
  viewer.stream.switchTo(high.tier);
  for (let i = 0; i < 40; i++) {
    high.publish(i, i === 0, 20_000);
    pass(33);
  }
  viewer.stream.setLinkBps(700_000);
  viewer.stream.switchTo(low.tier);
  return { high, low, viewer };
}

describe('a viewer stream', () => {
  it('begins with a keyframe that it asked for', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    expect(tier.demands).toEqual([true]);
    expect(tier.keyframesWanted).toBe(1);
    expect(viewer.stream.tier).toBeUndefined();
    tier.publish(1);
    tier.publish(2, true);
    tier.publish(3);
    pass(100);
    const units = unitsOf(viewer.media);
    expect(units.map(({ nals }) => numberOf(nals))).toEqual([2, 3]);
    expect(units[0]?.isKeyframe).toBe(true);
    expect(viewer.stream.tier).toBe(tier.tier);
    expect(tier.freed).toBe(3);
  });

  it('writes the header extensions that were negotiated', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    play(tier, 3);
    const { media } = viewer;
    expect(media.map(({ extensions }) => extensions.get(3)?.readUInt16BE(0))).toEqual(media.map((_, i) => i));
    expect(media.every(({ extensions }) => extensions.get(5)?.equals(Buffer.alloc(3)))).toBe(true);
    expect(media.every(({ extensions }) => extensions.get(4)?.toString() === '0')).toBe(true);
    expect(media[0]?.extensions.get(2)?.readUIntBE(0, 3)).toBe(Math.floor(((5_000_000 % 64_000) * 2 ** 18) / 1000));
    expect(Math.max(...viewer.rtp.map(({ payload }) => payload.length))).toBeLessThanOrEqual(1152);
    expect(Math.max(...viewer.datagrams.map(({ length }) => length))).toBeLessThanOrEqual(1200);
  });

  it('goes on with the old tier until the new one has a keyframe, without a gap', () => {
    const high = new TestTier('high');
    const low = new TestTier('low');
    const tiers: string[] = [];
    const viewer = new TestViewer({ onTier: ({ name }) => tiers.push(name) });
    viewer.stream.switchTo(high.tier);
    play(high, 2);
    viewer.stream.switchTo(low.tier);
    expect(viewer.stream.tier).toBe(high.tier);
    expect(viewer.stream.wantedTier).toBe(low.tier);
    play(high, 1, 10, false);
    low.publish(20);
    low.publish(21, true);
    high.publish(11);
    low.publish(22);
    pass(100);
    const units = unitsOf(viewer.media);
    expect(units.map(({ nals }) => numberOf(nals))).toEqual([0, 1, 10, 21, 22]);
    expect(tiers).toEqual(['high', 'low']);
    expect(high.demands).toEqual([true, false]);
    expect(high.channel.receiverCount).toBe(0);
  });

  it('sends nothing more of the old tier where the link does not carry it', () => {
    const { high, low, viewer } = leavingForLow();
    high.keyframesWanted = 0;
    for (let i = 40; i < 50; i++) {
      high.publish(i, false, 20_000);
      pass(33);
    }
    low.publish(60, true);
    low.publish(61);
    pass(400);
    const numbers = unitsOf(viewer.media, true).map(({ nals }) => numberOf(nals));
    expect(numbers.filter((number) => number >= 40)).toEqual([60, 61]);
    expect(viewer.stream.stats().droppedSlow).toBe(10);
    // Its other viewers aren't bothered.
    expect(high.keyframesWanted).toBe(0);
  });

  it('goes on with a keyframe of the old tier where it comes back to it after that', () => {
    const { high, viewer } = leavingForLow();
    high.publish(40, false, 20_000);
    viewer.stream.switchTo(high.tier);
    high.keyframesWanted = 0;
    high.publish(41, false, 20_000);
    expect(high.keyframesWanted).toBe(1);
    high.publish(42, true);
    high.publish(43);
    pass(400);
    const numbers = unitsOf(viewer.media, true).map(({ nals }) => numberOf(nals));
    expect(numbers.filter((number) => number >= 40)).toEqual([42, 43]);
  });

  it('says BYE once, leaves its tiers and keeps no timer', () => {
    const tier = new TestTier('high');
    const other = new TestTier('low');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    tier.publish(0, true, 400_000);
    viewer.stream.switchTo(other.tier);
    viewer.stream.close();
    viewer.stream.close();
    viewer.stream.switchTo(tier.tier);
    viewer.stream.probe(1e6, 500);
    const count = viewer.datagrams.length;
    pass(1000);
    expect(viewer.datagrams).toHaveLength(count);
    expect([tier.demands, other.demands]).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(viewer.pacer.waitingCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    const byes = viewer.rtcp.filter((bytes) => bytes.subarray(-8).readUInt8(1) === 203);
    expect(byes.map((bytes) => bytes.readUInt32BE(bytes.length - 4))).toEqual([ssrc]);
  });

  it('sends nothing more when it is closed by what it tells', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer({ onTier: () => viewer.stream.close() });
    viewer.stream.switchTo(tier.tier);
    tier.publish(0, true);
    pass(100);
    expect(viewer.rtp).toEqual([]);
    const other = new TestViewer({ onAccessUnit: () => other.stream.close() });
    other.stream.switchTo(tier.tier);
    tier.publish(1, true);
    tier.publish(2);
    pass(100);
    expect(unitsOf(other.media).map(({ nals }) => numberOf(nals))).toEqual([1]);
    expect([tier.channel.receiverCount, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('tells what it delivered', () => {
    const tier = new TestTier('high');
    const delivered: [number, string][] = [];
    const viewer = new TestViewer({ onAccessUnit: ({ captureMs }, { name }) => delivered.push([captureMs, name]) });
    viewer.stream.switchTo(tier.tier);
    const startMs = clock();
    play(tier, 3);
    expect(delivered).toEqual([0, 33, 66].map((ms) => [startMs + ms, 'high']));
    expect(viewer.stream.stats()).toMatchObject({ delivered: 3, droppedSlow: 0, retransmitted: 0, probeBytes: 0 });
    const rtpBytes = viewer.datagrams
      .filter((datagram) => !isRtcp(datagram))
      .reduce((sum, { length }) => sum + length, 0);
    expect(viewer.stream.stats().bytes).toBe(rtpBytes);
  });

  it('refuses an extension id that can not be written', () => {
    expect(() => new TestViewer({ negotiated: { ...negotiated, transportCcId: 15 } })).toThrow(RangeError);
  });
});
