import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headroomBytes, RtpHeader } from '../../../../src/transports/rtp/rtp-header.js';
import { readPacket } from './rtp-receiver.js';

const id = fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined });
const value = fc.string({ minLength: 1, maxLength: 16, unit: 'grapheme-ascii' });

describe('RtpHeader', () => {
  it('reads back whatever was negotiated, and fits the room before a payload', () => {
    const fields = fc.record({
      ssrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      payloadType: fc.integer({ min: 0, max: 127 }),
      marker: fc.boolean(),
      sequence: fc.integer({ min: 0, max: 2 ** 40 }),
      timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      transportSequence: fc.integer({ min: 0, max: 2 ** 40 }),
      nowMs: fc.double({ min: 0, max: 1e10, noNaN: true }),
    });
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fields, ids, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), value, (f, some, has, mid) => {
        const [a = 1, b = 2, c = 3, d = 4] = some;
        const extensions = {
          ...(has[0] ? { transportCcId: a } : {}),
          ...(has[1] ? { playoutDelayId: b } : {}),
          ...(has[2] ? { absSendTimeId: c } : {}),
          ...(has[3] ? { mid: { id: d, value: mid } } : {}),
        };
        const header = new RtpHeader(f, extensions);
        expect(header.byteLength).toBeLessThanOrEqual(headroomBytes - 2);
        const bytes = Buffer.alloc(header.byteLength + 8, 0xee);
        header.write(bytes, 3, f.marker, f.sequence, f.timestamp, f.transportSequence, f.nowMs);
        expect([bytes[2], bytes[header.byteLength + 3]]).toEqual([0xee, 0xee]);
        const packet = readPacket(bytes.subarray(3));
        const { ssrc, payloadType, marker, timestamp } = f;
        expect(packet).toMatchObject({ ssrc, payloadType, marker, timestamp, sequence: f.sequence % 2 ** 16 });
        expect(packet.payload).toEqual(Buffer.alloc(5, 0xee));
        const expected = new Map<number, Buffer>();
        const seconds = Math.floor(((f.nowMs % 64_000) * 2 ** 18) / 1000);
        if (has[0]) expected.set(a, Buffer.of((f.transportSequence / 256) & 0xff, f.transportSequence & 0xff));
        if (has[2]) expected.set(c, Buffer.of(seconds >> 16, (seconds >> 8) & 0xff, seconds & 0xff));
        if (has[1]) expected.set(b, Buffer.alloc(3));
        if (has[3]) expected.set(d, Buffer.from(mid));
        expect(packet.extensions).toEqual(expected);
      }),
    );
  });

  it('has no extension where none was negotiated', () => {
    expect(new RtpHeader({ ssrc: 1, payloadType: 96 }, {}).byteLength).toBe(12);
  });

  it('refuses ids and values that one-byte extensions can not bear', () => {
    const stream = { ssrc: 1, payloadType: 96 };
    for (const playoutDelayId of [0, 15, 16, 1.5]) {
      expect(() => new RtpHeader(stream, { playoutDelayId })).toThrow(`1 to 14, not ${playoutDelayId}`);
    }
    expect(() => new RtpHeader(stream, { mid: { id: 1, value: '' } })).toThrow('not 0');
    expect(() => new RtpHeader(stream, { mid: { id: 1, value: 'seventeen letters' } })).toThrow('not 17');
    fc.assert(fc.property(id, (transportCcId) => new RtpHeader(stream, { transportCcId }).byteLength >= 12));
  });
});
