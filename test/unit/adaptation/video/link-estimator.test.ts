import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideVideo,
  startVideoAdaptation,
  type VideoAdaptationState,
} from '../../../../src/adaptation/video/decide.js';
import { type LinkEstimate, LinkEstimator } from '../../../../src/adaptation/video/link-estimator.js';
import type { PacketResult, VideoFeedback } from '../../../../src/hub/video-link.js';

const feedbackOf = (atMs: number, packets: readonly PacketResult[]): VideoFeedback => ({
  atMs,
  packets,
  lossRatio: null,
  estimateBps: null,
  rttMs: null,
});

// With the headers of SRTP, UDP and IP.
const sentBps = (1238 * 8000) / 5;

/** Packets of 1200 bytes sent every 5 ms through a link that takes `workMs` for each. */
function packetsThrough(workMs: number, count: number, lostEvery = Number.POSITIVE_INFINITY): PacketResult[] {
  let freeMs = 0;
  return Array.from({ length: count }, (_, i) => {
    const sentMs = 1000 + 5 * i;
    freeMs = Math.max(freeMs, sentMs) + workMs;
    const arrivedMs = (i + 1) % lostEvery === 0 ? null : 7_000_000 + freeMs;
    return { sentMs, arrivedMs, bytes: 1200, isProbe: false };
  });
}

function estimateOf(packets: readonly PacketResult[]): LinkEstimate {
  const estimator = new LinkEstimator();
  for (let i = 0; i < packets.length; i += 20) {
    estimator.add(feedbackOf(1000 + 5 * (i + 20), packets.slice(i, i + 20)), 1.92e6);
  }
  return estimator.read(1000 + 5 * packets.length);
}

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer({ min: -100_000, max: 100_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 2 ** 53, 2 ** 44),
);
const anyPacket: fc.Arbitrary<PacketResult> = fc.record({
  sentMs: anyNumber,
  arrivedMs: fc.option(anyNumber),
  bytes: anyNumber,
  isProbe: fc.boolean(),
});
const likelyPacket: fc.Arbitrary<PacketResult> = fc.record({
  sentMs: fc.integer({ min: 0, max: 5000 }),
  arrivedMs: fc.option(fc.integer({ min: -4000, max: 9000 })),
  bytes: fc.integer({ min: 1, max: 1500 }),
  isProbe: fc.boolean(),
});
const anyFeedback = fc.record({
  atMs: fc.integer({ min: 0, max: 20_000 }),
  packets: fc.array(fc.oneof(anyPacket, likelyPacket), { maxLength: 60 }),
  lossRatio: fc.option(anyNumber),
  estimateBps: fc.option(anyNumber),
  rttMs: fc.option(anyNumber),
});

describe('the estimate of a link', () => {
  it('knows no limit where nothing queues', () => {
    expect(estimateOf(packetsThrough(1, 400))).toMatchObject({ linkBps: null, limitBps: null, isCongested: false });
  });

  it('knows what a link carries from what queues in it, and that more is sent', () => {
    const { linkBps, isCongested, queueMs } = estimateOf(packetsThrough(8, 400));
    expect(linkBps).toBeCloseTo((1238 * 8000) / 8, -3);
    expect(isCongested).toBe(true);
    expect(queueMs).toBeGreaterThan(1000);
  });

  it('takes no chance loss of a twentieth for congestion, but a fifth without any delay', () => {
    expect(estimateOf(packetsThrough(1, 400, 20))).toMatchObject({ limitBps: null, isCongested: false });
    const { limitBps, isCongested, lossRatio } = estimateOf(packetsThrough(1, 400, 5));
    expect(isCongested).toBe(true);
    expect(lossRatio).toBeCloseTo(0.2, 2);
    expect(limitBps).toBeCloseTo(0.8 * sentBps, -4);
  });

  it('measures the acknowledged rate', () => {
    expect(estimateOf(packetsThrough(1, 400)).arrivedBps).toBeCloseTo(sentBps, -5);
  });

  it('holds what the link carried when it shows no limit any more, or more that came through', () => {
    const estimator = new LinkEstimator();
    estimator.add(feedbackOf(3000, packetsThrough(8, 400)), 1.92e6);
    expect(estimator.read(3000).linkBps).toBeCloseTo(1.238e6, -3);
    const later = packetsThrough(1, 800).map((each) => ({ ...each, sentMs: each.sentMs + 6000 }));
    const arrivals = later.map((each) => ({ ...each, arrivedMs: each.sentMs + 7_000_001 }));
    estimator.add(feedbackOf(11_000, arrivals), 1.92e6);
    const { linkBps, limitBps } = estimator.read(11_000);
    expect(limitBps).toBeNull();
    expect(linkBps).toBeCloseTo(sentBps, -5);
  });

  it('is finite, and a decision is possible, whatever is told', () => {
    const options = [4e6, 2e6, 1e6].map((bitrateBps, i) => ({ name: `tier${i}`, bitrateBps, mostBps: bitrateBps }));
    fc.assert(
      fc.property(fc.array(anyFeedback, { maxLength: 30 }), anyNumber, (feedbacks, sentBps) => {
        const estimator = new LinkEstimator();
        let state: VideoAdaptationState = startVideoAdaptation('tier1', 0);
        for (const [i, feedback] of feedbacks.entries()) {
          estimator.add(feedback, sentBps);
          const nowMs = 100 * i;
          const { linkBps, limitBps, lossRatio, rttMs, queueMs, arrivedBps, probe } = estimator.read(nowMs);
          for (const figure of [linkBps, limitBps, lossRatio, rttMs, queueMs, arrivedBps, probe?.carriedBps ?? null]) {
            expect(figure === null || (Number.isFinite(figure) && figure >= 0)).toBe(true);
          }
          state = decideVideo(state, { nowMs, link: estimator.read(nowMs), options }).state;
          expect(options.map(({ name }) => name)).toContain(state.tier);
          if (state.probe !== null) estimator.beginProbe(state.probe.order);
        }
      }),
      { seed: 20_260_105, numRuns: 500 },
    );
  });
});
