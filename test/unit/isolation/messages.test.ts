import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage, MessageReader } from '../../../src/isolation/messages.js';

const message = fc.record({
  header: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as object),
  body: fc.uint8Array({ maxLength: 300 }),
});

/** The bytes in pieces that end at the cuts. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

function read(chunks: readonly Uint8Array[]) {
  const read: { header: unknown; body: Uint8Array }[] = [];
  const reader = new MessageReader((header, body) => read.push({ header, body: Uint8Array.from(body) }));
  for (const chunk of chunks) reader.push(chunk);
  return read;
}

describe('messages', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 30 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.flatMap(({ header, body }) => encodeMessage(header, body)));
        expect(read(cutAt(bytes, cuts))).toEqual(messages);
      }),
    );
  });

  it('wait for their last byte', () => {
    const bytes = Buffer.concat(encodeMessage({ a: 1 }, Uint8Array.of(1, 2, 3)));
    for (let length = 0; length < bytes.length; length++) expect(read([bytes.subarray(0, length)])).toEqual([]);
    expect(read([bytes])).toHaveLength(1);
  });

  it('have bodies that outlive the chunk they came in', () => {
    const bytes = Buffer.concat(encodeMessage({}, Uint8Array.of(1, 2, 3)));
    const bodies: Uint8Array[] = [];
    new MessageReader((_header, body) => bodies.push(body)).push(bytes);
    bytes.fill(0);
    expect(bodies).toEqual([Buffer.from([1, 2, 3])]);
  });

  it('have a longest length, which is not believed before memory is taken', () => {
    const prefix = (header: number, body: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(header, 0);
      bytes.writeUInt32LE(body, 4);
      return bytes;
    };
    expect(() => read([prefix(0xffff_ffff, 0)])).toThrow(RangeError);
    expect(() => read([prefix(2, 0xffff_ffff)])).toThrow(RangeError);
    expect(() => read([prefix(0, 0)])).toThrow(RangeError);
    expect(() => encodeMessage({ text: 'x'.repeat(1024 * 1024) })).toThrow(RangeError);
  });

  it('are never taken from other bytes without an error, or are short', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 200, maxLength: 400 }), (bytes) => {
        let result: readonly unknown[] = [];
        try {
          result = read([bytes]);
        } catch (error) {
          expect(error).toSatisfy((thrown) => thrown instanceof RangeError || thrown instanceof SyntaxError);
        }
        expect(result.length).toBeLessThan(40);
      }),
    );
  });
});
