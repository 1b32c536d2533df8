import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtcp } from '../../../../../src/transports/rtp/rtcp/parse.js';
import {
  bye,
  feedbackPacket,
  fir,
  nack,
  pli,
  receiverReport,
  remb,
  sourceDescription,
  transportFeedback,
  viewerSsrc,
} from '../../../../support/webrtc-client/rtcp-bytes.js';

const ssrc = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const sixteen = fc.integer({ min: 0, max: 0xffff });

const anyPacket = fc.oneof(
  fc
    .tuple(ssrc, fc.integer({ min: 0, max: 255 }))
    .map(([id, fractionLost]) => receiverReport({ ssrc: id, fractionLost })),
  ssrc.map(pli),
  fc.tuple(ssrc, fc.integer({ min: 0, max: 255 })).map(([id, sequence]) => fir(id, sequence)),
  fc.tuple(ssrc, sixteen, sixteen).map(([id, sequence, mask]) => nack(id, [sequence, mask])),
  fc.tuple(fc.integer({ min: 0, max: 0x3ffff }), fc.integer({ min: 0, max: 63 }), ssrc).map((rate) => remb(...rate)),
  fc.tuple(ssrc, fc.string({ maxLength: 60 })).map(([id, name]) => sourceDescription(id, name)),
  fc.array(ssrc, { maxLength: 31 }).map((ids) => bye(...ids)),
  fc
    .tuple(sixteen, fc.array(fc.option(fc.integer({ min: -2000, max: 9000 })), { minLength: 1, maxLength: 60 }))
    .map(([base, arrivals]) => transportFeedback(base, 77, arrivals)),
);

describe('parseRtcp', () => {
  it('reads the reports and wishes of one compound packet in order', () => {
    const bytes = Buffer.concat([
      receiverReport(
        { ssrc: 5, fractionLost: 64, packetsLost: -3, highestSequence: 70_000, lastSenderReport: 9, delay: 65_536 },
        { ssrc: 6 },
      ),
      sourceDescription(viewerSsrc, 'näme'),
      pli(5),
      fir(5, 200),
      nack(5, [65_535, 0b1000_0000_0000_0011], [7, 0]),
      remb(250_000, 3, 5, 6),
      bye(viewerSsrc),
    ]);
    const block = { packetsLost: 0, lossRatio: 0, highestSequence: 0, jitter: 7, lastSenderReport: 0 };
    expect(parseRtcp(bytes)).toEqual([
      {
        type: 'receiver-report',
        ssrc: viewerSsrc,
        reports: [
          {
            ...block,
            ssrc: 5,
            lossRatio: 0.25,
            packetsLost: -3,
            highestSequence: 70_000,
            lastSenderReport: 9,
            delaySinceLastSenderReportMs: 1000,
          },
          { ...block, ssrc: 6, delaySinceLastSenderReportMs: 0 },
        ],
      },
      { type: 'source-description', names: [{ ssrc: viewerSsrc, cname: 'näme' }] },
      { type: 'picture-loss', mediaSsrc: 5 },
      { type: 'full-intra-request', requests: [{ ssrc: 5, sequence: 200 }] },
      { type: 'nack', mediaSsrc: 5, sequences: [65_535, 0, 1, 15, 7] },
      { type: 'bitrate-estimate', bitrateBps: 2_000_000, ssrcs: [5, 6] },
      { type: 'bye', ssrcs: [viewerSsrc] },
    ]);
  });

  it('reads run lengths and both kinds of status vectors', () => {
    // Three lost; then one-bit symbols 1 0 1…; then two-bit symbols 2 0 1.
    const chunks = [3, 0x8000 | 0b10_1000_0000_0000, 0xc000 | (2 << 12) | (1 << 8)];
    const [feedback] = parseRtcp(feedbackPacket(65_530, 3 + 14 + 3, 0xffffff, chunks, [4, 8, 0xff, 0xfe, 10], 255));
    expect(feedback).toEqual({
      type: 'transport-feedback',
      baseSequence: 65_530,
      reference: 0xffffff,
      feedbackCount: 255,
      arrivedTicks: [null, null, null, 4, null, 12, ...Array(11).fill(null), 10, null, 20],
    });
  });

  it('leaves out feedback that contradicts itself', () => {
    const arrived = 1 << 13;
    const tooFewDeltas = feedbackPacket(1, 20, 0, [arrived | 20], [1, 2, 3]);
    const reservedSymbol = feedbackPacket(1, 1, 0, [0xc000 | (3 << 12)], [1, 1, 1, 1]);
    const noChunks = feedbackPacket(1, 20, 0, [], []);
    const tooMany = feedbackPacket(1, 65_535, 0, Array(9).fill(0x1fff), []);
    const nothing = feedbackPacket(1, 0, 0, [], []);
    for (const bytes of [tooFewDeltas, reservedSymbol, noChunks, tooMany, nothing])
      expect(parseRtcp(bytes)).toEqual([]);
    expect(parseRtcp(Buffer.concat([tooFewDeltas, pli(1)]))).toEqual([{ type: 'picture-loss', mediaSsrc: 1 }]);
  });

  it('stops at a wrong version and at a length beyond the end, and leaves out unknown kinds', () => {
    const wrongVersion = pli(1);
    wrongVersion[0] = 0x41;
    expect(parseRtcp(Buffer.concat([pli(2), wrongVersion, pli(3)]))).toHaveLength(1);
    expect(parseRtcp(pli(1).subarray(0, 11))).toEqual([]);
    const unknown = Buffer.from([0x80, 207, 0, 1, 1, 2, 3, 4]);
    expect(parseRtcp(Buffer.concat([unknown, pli(3)]))).toEqual([{ type: 'picture-loss', mediaSsrc: 3 }]);
  });

  it('leaves out a packet whose padding is longer than itself', () => {
    const padded = Buffer.concat([Buffer.from([0xa1, 206, 0, 2]), Buffer.from([0, 0, 0, 1, 0, 0, 0, 99])]);
    expect(parseRtcp(padded)).toEqual([]);
  });

  it('gives transport-wide arrivals back', () => {
    const arrivals = fc.array(fc.option(fc.integer({ min: -16_000, max: 16_000 })), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(sixteen, fc.integer({ min: 0, max: 2 ** 24 - 1 }), arrivals, (base, reference, ticks) => {
        expect(parseRtcp(transportFeedback(base, reference, ticks))).toEqual([
          { type: 'transport-feedback', baseSequence: base, reference, feedbackCount: 0, arrivedTicks: ticks },
        ]);
      }),
    );
  });

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => Array.isArray(parseRtcp(bytes))));
  });

  it('takes packets that are cut off or changed anywhere', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(anyPacket, { minLength: 1, maxLength: 4 }), changes, fc.nat(), (packets, bytes, end) => {
        const compound = Buffer.concat(packets);
        expect(parseRtcp(compound)).toHaveLength(packets.length);
        for (const [at, value] of bytes) compound[at % compound.length] = value;
        expect(parseRtcp(compound.subarray(0, end % (compound.length + 1))).length).toBeLessThan(600);
      }),
    );
  });
});
