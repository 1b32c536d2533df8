import { ByteBuffer } from './byte-buffer.js';

/**
 * Takes JPEGs out of a multipart/x-mixed-replace body (RFC 2046, section 5.1, as cameras speak it). Cameras stray: a
 * boundary whose leading dashes stand in the header too, line ends of LF alone, no line end before a boundary, no or a
 * wrong Content-Length. What can be told apart is taken; what can't is skipped up to the next boundary.
 */

export interface MultipartLimits {
  /** The largest part, in bytes. */
  readonly maxPartBytes: number;
  /** The largest block of part headers, in bytes. */
  readonly maxHeaderBytes: number;
}

export const multipartLimits: MultipartLimits = { maxPartBytes: 32 * 1024 * 1024, maxHeaderBytes: 16 * 1024 };

/** The stream can't be read on: a part or its headers are larger than allowed. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError';
}

type Stage = 'boundary' | 'headers' | 'counted-body' | 'scanned-body';

export class MultipartParser {
  readonly #delimiter: Buffer;
  readonly #onPart: (body: Uint8Array) => void;
  readonly #limits: MultipartLimits;
  readonly #buffer = new ByteBuffer();
  #stage: Stage = 'boundary';
  #contentLength = 0;
  #scannedBytes = 0;
  /** Ends with no EOI: held back until the bytes behind it show that its Content-Length was right. */
  #unconfirmed: Buffer | null = null;
  #trustsContentLength = true;

  /** `boundary` is the Content-Type's parameter, as it stands there. */
  constructor(boundary: string, onPart: (body: Uint8Array) => void, limits: MultipartLimits = multipartLimits) {
    this.#delimiter = Buffer.from(`--${boundary.replace(/^--/, '')}`, 'latin1');
    this.#onPart = onPart;
    this.#limits = limits;
  }

  /** Parts are handed out before this returns; their bytes stay valid. Throws {@link MultipartError}. */
  write(chunk: Buffer): void {
    this.#buffer.append(chunk);
    while (this.#advance());
  }

  /** One step; false when more bytes are needed. */
  #advance(): boolean {
    switch (this.#stage) {
      case 'boundary':
        return this.#seekBoundary();
      case 'headers':
        return this.#readHeaders();
      case 'counted-body':
        return this.#readCountedBody();
      case 'scanned-body':
        return this.#readScannedBody();
    }
  }

  #seekBoundary(): boolean {
    const at = this.#pending.indexOf(this.#delimiter);
    if (this.#unconfirmed !== null && !this.#confirmBody(at)) return false;
    if (at === -1) {
      this.#consume(Math.max(0, this.#pending.length - this.#delimiter.length));
      return false;
    }
    this.#consume(at);
    const lineEnd = this.#pending.indexOf(0x0a);
    if (lineEnd === -1) return this.#needMore(this.#limits.maxHeaderBytes, 'a boundary line');
    this.#consume(lineEnd + 1);
    this.#stage = 'headers';
    return true;
  }

  /** A boundary must follow a counted body at once; false while that can't be told yet. */
  #confirmBody(boundaryAt: number): boolean {
    const mostBetween = 4; // two line ends
    if (boundaryAt === -1 && this.#pending.length < this.#delimiter.length + mostBetween) return false;
    const body = this.#unconfirmed;
    this.#unconfirmed = null;
    if (boundaryAt !== -1 && boundaryAt <= mostBetween && body !== null) this.#onPart(body);
    else this.#trustsContentLength = false;
    return true;
  }

  #readHeaders(): boolean {
    const text = this.#pending.subarray(0, this.#limits.maxHeaderBytes).toString('latin1');
    const end = /^\r?\n|\r?\n\r?\n/.exec(text);
    if (end === null) return this.#needMore(this.#limits.maxHeaderBytes, 'the headers of a part');
    const length = /^content-length:[ \t]*(\d+)[ \t]*$/im.exec(text.slice(0, end.index))?.[1];
    this.#consume(end.index + end[0].length);
    this.#scannedBytes = 0;
    this.#contentLength = Number(length ?? 0);
    const counted = this.#trustsContentLength && this.#contentLength > 0;
    if (counted && this.#contentLength > this.#limits.maxPartBytes) {
      throw new MultipartError(`a part of ${this.#contentLength} bytes is larger than ${this.#limits.maxPartBytes}`);
    }
    this.#stage = counted ? 'counted-body' : 'scanned-body';
    return true;
  }

  #readCountedBody(): boolean {
    if (this.#pending.length < this.#contentLength) return false;
    const body = this.#pending.subarray(0, this.#contentLength);
    this.#consume(this.#contentLength);
    this.#stage = 'boundary';
    // Many cameras send the boundary only with their next picture: a whole JPEG need not wait for it.
    if (endsJpeg(body)) this.#onPart(body);
    else this.#unconfirmed = body;
    return true;
  }

  #readScannedBody(): boolean {
    const from = Math.max(0, this.#scannedBytes - this.#delimiter.length);
    const at = this.#pending.indexOf(this.#delimiter, from);
    if (at === -1 && endsJpeg(this.#pending)) {
      const whole = this.#pending;
      this.#consume(whole.length);
      this.#stage = 'boundary';
      this.#onPart(whole);
      return false;
    }
    if (at === -1) {
      this.#scannedBytes = this.#pending.length;
      return this.#needMore(this.#limits.maxPartBytes, 'a part without a boundary');
    }
    const body = withoutLineEnd(this.#pending.subarray(0, at));
    this.#consume(at);
    this.#stage = 'boundary';
    if (body.length > 0) this.#onPart(body);
    return true;
  }

  #needMore(limitBytes: number, what: string): false {
    if (this.#pending.length < limitBytes) return false;
    throw new MultipartError(`${what} is larger than ${limitBytes} bytes`);
  }

  get #pending(): Buffer {
    return this.#buffer.bytes;
  }

  #consume(bytes: number): void {
    this.#buffer.consume(bytes);
  }
}

const startOfScan = 0xda;

/**
 * Whether the bytes are a JPEG and end with its EOI marker (ITU-T T.81, B.1.1). That can't stand inside entropy-coded
 * data, but in a segment before it: a thumbnail has an EOI of its own.
 */
function endsJpeg(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8 || bytes.readUInt16BE(bytes.length - 2) !== 0xffd9)
    return false;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1];
    if (marker === startOfScan) return true;
    // Any number of fill bytes may stand before a marker.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return false;
}

function withoutLineEnd(body: Buffer): Buffer {
  if (body.at(-1) !== 0x0a) return body;
  return body.subarray(0, body.at(-2) === 0x0d ? -2 : -1);
}

/**
 * The boundary of a Content-Type header, quoted or not. Null where the type isn't multipart; '' where it names none,
 * which RFC 2046 forbids.
 */
export function boundaryOf(contentType: string): string | null {
  if (!/^multipart\//i.test(contentType.trim())) return null;
  const match = /;[ \t]*boundary=(?:"((?:[^"\\]|\\.)*)"|([^;]*))/i.exec(contentType);
  return (match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? '').trim();
}
