import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetizeH264, type RtpPayload } from '../../../../src/transports/rtp/h264-packetizer.js';
import { annexB, anyNal, nalUnit } from './access-units.js';
import { nalsOf, type ReceivedPacket } from './rtp-receiver.js';

function bytesOf(payload: RtpPayload): Buffer {
  const bytes = Buffer.alloc(payload.byteLength);
  payload.writeTo(bytes, 0);
  return bytes;
}

function received(payloads: readonly RtpPayload[]): ReceivedPacket[] {
  return payloads.map((payload, sequence) => ({
    sequence,
    timestamp: 0,
    marker: sequence === payloads.length - 1,
    payloadType: 96,
    ssrc: 1,
    extensions: new Map(),
    payload: bytesOf(payload),
    paddingBytes: 0,
  }));
}

function types(payloads: readonly RtpPayload[]): number[] {
  return payloads.map((payload) => bytesOf(payload).readUInt8(0) & 31);
}

describe('packetizeH264', () => {
  it('puts parameter sets together and cuts a large slice into parts of one size', () => {
    const sets = [nalUnit(7, 20), nalUnit(8, 5), nalUnit(6, 30)];
    const slice = nalUnit(5, 3000);
    const payloads = packetizeH264(annexB([...sets, slice]), 1152);
    expect(types(payloads)).toEqual([24, 28, 28, 28]);
    expect(payloads.slice(1).map(({ byteLength }) => byteLength)).toEqual([1002, 1002, 1001]);
    expect(nalsOf(received(payloads))).toEqual([...sets, slice]);
  });

  it('sends what fits as it is, and leaves delimiters, filler and end marks out', () => {
    const slice = nalUnit(1, 400);
    const payloads = packetizeH264(
      annexB([nalUnit(9, 2), slice, nalUnit(12, 90), nalUnit(10, 1), nalUnit(11, 1)], 3),
      1152,
    );
    expect(payloads.map(bytesOf)).toEqual([slice]);
  });

  it('keeps the highest importance and the forbidden bit of what it puts together (RFC 6184, 5.7.1)', () => {
    const [payload] = packetizeH264(annexB([Buffer.of(0x27, 1), Buffer.of(0xe8, 1), Buffer.of(0x06, 1)]), 100);
    expect(payload && bytesOf(payload).readUInt8(0)).toBe(0xf8);
  });

  it('writes a payload where it is told to, and nothing beside it', () => {
    const unit = annexB([nalUnit(7, 20), nalUnit(8, 4), nalUnit(5, 1500), nalUnit(5, 90)]);
    for (const payload of packetizeH264(unit, 1000)) {
      const around = Buffer.alloc(payload.byteLength + 10, 0xaa);
      payload.writeTo(around, 5);
      expect(around.subarray(0, 5)).toEqual(Buffer.alloc(5, 0xaa));
      expect(around.subarray(-5)).toEqual(Buffer.alloc(5, 0xaa));
      expect(around.subarray(5, -5)).toEqual(bytesOf(payload));
    }
  });

  it('gives back every NAL unit within the size that is allowed', () => {
    fc.assert(
      fc.property(
        fc.array(anyNal, { minLength: 1, maxLength: 8 }),
        fc.constantFrom<3 | 4>(3, 4),
        fc.integer({ min: 3, max: 1500 }),
        fc.integer({ min: 0, max: 3 }),
        (nals, startCode, maxBytes, zeros) => {
          const payloads = packetizeH264(Buffer.concat([annexB(nals, startCode), Buffer.alloc(zeros)]), maxBytes);
          expect(nalsOf(received(payloads))).toEqual(nals);
          for (const payload of payloads) {
            expect(payload.byteLength).toBeLessThanOrEqual(maxBytes);
            expect(payload.byteLength).toBe(bytesOf(payload).length);
          }
        },
      ),
    );
  });

  it('takes any bytes', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(0, 0, 0, 1), fc.integer({ min: 0, max: 255 })), { maxLength: 400 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 3, max: 50 }), (unit, maxBytes) => {
        for (const { byteLength } of packetizeH264(Uint8Array.from(unit), maxBytes)) {
          expect(byteLength).toBeGreaterThan(0);
          expect(byteLength).toBeLessThanOrEqual(maxBytes);
        }
      }),
    );
    expect(packetizeH264(new Uint8Array(), 1000)).toEqual([]);
  });
});
