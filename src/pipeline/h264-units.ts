/** What an access unit of an Annex B byte stream is made of (ITU-T H.264, 7.3.1, 7.4.1 and annex B). */

/** One access unit a buffer. */
export const ACCESS_UNITS = 'video/x-h264,stream-format=byte-stream,alignment=au';

export const NAL = { slice: 1, idrSlice: 5, sps: 7 } as const;

/** The type of a NAL unit, whose first byte is its header. */
export function nalType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f;
}

// More than what tells its type takes.
const sliceHeadBytes = 32;

/**
 * The NAL units, in order, without their start codes; of a slice only its first bytes, since all of it would have to be
 * searched for its end. Those behind the one that was enough are not looked for.
 */
export function* nalUnits(accessUnit: Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(accessUnit.buffer, accessUnit.byteOffset, accessUnit.byteLength);
  let begin = afterStartCode(bytes, 0);
  while (begin >= 0) {
    const head = bytes.subarray(begin, begin + sliceHeadBytes);
    const isSlice = nalType(head) >= NAL.slice && nalType(head) <= NAL.idrSlice;
    if (isSlice) yield head;
    const next = afterStartCode(bytes, begin);
    if (!isSlice) yield* unitIn(bytes, begin, next < 0 ? bytes.length : next - startCode.length);
    begin = next;
  }
}

/** Without the zero before a start code of four bytes, and trailing ones. */
function* unitIn(bytes: Buffer, begin: number, to: number): Generator<Uint8Array> {
  let end = to;
  while (end > begin && bytes[end - 1] === 0) end--;
  if (end > begin) yield bytes.subarray(begin, end);
}

const startCode = Buffer.from([0, 0, 1]);

function afterStartCode(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(startCode, from);
  return at < 0 ? -1 : at + startCode.length;
}

/** Without the bytes that keep start codes from being imitated (7.4.1.1). */
export function withoutEmulationPrevention(unit: Uint8Array): Uint8Array {
  const plain = new Uint8Array(unit.length);
  let length = 0;
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    plain[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return plain.subarray(0, length);
}

/** Reads bits and Exp-Golomb codes (9.1). Throws RangeError behind the end. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw new RangeError('behind the end');
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at++;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** ue(v). */
  unsigned(): number {
    let zeros = 0;
    while (!this.flag()) {
      zeros++;
      if (zeros > 32) throw new RangeError('no code is that long');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v). */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** Whether a slice is of type B (7.4.3, table 7-6). */
export function isBSlice(unit: Uint8Array): boolean {
  // Two codes behind the header, of at most nine bytes each.
  const reader = new BitReader(withoutEmulationPrevention(unit.subarray(1, 20)));
  try {
    reader.unsigned();
    return reader.unsigned() % 5 === 1;
  } catch {
    return false;
  }
}
