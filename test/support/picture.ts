/** Decoded pictures, and how much they are alike. */
import { readTimecode, type Timecode } from './timecode.js';

/** 8 bit RGB, `3 * width * height` bytes without padding. */
export interface Picture {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type Color = readonly [red: number, green: number, blue: number];

/** Cuts a decoder's output into pictures; an incomplete last one is left out. */
export function splitPictures(rgb: Uint8Array, width: number, height: number): Picture[] {
  const size = 3 * width * height;
  return Array.from({ length: Math.floor(rgb.length / size) }, (_, index) => {
    return { rgb: rgb.subarray(index * size, (index + 1) * size), width, height };
  });
}

/** BT.601, full range: JFIF's. */
export function lumaOf({ rgb, width, height }: Picture): Uint8Array {
  const luma = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < luma.length; at++, from += 3) {
    luma[at] = 0.299 * (rgb[from] ?? 0) + 0.587 * (rgb[from + 1] ?? 0) + 0.114 * (rgb[from + 2] ?? 0) + 0.5;
  }
  return luma;
}

/** Null where the picture shows no intact time code. */
export function timecodeOf(picture: Picture): Timecode | null {
  return readTimecode({ luma: lumaOf(picture), width: picture.width, height: picture.height });
}

/** The time codes' sequence numbers; throws where a picture has none. */
export function sequencesOf(pictures: readonly Picture[]): number[] {
  return pictures.map((picture, index) => {
    const code = timecodeOf(picture);
    if (code === null) throw new Error(`picture ${index} of ${pictures.length} shows no time code`);
    return code.sequence;
  });
}

/** The mean color of a square of `2 * reach + 1` pixels around a place given in fractions of the picture. */
export function colorAt({ rgb, width, height }: Picture, fractionX: number, fractionY: number, reach = 2): Color {
  const [x0, y0] = [Math.floor(fractionX * width), Math.floor(fractionY * height)];
  const sum = [0, 0, 0];
  for (let y = y0 - reach; y <= y0 + reach; y++) {
    for (let x = x0 - reach; x <= x0 + reach; x++) {
      for (const part of [0, 1, 2]) sum[part] = (sum[part] ?? 0) + (rgb[3 * (y * width + x) + part] ?? 0);
    }
  }
  const [red = 0, green = 0, blue = 0] = sum.map((total) => total / (2 * reach + 1) ** 2);
  return [red, green, blue];
}

// As high as the time code, which differs from showing to showing.
const stripFraction = 3 / 40;
const gridColumns = 32;
const gridRows = 18;

/**
 * The mean difference, 0 to 255, of two pictures of one scene, which may differ in size: of the colors in the cells of
 * a grid below the time code.
 */
export function difference(one: Picture, other: Picture): number {
  let sum = 0;
  const cells = gridOf(one);
  const others = gridOf(other);
  for (const [at, value] of cells.entries()) sum += Math.abs(value - (others[at] ?? 0));
  return sum / cells.length;
}

const grids = new WeakMap<Picture, Float64Array>();

/** The mean of each color in each cell. */
function gridOf(picture: Picture): Float64Array {
  const known = grids.get(picture);
  if (known !== undefined) return known;
  const { rgb, width, height } = picture;
  const top = Math.ceil(stripFraction * width) + 1;
  const sums = new Float64Array(3 * gridColumns * gridRows);
  const counts = new Float64Array(gridColumns * gridRows);
  for (let y = top; y < height; y++) {
    const row = Math.floor(((y - top) * gridRows) / (height - top));
    for (let x = 0, from = 3 * y * width; x < width; x++, from += 3) {
      const cell = row * gridColumns + Math.floor((x * gridColumns) / width);
      counts[cell] = (counts[cell] ?? 0) + 1;
      sums[3 * cell] = (sums[3 * cell] ?? 0) + (rgb[from] ?? 0);
      sums[3 * cell + 1] = (sums[3 * cell + 1] ?? 0) + (rgb[from + 1] ?? 0);
      sums[3 * cell + 2] = (sums[3 * cell + 2] ?? 0) + (rgb[from + 2] ?? 0);
    }
  }
  const grid = sums.map((sum, at) => sum / (counts[Math.floor(at / 3)] ?? 1));
  grids.set(picture, grid);
  return grid;
}
