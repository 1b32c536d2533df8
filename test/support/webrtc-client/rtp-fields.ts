/** What of an RTP packet (RFC 3550, 5.1; RFC 8285, 4.2) a receiver looks at. Made to be used again and again. */
export interface RtpFields {
  ssrc: number;
  sequence: number;
  timestamp: number;
  isMarked: boolean;
  payloadAt: number;
  /** Where the payload ends: before the padding. */
  payloadEnd: number;
  /** 0 where it has none. */
  extensionsAt: number;
  extensionsEnd: number;
}

export function emptyFields(): RtpFields {
  return {
    ssrc: 0,
    sequence: 0,
    timestamp: 0,
    isMarked: false,
    payloadAt: 0,
    payloadEnd: 0,
    extensionsAt: 0,
    extensionsEnd: 0,
  };
}

/** RFC 5761, 4: on one port with RTP. */
export function isRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Returns false where it is no RTP packet. */
export function readRtp(bytes: Buffer, into: RtpFields): boolean {
  if (bytes.length < 12) return false;
  const flags = bytes[0] ?? 0;
  if (flags >> 6 !== 2) return false;
  into.isMarked = ((bytes[1] ?? 0) & 0x80) !== 0;
  into.sequence = bytes.readUInt16BE(2);
  into.timestamp = bytes.readUInt32BE(4);
  into.ssrc = bytes.readUInt32BE(8);
  into.payloadAt = 12 + 4 * (flags & 15);
  into.extensionsAt = 0;
  into.extensionsEnd = 0;
  if ((flags & 0x10) !== 0) {
    if (into.payloadAt + 4 > bytes.length) return false;
    const end = into.payloadAt + 4 + 4 * bytes.readUInt16BE(into.payloadAt + 2);
    if (bytes.readUInt16BE(into.payloadAt) === 0xbede) {
      into.extensionsAt = into.payloadAt + 4;
      into.extensionsEnd = end;
    }
    into.payloadAt = end;
  }
  into.payloadEnd = bytes.length - ((flags & 0x20) === 0 ? 0 : (bytes[bytes.length - 1] ?? 0));
  return into.payloadAt <= into.payloadEnd && into.payloadEnd <= bytes.length;
}

/** The first two bytes of an extension as a number; -1 where the packet doesn't have it. */
export function extensionOf(bytes: Buffer, { extensionsAt, extensionsEnd }: RtpFields, id: number): number {
  for (let at = extensionsAt; at < extensionsEnd; ) {
    const head = bytes[at] ?? 0;
    if (head === 0) {
      at++;
      continue;
    }
    const length = (head & 15) + 1;
    if (head >> 4 === id && at + 2 < extensionsEnd) return bytes.readUInt16BE(at + 1);
    at += 1 + length;
  }
  return -1;
}

/** Counts numbers of 16 bits on beyond their wraps. */
export class Unwrapper {
  #last = -1;

  /** The first number stands for itself. */
  unwrap(value: number): number {
    if (this.#last < 0) {
      // So that earlier ones that come late aren't below 0.
      this.#last = 2 ** 16 + value;
      return this.#last;
    }
    let step = (value - this.#last) & 0xffff;
    if (step >= 2 ** 15) step -= 2 ** 16;
    const unwrapped = this.#last + step;
    if (step > 0) this.#last = unwrapped;
    return unwrapped;
  }
}
