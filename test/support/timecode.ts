/** Reads the time code that `timecode.h` describes from a decoded picture. */

export interface Timecode {
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly captureUs: number;
  /** 24 bits. */
  readonly sequence: number;
}

export interface GrayPicture {
  /** 8 bit luma, `width * height` bytes without padding. */
  readonly luma: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const columns = 40;
const bits = 32;
const rows = 3;

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1) & 0xff;
  }
  return crc;
}

/** Draws as `timecode_draw()` does, into RGB. */
export function drawTimecode(picture: { readonly rgb: Uint8Array; readonly width: number }, code: Timecode): void {
  const { rgb, width } = picture;
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(code.captureUs));
  view.setUint32(8, (code.sequence << 8) >>> 0);
  bytes[11] = crc8(bytes.subarray(0, 11));
  const edge = (block: number) => Math.floor((block * width) / columns);
  for (let row = 0; row < rows; row++) {
    for (let bit = 0; bit < bits; bit++) {
      const level = ((bytes[row * 4 + (bit >> 3)] ?? 0) >> (7 - (bit % 8))) & 1 ? 255 : 0;
      for (let y = edge(row); y < edge(row + 1); y++) {
        rgb.fill(level, 3 * (y * width + edge(bit)), 3 * (y * width + edge(bit + 1)));
      }
    }
  }
}

/** Null where the picture holds no intact time code. */
export function readTimecode({ luma, width, height }: GrayPicture): Timecode | null {
  const bytes = new Uint8Array(12);
  for (let row = 0; row < rows; row++) {
    const y = Math.floor(((2 * row + 1) * width) / (2 * columns));
    if (y >= height) return null;
    for (let bit = 0; bit < bits; bit++) {
      const x = Math.floor(((2 * bit + 1) * width) / (2 * columns));
      const at = row * 4 + (bit >> 3);
      if ((luma[y * width + x] ?? 0) > 125) bytes[at] = (bytes[at] ?? 0) | (0x80 >> (bit % 8));
    }
  }
  if (crc8(bytes.subarray(0, 11)) !== bytes[11]) return null;
  const view = new DataView(bytes.buffer);
  return { captureUs: Number(view.getBigUint64(0)), sequence: view.getUint32(8) >>> 8 };
}
