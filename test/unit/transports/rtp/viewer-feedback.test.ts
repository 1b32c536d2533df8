import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fir, nack, pli, receiverReport, remb, transportFeedback } from '../../../support/webrtc-client/rtcp-bytes.js';
import { clock, negotiated, pass, ssrc, TestTier, TestViewer } from './scene.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A viewer that watches a tier which has sent so many frames, 33 ms apart. */
function watching(frames: number, options: ConstructorParameters<typeof TestViewer>[0] = {}) {
  const tier = new TestTier('high');
  const viewer = new TestViewer(options);
  viewer.stream.switchTo(tier.tier);
  for (let i = 0; i < frames; i++) {
    tier.publish(i, i === 0);
    pass(33);
  }
  // The wish to begin with is over.
  tier.keyframesWanted = 0;
  pass(400);
  return { tier, viewer, sequences: viewer.media.map(({ sequence }) => sequence) };
}

describe('a wish for a keyframe', () => {
  it('is passed on for PLI, at most three at once and one a second', () => {
    const { tier, viewer } = watching(2);
    for (let i = 0; i < 10; i++) {
      viewer.stream.onRtcp(pli(ssrc));
      pass(310);
    }
    // Three, and two more in the 2.8 seconds up to the last one.
    expect(tier.keyframesWanted).toBe(5);
  });

  it('is passed on once for one FIR, however often it comes', () => {
    const { tier, viewer } = watching(2);
    viewer.stream.onRtcp(fir(ssrc, 255));
    pass(400);
    viewer.stream.onRtcp(fir(ssrc, 255));
    pass(400);
    expect(tier.keyframesWanted).toBe(1);
    viewer.stream.onRtcp(fir(ssrc, 0));
    expect(tier.keyframesWanted).toBe(2);
  });

  it('is nothing where it means another stream', () => {
    const { tier, viewer } = watching(2);
    viewer.stream.onRtcp(Buffer.concat([pli(ssrc + 1), fir(ssrc + 1, 3)]));
    expect(tier.keyframesWanted).toBe(0);
  });
});

describe('a NACK', () => {
  it('is answered by RTX, not more often than once in a round trip', () => {
    const { viewer, sequences } = watching(3);
    const [first = 0, , third = 0] = sequences;
    viewer.stream.onRtcp(nack(ssrc, [first, 0b10], [first, 0]));
    viewer.stream.onRtcp(nack(ssrc, [first, 0]));
    expect(viewer.repeated.map(({ sequence }) => sequence)).toEqual([first, third]);
    pass(100);
    viewer.stream.onRtcp(nack(ssrc, [first, 0]));
    const { repeated } = viewer;
    expect(repeated.map(({ sequence }) => sequence)).toEqual([first, third, first]);
    expect(repeated[0]?.payload).toEqual(viewer.media[0]?.payload);
    expect(viewer.rtp.filter(({ payloadType }) => payloadType === 97).map(({ sequence }) => sequence)).toEqual(
      [0, 1, 2].map((i) => 16_384 + i),
    );
    expect(viewer.stream.stats().retransmitted).toBe(3);
  });

  it('is answered by the same packet where there is no RTX', () => {
    const { viewer, sequences } = watching(2, { negotiated: { ...negotiated, rtx: undefined } });
    viewer.stream.onRtcp(nack(ssrc, [sequences[1] ?? 0, 0]));
    const again = viewer.media.at(-1);
    const { transport: _, ...original } = { ...viewer.media[1], transport: 0, extensions: again?.extensions };
    expect(again).toEqual(original);
  });

  it('for what is kept no more asks for a keyframe, unless one came since', () => {
    const { tier, viewer, sequences } = watching(3);
    for (let i = 3; i < 60; i++) {
      tier.publish(i);
      pass(33);
    }
    viewer.stream.onRtcp(nack(ssrc, [sequences[0] ?? 0, 0]));
    expect(viewer.repeated).toEqual([]);
    expect(tier.keyframesWanted).toBe(1);
    tier.publish(60, true);
    pass(400);
    viewer.stream.onRtcp(nack(ssrc, [sequences[0] ?? 0, 0], [(sequences[0] ?? 0) - 1, 0]));
    expect(tier.keyframesWanted).toBe(1);
  });

  it('for what was before the last keyframe is nothing: nobody waits for it, and it would take the keyframe’s place', () => {
    const { tier, viewer, sequences } = watching(3);
    const last = sequences.at(-1) ?? 0;
    tier.publish(3, true);
    pass(400);
    viewer.stream.onRtcp(nack(ssrc, [last, 0b1]));
    expect(viewer.repeated.map(({ sequence }) => sequence)).toEqual([last + 1]);
  });

  it('over a link that carries little brings no more than a share of that', () => {
    const { viewer, tier, sequences } = watching(1);
    for (let i = 1; i < 30; i++) {
      tier.publish(i, false, 30_000);
      pass(33);
    }
    viewer.stream.setLinkBps(400_000);
    // What was saved up.
    const before = viewer.stream.stats().bytes;
    const repeat = () => {
      const from = viewer.newest - 400;
      for (let at = from; at < from + 400; at += 17) viewer.stream.onRtcp(nack(ssrc, [at & 0xffff, 0xffff]));
    };
    repeat();
    const burst = viewer.stream.stats().bytes - before;
    for (let i = 0; i < 10; i++) {
      pass(100);
      repeat();
    }
    const bps = (8 * (viewer.stream.stats().bytes - before - burst)) / 1.0;
    expect(sequences.length).toBeGreaterThan(0);
    expect(bps).toBeGreaterThan(100_000);
    expect(bps).toBeLessThan(200_000);
  });

  it('for what was not sent yet is nothing', () => {
    const { tier, viewer, sequences } = watching(2);
    viewer.stream.onRtcp(nack(ssrc, [(sequences.at(-1) ?? 0) + 1, 0xffff]));
    expect([viewer.repeated, tier.keyframesWanted]).toEqual([[], 0]);
  });

  it('is nothing where it was not negotiated or means another stream', () => {
    const { viewer, sequences } = watching(2, { negotiated: { ...negotiated, nack: false } });
    viewer.stream.onRtcp(nack(ssrc, [sequences[0] ?? 0, 0]));
    const other = watching(2);
    other.viewer.stream.onRtcp(nack(ssrc + 1, [other.sequences[0] ?? 0, 0]));
    expect([viewer.repeated, other.viewer.repeated]).toEqual([[], []]);
  });

  it('for everything over and over brings no more than the budget', () => {
    const tier = new TestTier('high');
    const viewer = new TestViewer();
    viewer.stream.switchTo(tier.tier);
    let bytes = 0;
    for (let i = 0; i < 90; i++) {
      tier.publish(i, i === 0, 6000);
      for (const { sequence } of viewer.media.slice(-200)) viewer.stream.onRtcp(nack(ssrc, [sequence, 0xffff]));
      pass(33);
      bytes = viewer.rtp
        .filter(({ payloadType }) => payloadType === 97)
        .reduce((sum, { payload }) => sum + payload.length, 0);
    }
    const mediaBytes = viewer.media.reduce((sum, { payload }) => sum + payload.length, 0);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(0.6 * mediaBytes);
  });
});

describe('what a viewer tells of its link', () => {
  it('is loss, the round trip by the sender report, and its own estimate', () => {
    const { viewer } = watching(3);
    const report = viewer.rtcp[0];
    if (report === undefined) throw new Error('no sender report');
    const sentMs = 5_000_000;
    const lastSenderReport = report.readUInt32BE(10);
    viewer.stream.onRtcp(
      Buffer.concat([
        receiverReport(
          { ssrc: 77, fractionLost: 99 },
          { ssrc, fractionLost: 128, lastSenderReport, delay: 65_536 / 4 },
        ),
        remb(1500, 10, ssrc),
      ]),
    );
    const expected = { lossRatio: 0.5, estimateBps: 1_536_000, rttMs: clock() - sentMs - 250, packets: [] };
    expect(viewer.hear()).toEqual([{ atMs: clock(), ...expected }]);
    expect(viewer.hear(), 'once').toEqual([]);
    expect(viewer.stream.rttMs).toBe(expected.rttMs);
  });

  it('is no round trip where it answers no sender report of ours, or one from the future', () => {
    const { viewer } = watching(3);
    const lastSenderReport = viewer.rtcp[0]?.readUInt32BE(10) ?? 0;
    viewer.stream.onRtcp(receiverReport({ ssrc, lastSenderReport: lastSenderReport + 1 }));
    viewer.stream.onRtcp(receiverReport({ ssrc, lastSenderReport, delay: 65_536 * 10, highestSequence: 100 }));
    expect(viewer.hear().map(({ rttMs }) => rttMs)).toEqual([null, null]);
    expect(viewer.stream.rttMs).toBeNull();
  });

  it('is what became of each packet, by its transport-wide number', () => {
    const { viewer } = watching(2);
    const { media } = viewer;
    const arrivals = media.map((_, i) => (i === 1 ? null : 40 * i));
    viewer.stream.onRtcp(transportFeedback(0, 100, arrivals));
    const [feedback] = viewer.hear();
    expect(feedback?.packets.map(({ arrivedMs }) => arrivedMs)).toEqual(
      arrivals.map((ticks) => (ticks === null ? null : 6400 + ticks / 4)),
    );
    expect(feedback?.packets.map(({ bytes }) => bytes)).toEqual(
      viewer.datagrams
        .filter((bytes) => bytes.readUInt8(1) < 200 || bytes.readUInt8(1) > 206)
        .map(({ length }) => length),
    );
    expect(feedback?.packets[0]?.sentMs).toBe(5_000_000);
    expect(feedback?.packets.some(({ isProbe }) => isProbe)).toBe(false);
  });

  it('is kept for about ten seconds where nobody hears it, and told at once from then on', () => {
    const { viewer } = watching(1);
    for (let i = 0; i < 300; i++) viewer.stream.onRtcp(remb(i, 0, ssrc));
    const told = viewer.hear();
    expect(told.length).toBeLessThanOrEqual(128);
    expect(told.at(-1)?.estimateBps).toBe(299);
    viewer.stream.onRtcp(remb(300, 0, ssrc));
    expect(told.at(-1)?.estimateBps).toBe(300);
  });
});

describe('sender reports', () => {
  it('come about once a second and map the time of capture to the timestamp', () => {
    const { viewer } = watching(90);
    const reports = viewer.rtcp;
    expect(reports.length).toBeGreaterThanOrEqual(3);
    expect(reports.length).toBeLessThanOrEqual(4);
    const [first, second] = reports;
    const [unit] = viewer.media;
    // The first frame was captured when the first report was written.
    expect(first?.readUInt32BE(16)).toBe(unit?.timestamp);
    const ntpMs = (report: Buffer | undefined) =>
      (report?.readUInt32BE(8) ?? 0) * 1000 + ((report?.readUInt32BE(12) ?? 0) * 1000) / 2 ** 32;
    const ticks = (second?.readUInt32BE(16) ?? 0) - (first?.readUInt32BE(16) ?? 0);
    expect(Math.abs(ticks / 90 - (ntpMs(second) - ntpMs(first)))).toBeLessThan(50);
    const before = viewer.datagrams.slice(0, viewer.datagrams.indexOf(second ?? Buffer.alloc(0)));
    const media = before.filter((bytes) => bytes.readUInt32BE(8) === ssrc && bytes.readUInt8(1) !== 200);
    expect(second?.readUInt32BE(20)).toBe(media.length);
  });
});
