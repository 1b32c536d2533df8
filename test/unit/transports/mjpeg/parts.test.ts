import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartParser } from '../../../../src/camera/http/multipart.js';
import { monotonicMs } from '../../../../src/core/clock.js';
import { CONTENT_TYPE, type PartFacts, part, streamOpening } from '../../../../src/transports/mjpeg/parts.js';
import { TestFrame } from '../../fakes.js';

const jpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2]),
  Buffer.alloc(50, 7),
  Buffer.from([0xff, 0xd9]),
]);
const plain = { advanceHeaders: false, zeroData: false };

const frameAt = (captureMs: number) => new TestFrame(1, captureMs, jpeg);
const textOf = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString('latin1');

/** The headers of a part, by their lower-case names. */
function headersOf(text: string): Record<string, string> {
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').slice(0, 20);
  return Object.fromEntries(
    lines
      .filter((line) => line.includes(': '))
      .map((line) => {
        const at = line.indexOf(': ');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
      }),
  );
}

describe('part', () => {
  it('is headers, the untouched picture, and the boundary that follows', () => {
    const frame = frameAt(monotonicMs());
    const chunks = part(frame, plain);
    expect(chunks[1]).toBe(frame.data);
    const text = textOf(chunks);
    expect(text).toMatch(/^Content-Type: image\/jpeg\r\nContent-Length: 58\r\nX-Timestamp: \d+\.\d{6}\r\n\r\n\xff\xd8/);
    expect(text.endsWith('\xff\xd9\r\n--boundarydonotcross\r\n')).toBe(true);
  });

  it('tells when the picture was captured, in Unix time', () => {
    const headers = headersOf(textOf(part(frameAt(monotonicMs() - 5000), plain)));
    const ageS = Date.now() / 1000 - Number(headers['x-timestamp']);
    expect(ageS).toBeGreaterThan(4.99);
    expect(ageS).toBeLessThan(65);
  });

  it('adds what µStreamer tells where it is asked for', () => {
    const facts: PartFacts = { online: true, dropped: 3, clientFps: 29.6, nowMs: 1500.5 };
    const headers = headersOf(textOf(part(frameAt(1000.25), plain, facts)));
    expect(headers).toMatchObject({
      'x-ustreamer-online': 'true',
      'x-ustreamer-dropped': '3',
      'x-ustreamer-width': '640',
      'x-ustreamer-height': '360',
      'x-ustreamer-client-fps': '30',
      'x-ustreamer-grab-time': '1.000250',
      'x-ustreamer-send-time': '1.500500',
      'x-ustreamer-latency': '0.500250',
    });
  });

  it('leaves the picture out where only headers are wanted', () => {
    const text = textOf(part(frameAt(0), { advanceHeaders: false, zeroData: true }));
    expect(text).toContain('Content-Length: 0\r\n');
    expect(text).not.toContain('\xff\xd8');
  });

  it('sends the next headers ahead, without a length', () => {
    const text = textOf(part(frameAt(0), { advanceHeaders: true, zeroData: false }));
    expect(text.startsWith('\xff\xd8')).toBe(true);
    expect(text).toMatch(
      /\xff\xd9\r\n--boundarydonotcross\r\nContent-Type: image\/jpeg\r\nX-Timestamp: [\d.]+\r\n\r\n$/,
    );
    expect(text).not.toContain('Content-Length');
  });

  it.each([1, 65_533, 65_534, 200_000])('pads the picture by %d bytes that decoders skip', (paddingBytes) => {
    const chunks = part(frameAt(0), plain, undefined, paddingBytes);
    const text = textOf(chunks);
    const body = Buffer.from(
      text.slice(text.indexOf('\r\n\r\n') + 4, -'\r\n--boundarydonotcross\r\n'.length),
      'latin1',
    );
    expect(headersOf(text)['content-length']).toBe(String(body.length));
    expect(body.length).toBeGreaterThanOrEqual(jpeg.length + paddingBytes);
    // Comment segments between SOI and what was behind it (ITU-T T.81, B.2.4.5).
    let at = 2;
    while (body.readUInt16BE(at) === 0xfffe) at += 2 + body.readUInt16BE(at + 2);
    expect(Buffer.concat([body.subarray(0, 2), body.subarray(at)])).toEqual(jpeg);
  });
});

describe('a whole stream', () => {
  it.each([plain, { advanceHeaders: true, zeroData: false }])(
    'is read back as the pictures that went in: %j',
    (options) => {
      const frames = [1, 2, 3].map(
        (i) => new TestFrame(i, i, Buffer.concat([jpeg.subarray(0, -2), Buffer.from([i, 0xff, 0xd9])])),
      );
      const bytes = Buffer.concat([streamOpening(options), ...frames.flatMap((frame) => part(frame, options))]);
      const parts: Buffer[] = [];
      new MultipartParser(boundaryOf(CONTENT_TYPE) ?? '', (body) => parts.push(Buffer.from(body))).write(bytes);
      expect(parts).toEqual(frames.map(({ data }) => data));
    },
  );
});
