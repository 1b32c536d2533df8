import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { boundaryOf, MultipartError, MultipartParser } from '../../../../src/camera/http/multipart.js';

/** The bones of a JPEG: SOI, an APP1 segment, SOS, entropy-coded data, EOI. */
function jpeg(scan: Uint8Array, appData: Uint8Array = Buffer.alloc(0)): Buffer {
  const app = Buffer.from([0xff, 0xe1, (appData.length + 2) >> 8, (appData.length + 2) & 0xff, ...appData]);
  const sos = Buffer.from([0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00]);
  const stuffed = Buffer.from([...scan].flatMap((byte) => (byte === 0xff ? [0xff, 0x00] : [byte])));
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, sos, stuffed, Buffer.from([0xff, 0xd9])]);
}

const picture = (size: number, fill = 0x55) => jpeg(Buffer.alloc(size, fill));

interface Framing {
  readonly lineEnd: string;
  readonly length: (body: Buffer) => number | null;
  readonly lineEndBeforeBoundary: boolean;
}

const usual: Framing = { lineEnd: '\r\n', length: (body) => body.length, lineEndBeforeBoundary: true };

function stream(bodies: readonly Buffer[], framing: Partial<Framing> = {}, boundary = 'frame'): Buffer {
  const { lineEnd, length, lineEndBeforeBoundary } = { ...usual, ...framing };
  return Buffer.concat([
    ...bodies.flatMap((body) => {
      const bytes = length(body);
      const lines = [`--${boundary}`, 'Content-Type: image/jpeg'];
      if (bytes !== null) lines.push(`Content-Length: ${bytes}`);
      return [Buffer.from([...lines, '', ''].join(lineEnd)), body, Buffer.from(lineEndBeforeBoundary ? lineEnd : '')];
    }),
    Buffer.from(`--${boundary}`),
  ]);
}

/** Cuts at the given places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

function parse(
  chunks: readonly Buffer[],
  boundary = 'frame',
  limits?: ConstructorParameters<typeof MultipartParser>[2],
) {
  const parts: Buffer[] = [];
  const parser = new MultipartParser(boundary, (body) => parts.push(Buffer.from(body)), limits);
  for (const chunk of chunks) parser.write(Buffer.from(chunk));
  return parts;
}

const noLength = { length: () => null };
const hex = (parts: readonly Buffer[]) => parts.map((part) => part.toString('hex'));

describe('MultipartParser', () => {
  it.each([
    ['as it should be', {}],
    ['line ends of LF alone', { lineEnd: '\n' }],
    ['no line end before the boundary', { lineEndBeforeBoundary: false }],
    ['no length', noLength],
    ['no length, LF alone', { ...noLength, lineEnd: '\n' }],
    ['no length, no line end before the boundary', { ...noLength, lineEndBeforeBoundary: false }],
    ['a length of 0', { length: () => 0 }],
  ] satisfies readonly (readonly [string, Partial<Framing>])[])(
    'takes the same parts from %s, however it is cut',
    (_, framing) => {
      const bodies = [picture(10), picture(300, 0xff), jpeg(Buffer.from('--fram --frame'.slice(0, 6)))];
      const bytes = stream(bodies, framing);
      for (let at = 0; at <= bytes.length; at++) expect(hex(parse(cut(bytes, [at])))).toEqual(hex(bodies));
      const single = Array.from({ length: bytes.length }, (_byte, i) => bytes.subarray(i, i + 1));
      expect(hex(parse(single))).toEqual(hex(bodies));
    },
  );

  it('takes the same parts however the stream is cut, whatever pictures hold', () => {
    const awkward = fc.constantFrom(
      Buffer.from('\r\n--fram'),
      Buffer.from('\r\n--'),
      Buffer.from('--frame'.slice(0, 5)),
      Buffer.from([0xff, 0xd9]),
      Buffer.from([0xff, 0xd8, 0xff, 0xda]),
      Buffer.from('\r\n\r\n'),
    );
    const piece = fc.oneof(awkward, fc.uint8Array({ maxLength: 30 }));
    const bytes = fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat(pieces));
    // Without a length nobody can tell a delimiter inside a picture from the next one.
    const body = fc
      .tuple(bytes, bytes)
      .map(([scan, app]) => jpeg(scan, app))
      .filter((one) => !one.includes('--frame'));
    const framing = fc.record({
      lineEnd: fc.constantFrom('\r\n', '\n'),
      length: fc.constantFrom(usual.length, () => null),
      lineEndBeforeBoundary: fc.boolean(),
    });
    const places = fc.array(fc.nat(2000), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 5 }), framing, places, (bodies, how, cuts) => {
        expect(hex(parse(cut(stream(bodies, how), cuts)))).toEqual(hex(bodies));
      }),
      { numRuns: 500 },
    );
  });

  it('takes any bytes by their length, a whole delimiter among them too', () => {
    const bodies = [Buffer.from('no picture\r\n--frame\r\n\r\n'), Buffer.from([0xff, 0xd9]), Buffer.from('\r\n')];
    const bytes = stream(bodies);
    for (let at = 0; at <= bytes.length; at++) {
      expect(hex(parse([...cut(bytes, [at]), Buffer.from('\r\n')]))).toEqual(hex(bodies));
    }
  });

  it('hands a picture out with its last byte, not with the next one’s boundary', () => {
    for (const framing of [{}, noLength]) {
      const first = picture(50);
      const [head] = stream([first], framing).toString('latin1').split('\xff\xd8');
      expect(parse([Buffer.from(head ?? ''), first])).toEqual([first]);
    }
  });

  it('does not take a thumbnail’s end for the picture’s', () => {
    const body = jpeg(Buffer.alloc(500, 1), jpeg(Buffer.alloc(20, 2)));
    const bytes = stream([body, body], noLength);
    for (let at = 0; at <= bytes.length; at++) expect(hex(parse(cut(bytes, [at])))).toEqual(hex([body, body]));
  });

  it.each([1000, -100])('gets over lengths that are wrong by %d', (error) => {
    const bodies = Array.from({ length: 8 }, (_, i) => picture(3000 + i));
    const parts = hex(parse([stream(bodies, { length: (body) => body.length + error })]));
    expect(parts.length).toBeGreaterThanOrEqual(6);
    for (const part of parts) expect(hex(bodies)).toContain(part);
    expect(parts.at(-1)).toBe(bodies.at(-1)?.toString('hex'));
  });

  it('passes over text before the first boundary, and a part without a body', () => {
    const bytes = Buffer.concat([
      Buffer.from('Welcome to --fram my camera\r\n\r\n--frame\r\nContent-Type: text/plain\r\n\r\n\r\n'),
      stream([picture(5)]),
    ]);
    for (let at = 0; at <= bytes.length; at++) expect(hex(parse(cut(bytes, [at])))).toEqual(hex([picture(5)]));
  });

  it('reads boundaries with dashes, in the header alone, in the stream alone, or in both', () => {
    const body = picture(40);
    for (const framing of [{}, noLength]) {
      for (const delimiter of ['x', '--x', '----x']) {
        for (const named of ['x', '--x']) {
          const parts = parse([stream([body, body], framing, delimiter)], named);
          expect(parts).toHaveLength(2);
          // What stands behind the picture's end is the decoder's to leave out.
          for (const part of parts) expect(part.subarray(0, body.length)).toEqual(body);
        }
      }
    }
  });

  it('keeps what it handed out while it reads on', () => {
    const parts: Uint8Array[] = [];
    const bodies = Array.from({ length: 50 }, (_, i) => picture(1000 * (i % 7) + 1, i));
    const parser = new MultipartParser('frame', (body) => parts.push(body));
    const bytes = stream(bodies);
    for (let at = 0; at < bytes.length; at += 777) parser.write(Buffer.from(bytes.subarray(at, at + 777)));
    expect(parts.map((part) => Buffer.from(part).toString('hex'))).toEqual(hex(bodies));
  });
});

describe('the bounds of MultipartParser', () => {
  const limits = { maxPartBytes: 10_000, maxHeaderBytes: 500 };
  const endless = (start: string, fill: number) => {
    const parser = new MultipartParser('frame', () => expect.unreachable(), limits);
    parser.write(Buffer.from(start));
    let bytes = 0;
    for (; bytes < 100_000; bytes += 100) parser.write(Buffer.alloc(100, fill));
    return bytes;
  };

  it('refuses a part that says it is too large', () => {
    expect(() => endless('--frame\r\nContent-Length: 10001\r\n\r\n', 0)).toThrow(MultipartError);
    expect(() => endless('--frame\r\nContent-Length: 99999999999999999999\r\n\r\n', 0)).toThrow(/larger than 10000/);
  });

  it('refuses a part that does not end, headers that do not end, and an endless boundary line', () => {
    expect(() => endless('--frame\r\n\r\n', 0)).toThrow('a part without a boundary is larger than 10000 bytes');
    expect(() => endless('--frame\r\nX: ', 0x41)).toThrow('the headers of a part is larger than 500 bytes');
    expect(() => endless('--frame', 0x41)).toThrow('a boundary line is larger than 500 bytes');
  });

  it('reads past any amount of text that holds no boundary, in no memory', () => {
    expect(endless('', 0x2d)).toBe(100_000);
  });

  it('allocates for an endless part a few times what came, in however small pieces', () => {
    const spies = [vi.spyOn(Buffer, 'allocUnsafeSlow'), vi.spyOn(Buffer, 'concat')];
    const chunk = Buffer.alloc(16 * 1024);
    const parser = new MultipartParser('frame', () => {});
    parser.write(Buffer.from('--frame\r\n\r\n'));
    for (let bytes = 0; bytes < 8 * 1024 * 1024; bytes += chunk.length) parser.write(chunk);
    const allocated = spies
      .flatMap((spy) => spy.mock.results.map(({ value }) => value as Buffer))
      .reduce((sum, buffer) => sum + buffer.length, 0);
    for (const spy of spies) spy.mockRestore();
    expect(allocated).toBeGreaterThan(8 * 1024 * 1024);
    expect(allocated).toBeLessThan(5 * 8 * 1024 * 1024);
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/x-mixed-replace; boundary=frame', 'frame'],
    ['multipart/x-mixed-replace;boundary=--frame', '--frame'],
    ['Multipart/X-Mixed-Replace ; Boundary="a b;c\\"d"', 'a b;c"d'],
    ['multipart/x-mixed-replace; charset=utf-8; boundary=frame ; x=y', 'frame'],
    [' multipart/mixed; boundary=frame', 'frame'],
    ['multipart/x-mixed-replace', ''],
    ['image/jpeg', null],
    ['text/html; boundary=frame', null],
    ['', null],
  ])('of %j is %j', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });
});
