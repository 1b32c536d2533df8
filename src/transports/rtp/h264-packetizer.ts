/** An H.264 access unit as RTP payloads (RFC 6184, packetization mode 1). */

/** One RTP payload, as the pieces that make it up in order; where it can be, a piece is a view of the access unit. */
export interface RtpPayload {
  readonly pieces: readonly Uint8Array[];
  readonly byteLength: number;
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

const startCode = Buffer.from([0, 0, 1]);

/**
 * The payloads of one access unit (an Annex B byte stream), each of at most `maxPayloadBytes` (3 at least), in order;
 * the last one is to have the marker bit. Delimiters, filler and end marks are left out: receivers have no use for them.
 * Empty where there is no NAL unit. The views hold as long as the access unit's bytes do.
 */
export function packetizeH264(accessUnit: Uint8Array, maxPayloadBytes: number): readonly RtpPayload[] {
  const payloads: RtpPayload[] = [];
  let together: Uint8Array[] = [];
  let togetherBytes = 1;
  const flush = () => {
    if (together.length > 0) payloads.push(aggregate(together));
    together = [];
    togetherBytes = 1;
  };
  for (const nal of nalUnits(accessUnit)) {
    if (nal.byteLength > maxPayloadBytes || !isSmallKind(nal)) flush();
    if (nal.byteLength > maxPayloadBytes) payloads.push(...fragments(nal, maxPayloadBytes));
    else if (isSmallKind(nal)) {
      if (togetherBytes + 2 + nal.byteLength > maxPayloadBytes) flush();
      together.push(nal);
      togetherBytes += 2 + nal.byteLength;
    } else payloads.push({ pieces: [nal], byteLength: nal.byteLength });
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
    if (to > from && !isUnneeded(bytes[from] ?? 0)) units.push(bytes.subarray(from, to));
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

/** RFC 6184, 5.7.1; a single NAL unit stays as it is. */
function aggregate(nals: readonly Uint8Array[]): RtpPayload {
  const [first] = nals;
  if (first !== undefined && nals.length === 1) return { pieces: [first], byteLength: first.byteLength };
  let forbidden = 0;
  let importance = 0;
  let byteLength = 1;
  const pieces: Uint8Array[] = [new Uint8Array(1)];
  for (const nal of nals) {
    const header = nal[0] ?? 0;
    forbidden |= header & 0x80;
    importance = Math.max(importance, header & 0x60);
    pieces.push(Uint8Array.of(nal.byteLength >> 8, nal.byteLength & 0xff), nal);
    byteLength += 2 + nal.byteLength;
  }
  pieces[0] = Uint8Array.of(forbidden | importance | stapA);
  return { pieces, byteLength };
}

/** RFC 6184, 5.8: parts of about one size. */
function fragments(nal: Uint8Array, maxPayloadBytes: number): readonly RtpPayload[] {
  const header = nal[0] ?? 0;
  const indicator = (header & 0xe0) | fuA;
  const count = Math.ceil((nal.byteLength - 1) / (maxPayloadBytes - 2));
  const size = Math.ceil((nal.byteLength - 1) / count);
  const payloads: RtpPayload[] = [];
  for (let from = 1; from < nal.byteLength; from += size) {
    const part = nal.subarray(from, Math.min(from + size, nal.byteLength));
    const isStart = from === 1;
    const isEnd = from + size >= nal.byteLength;
    const flags = (isStart ? 0x80 : 0) | (isEnd ? 0x40 : 0) | typeOf(header);
    payloads.push({ pieces: [Uint8Array.of(indicator, flags), part], byteLength: 2 + part.byteLength });
  }
  return payloads;
}
