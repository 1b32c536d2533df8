import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildBye,
  buildSenderReport,
  compactNtp,
  type SenderFacts,
} from '../../../../../src/transports/rtp/rtcp/build.js';
import { parseRtcp } from '../../../../../src/transports/rtp/rtcp/parse.js';

const facts: SenderFacts = {
  ssrc: 0xfedcba98,
  cname: 'camera',
  wallClockMs: Date.UTC(2026, 0, 1) + 500,
  rtpTimestamp: 4_000_000_000,
  packets: 2 ** 32 + 5,
  payloadBytes: 1234,
};

describe('sender reports', () => {
  it('have the time, the counts cut to 32 bits, and the name', () => {
    const bytes = buildSenderReport(facts);
    // 2026-01-01T00:00:00.5Z in seconds since 1900, and a half.
    expect(bytes.readUInt32BE(8)).toBe(Date.UTC(2026, 0, 1) / 1000 - Date.UTC(1900, 0, 1) / 1000);
    expect(bytes.readUInt32BE(12)).toBe(2 ** 31);
    expect(parseRtcp(bytes)).toEqual([
      {
        type: 'sender-report',
        ssrc: facts.ssrc,
        ntpTime: (BigInt(bytes.readUInt32BE(8)) << 32n) | (1n << 31n),
        rtpTimestamp: 4_000_000_000,
        packets: 5,
        payloadBytes: 1234,
        reports: [],
      },
      { type: 'source-description', names: [{ ssrc: facts.ssrc, cname: 'camera' }] },
    ]);
    expect(compactNtp(facts.wallClockMs)).toBe(bytes.readUInt32BE(10));
  });

  it('say BYE behind the report', () => {
    expect(parseRtcp(buildBye(facts)).map(({ type }) => type)).toEqual(['sender-report', 'source-description', 'bye']);
    expect(parseRtcp(buildBye(facts)).at(-1)).toEqual({ type: 'bye', ssrcs: [facts.ssrc] });
  });

  it('are whole words for names of any length, and read back', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'binary' }), (cname) => {
        const bytes = buildSenderReport({ ...facts, cname });
        expect(bytes.length % 4).toBe(0);
        expect(parseRtcp(bytes)[1]).toEqual({
          type: 'source-description',
          names: [{ ssrc: facts.ssrc, cname: Buffer.from(cname).subarray(0, 255).toString() }],
        });
      }),
    );
  });
});
