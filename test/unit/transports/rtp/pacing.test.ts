import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../../../src/transports/rtp/pace.js';
import { Pacer } from '../../../../src/transports/rtp/pacer.js';
import { receiverReport, transportFeedback } from '../../../support/webrtc-client/rtcp-bytes.js';
import { numberOf } from './access-units.js';
import { type ReceivedPacket, unitsOf } from './rtp-receiver.js';
import { clock, negotiated, pass, ssrc, TestTier, TestViewer } from './scene.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

/** 1.5 Mb/s at 30 frames a second. */
function play(tier: TestTier, frames: number, from = 0): void {
  for (let i = 0; i < frames; i++) {
    tier.publish(from + i, from + i === 0, 6250);
    pass(33);
  }
}

/** A keyframe of 60 kB for a viewer of a playing tier: how long it took, and the most bytes within 10 ms. */
function sendKeyframe(linkBps: number | null, isHeard: boolean) {
  const tier = new TestTier('high');
  const sent: { readonly atMs: number; readonly bytes: number }[] = [];
  const viewer = new TestViewer();
  viewer.takes = ({ byteLength }) => sent.push({ atMs: clock(), bytes: byteLength }) > 0;
  viewer.stream.switchTo(tier.tier);
  if (isHeard) viewer.stream.onRtcp(receiverReport({ ssrc }));
  viewer.stream.setLinkBps(linkBps);
  play(tier, 90);
  sent.length = 0;
  const startMs = clock();
  tier.publish(90, true, 60_000);
  pass(1000);
  const tookMs = (sent.at(-1)?.atMs ?? 0) - startMs;
  const within = (ms: number) => sent.filter(({ atMs }) => atMs >= ms && atMs < ms + 10);
  const mostIn10Ms = Math.max(
    ...Array.from({ length: 300 }, (_, i) => within(startMs + i).reduce((sum, { bytes }) => sum + bytes, 0)),
  );
  return { tookMs, mostIn10Ms };
}

describe('pacing', () => {
  it('sends access units of the usual size at once', () => {
    const tier = new TestTier('high');
    const delivered: number[] = [];
    const viewer = new TestViewer({ onAccessUnit: ({ captureMs }) => delivered.push(clock() - captureMs) });
    viewer.stream.switchTo(tier.tier);
    play(tier, 60);
    // Of the first ones it isn't known yet what is usual.
    expect(delivered.slice(5)).toEqual(Array(55).fill(0));
  });

  it('spreads a keyframe over two thirds of the frame time where the link has shown no limit', () => {
    const { tookMs, mostIn10Ms } = sendKeyframe(null, true);
    expect(tookMs).toBeGreaterThan(10);
    expect(tookMs).toBeLessThanOrEqual(25);
    expect(mostIn10Ms).toBeLessThan(45_000);
  });

  it('spreads it by the bit rate of the tier where the link is slow or unknown', () => {
    // What is beyond the burst of 12.5 kB, at 2.5 times 1.5 Mb/s.
    for (const { tookMs, mostIn10Ms } of [sendKeyframe(1_800_000, true), sendKeyframe(null, false)]) {
      expect(tookMs).toBeGreaterThan(75);
      expect(tookMs).toBeLessThan(125);
      expect(mostIn10Ms).toBeLessThan(20_000);
    }
  });

  it('is half as fast again as the link where that is known to carry more', () => {
    // What is beyond the burst of 12.5 kB, at 12 Mb/s.
    const { tookMs } = sendKeyframe(8_000_000, true);
    expect(tookMs).toBeGreaterThan(24);
    expect(tookMs).toBeLessThan(40);
  });

  it('has one timer for all viewers, while somebody has something to send', () => {
    const tier = new TestTier('high');
    const pacer = new Pacer(clock);
    const viewers = Array.from({ length: 5 }, () => new TestViewer({ pacer }));
    for (const { stream } of viewers) stream.switchTo(tier.tier);
    tier.publish(0, true, 60_000);
    expect([pacer.waitingCount, vi.getTimerCount()]).toEqual([5, 1]);
    pass(500);
    expect([pacer.waitingCount, vi.getTimerCount()]).toEqual([0, 0]);
    tier.publish(1, true, 200_000);
    viewers[0]?.stream.close();
    expect([pacer.waitingCount, vi.getTimerCount()]).toEqual([4, 1]);
    pacer.close();
    pacer.close();
    expect([pacer.waitingCount, vi.getTimerCount()]).toEqual([0, 0]);
    for (const { stream } of viewers) stream.close();
  });

  it('never lets more out than the burst and the rate, and never less than the rate', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 100, max: 1200 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 100_000, max: 8_000_000 }),
        fc.integer({ min: 1, max: 60 }),
        (moves, tierBps, fps) => {
          const pace = new Pace();
          pace.adjust({ tierBps, fps, linkBps: null, isLinkHeard: false, queuedBytes: 0 });
          let nowMs = 0;
          let bytes = 0;
          for (const [ms, size] of moves) {
            nowMs += ms;
            while (pace.allows(nowMs)) {
              pace.spend(size);
              bytes += size;
            }
            const byRate = (2.5 * tierBps * nowMs) / 8000;
            expect(bytes).toBeLessThanOrEqual(byRate + 20_000 + 1200);
          }
        },
      ),
    );
  });
});

describe('a viewer that takes nothing', () => {
  it('gets the rest a moment later where that was short', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    play(tier, 2);
    viewer.takes = () => false;
    play(tier, 2, 2);
    viewer.takes = () => true;
    play(tier, 2, 4);
    expect(unitsOf(viewer.media).map(({ nals }) => numberOf(nals))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(viewer.stream.stats()).toMatchObject({ delivered: 6, droppedSlow: 0 });
  });

  it('goes on with the next keyframe, which it asks for', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    play(tier, 2);
    pass(400);
    tier.keyframesWanted = 0;
    let count = 2;
    viewer.takes = () => count-- > 0;
    play(tier, 10, 2);
    expect(tier.keyframesWanted).toBe(1);
    viewer.takes = () => true;
    play(tier, 2, 12);
    tier.publish(14, true);
    play(tier, 1, 15);
    expect(unitsOf(viewer.media, true).map(({ nals }) => numberOf(nals))).toEqual([0, 1, 14, 15]);
    expect(viewer.stream.stats()).toMatchObject({ delivered: 4, droppedSlow: 12 });
  });

  it('asks more and more seldom, so that others are not bothered', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    play(tier, 1);
    const { length } = viewer.media;
    viewer.takes = () => false;
    tier.keyframesWanted = 0;
    for (let i = 1; i < 900; i++) {
      tier.publish(i, i % 60 === 0);
      pass(33);
    }
    // At 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 23.5 seconds.
    expect(tier.keyframesWanted).toBeGreaterThanOrEqual(5);
    expect(tier.keyframesWanted).toBeLessThanOrEqual(8);
    expect(viewer.media).toHaveLength(length);
    expect(viewer.pacer.waitingCount).toBeLessThanOrEqual(1);
  });
});

describe('a probe', () => {
  /** What a viewer at 1.5 Mb/s is sent in the 400 ms of a probe for 3 Mb/s, and after it. */
  function probe(hasRtx: boolean) {
    const tier = new TestTier('high');
    const viewer = new TestViewer({ negotiated: hasRtx ? negotiated : { ...negotiated, rtx: undefined } });
    viewer.stream.switchTo(tier.tier);
    play(tier, 60);
    const before = viewer.rtp.length;
    const sentBps = viewer.stream.sentBps;
    viewer.stream.probe(3_000_000, 400);
    play(tier, 12, 60);
    const during = viewer.rtp.slice(before);
    play(tier, 6, 72);
    const after = viewer.rtp.slice(before + during.length);
    return { viewer, during, after, sentBps };
  }

  it('fills up to the bit rate with packets sent again by RTX', () => {
    const { viewer, during, after, sentBps } = probe(true);
    const sizes = during.reduce((sum, { payload }) => sum + payload.length + 36, 0);
    expect((8 * sizes) / 0.4).toBeGreaterThan(0.9 * 3_000_000);
    expect((8 * sizes) / 0.4).toBeLessThan(1.1 * 3_000_000);
    const recent = new Set(viewer.media.map(({ sequence }) => sequence));
    expect(viewer.repeated.every(({ sequence }) => recent.has(sequence))).toBe(true);
    expect(after.every(({ payloadType }) => payloadType === 96)).toBe(true);
    expect(viewer.stream.sentBps).toBeLessThan(1.1 * sentBps);
    expect(viewer.stream.stats().probeBytes).toBeGreaterThan(50_000);
    expect(unitsOf(viewer.media).map(({ nals }) => numberOf(nals))).toEqual(Array.from({ length: 78 }, (_, i) => i));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fills up with padding between two access units where there is no RTX', () => {
    const { viewer, during } = probe(false);
    const padding = during.filter(({ paddingBytes }) => paddingBytes > 0);
    expect(padding.length).toBeGreaterThan(100);
    expect(
      padding.every(({ payload, marker, paddingBytes }) => payload.length === 0 && !marker && paddingBytes === 255),
    ).toBe(true);
    expect(unitsOf(viewer.media).map(({ nals }) => numberOf(nals))).toEqual(Array.from({ length: 78 }, (_, i) => i));
  });

  it('is told of as such in the feedback', () => {
    for (const hasRtx of [true, false]) {
      const { viewer } = probe(hasRtx);
      const { rtp } = viewer;
      expect(rtp.map(({ extensions }) => extensions.get(3)?.readUInt16BE(0))).toEqual(rtp.map((_, i) => i));
      viewer.stream.onRtcp(
        transportFeedback(
          0,
          0,
          rtp.map((_, i) => i),
        ),
      );
      const [feedback] = viewer.hear();
      const isProbe = ({ payloadType, payload }: ReceivedPacket) => payloadType === 97 || payload.length === 0;
      expect(feedback?.packets.map((packet) => packet.isProbe)).toEqual(rtp.map(isProbe));
    }
  });

  it('ends by one that takes no time', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    play(tier, 30);
    viewer.stream.probe(3_000_000, 10_000);
    play(tier, 3, 30);
    const { probeBytes } = viewer.stream.stats();
    expect(probeBytes).toBeGreaterThan(0);
    viewer.stream.probe(3_000_000, 0);
    play(tier, 30, 33);
    expect(viewer.stream.stats().probeBytes).toBe(probeBytes);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends nothing before the first access unit', () => {
    const viewer = new TestViewer();
    viewer.stream.probe(3_000_000, 400);
    pass(1000);
    expect(viewer.datagrams).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
