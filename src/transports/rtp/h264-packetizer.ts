/** An H.264 access unit as RTP payloads (RFC 6184, packetization mode 1). */

/** One RTP payload, yet to be put together. */
export interface RtpPayload {
  readonly byteLength: number;
  /** Copies it out of the access unit. */
  writeTo(into: Uint8Array, at: number): void;
}

// NAL unit types: ITU-T H.264, table 7-1; RFC 6184, 5.2.
const sei = 6;
const sps = 7;
const pps = 8;
const accessUnitDelimiter = 9;
const endOfSequence = 10;
const endOfStream = 11;
const fillerData = 12;
const stapA = 24;
const fuA = 28;

const fragmentHeaderBytes = 2;

const startCode = Buffer.from([0, 0, 1]);

/**
 * The payloads of one access unit (an Annex B byte stream), each of at most `maxPayloadBytes` (3 at least), in order;
 * the last one is to have the marker bit. Delimiters, filler and end marks are left out: receivers have no use for them.
 * Empty where there is no NAL unit. They hold as long as the access unit's bytes do.
 */
export function packetizeH264(accessUnit: Uint8Array, maxPayloadBytes: number): readonly RtpPayload[] {
  const payloads: RtpPayload[] = [];
  let together: Uint8Array[] = [];
  let togetherBytes = 1;
  const flush = () => {
    const [first] = together;
    if (first !== undefined) {
      payloads.push(together.length === 1 ? new SingleNal(first) : new Aggregate(together, togetherBytes));
    }
    together = [];
    togetherBytes = 1;
  };
  for (const nal of nalUnits(accessUnit)) {
    if (nal.byteLength > maxPayloadBytes || !isSmallKind(nal)) flush();
    if (nal.byteLength > maxPayloadBytes) addFragments(payloads, nal, maxPayloadBytes);
    else if (isSmallKind(nal)) {
      if (togetherBytes + 2 + nal.byteLength > maxPayloadBytes) flush();
      together.push(nal);
      togetherBytes += 2 + nal.byteLength;
    } else payloads.push(new SingleNal(nal));
  }
  flush();
  return payloads;
}

/** Views of the NAL units of an Annex B byte stream (ITU-T H.264, annex B), without start codes and unneeded kinds. */
export function nalUnits(accessUnit: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(accessUnit.buffer, accessUnit.byteOffset, accessUnit.byteLength);
  const units: Uint8Array[] = [];
  let start = bytes.indexOf(startCode);
  while (start >= 0) {
    const from = start + startCode.length;
    start = bytes.indexOf(startCode, from);
    let to = start < 0 ? bytes.length : start;
    // A NAL unit never ends in a zero byte; what is there belongs to the next start code or is trailing_zero_8bits.
    while (to > from && bytes[to - 1] === 0) to--;
    if (to > from && !isUnneeded(bytes[from] ?? 0)) units.push(accessUnit.subarray(from, to));
  }
  return units;
}

function typeOf(header: number): number {
  return header & 0x1f;
}

function isUnneeded(header: number): boolean {
  const type = typeOf(header);
  return type === accessUnitDelimiter || type === fillerData || type === endOfSequence || type === endOfStream;
}

/** Parameter sets and SEI are small and share a packet. */
function isSmallKind(nal: Uint8Array): boolean {
  const type = typeOf(nal[0] ?? 0);
  return type === sps || type === pps || type === sei;
}

/** RFC 6184, 5.6. */
class SingleNal implements RtpPayload {
  readonly #nal: Uint8Array;

  constructor(nal: Uint8Array) {
    this.#nal = nal;
  }

  get byteLength(): number {
    return this.#nal.byteLength;
  }

  writeTo(into: Uint8Array, at: number): void {
    into.set(this.#nal, at);
  }
}

/** RFC 6184, 5.7.1. */
class Aggregate implements RtpPayload {
  readonly byteLength: number;
  readonly #nals: readonly Uint8Array[];

  constructor(nals: readonly Uint8Array[], byteLength: number) {
    this.#nals = nals;
    this.byteLength = byteLength;
  }

  writeTo(into: Uint8Array, at: number): void {
    let forbidden = 0;
    let importance = 0;
    let to = at + 1;
    for (const nal of this.#nals) {
      const header = nal[0] ?? 0;
      forbidden |= header & 0x80;
      importance = Math.max(importance, header & 0x60);
      into[to] = nal.byteLength >> 8;
      into[to + 1] = nal.byteLength & 0xff;
      into.set(nal, to + 2);
      to += 2 + nal.byteLength;
    }
    into[at] = forbidden | importance | stapA;
  }
}

/** RFC 6184, 5.8: the part of a NAL unit from `from` to `to`, not its header, which the payload's first bytes tell. */
class Fragment implements RtpPayload {
  readonly byteLength: number;
  readonly #nal: Uint8Array;
  readonly #from: number;
  readonly #to: number;

  constructor(nal: Uint8Array, from: number, to: number) {
    this.#nal = nal;
    this.#from = from;
    this.#to = to;
    this.byteLength = fragmentHeaderBytes + to - from;
  }

  writeTo(into: Uint8Array, at: number): void {
    const nal = this.#nal;
    const header = nal[0] ?? 0;
    const start = this.#from === 1 ? 0x80 : 0;
    const end = this.#to === nal.byteLength ? 0x40 : 0;
    into[at] = (header & 0xe0) | fuA;
    into[at + 1] = start | end | typeOf(header);
    into.set(nal.subarray(this.#from, this.#to), at + fragmentHeaderBytes);
  }
}

/** Of about one size. */
function addFragments(payloads: RtpPayload[], nal: Uint8Array, maxPayloadBytes: number): void {
  const count = Math.ceil((nal.byteLength - 1) / (maxPayloadBytes - fragmentHeaderBytes));
  const size = Math.ceil((nal.byteLength - 1) / count);
  for (let from = 1; from < nal.byteLength; from += size) {
    payloads.push(new Fragment(nal, from, Math.min(from + size, nal.byteLength)));
  }
}
