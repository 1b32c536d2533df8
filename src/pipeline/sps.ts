import { BitReader, NAL, nalType, withoutEmulationPrevention } from './h264-units.js';

/** What a sequence parameter set says of its stream (ITU-T H.264, 7.3.2.1.1 and annex E), as far as browsers mind. */
export interface Sps {
  readonly profileIdc: number;
  /** Ten times the level: 31 for 3.1. */
  readonly levelIdc: number;
  /** 0: monochrome, 1: 4:2:0, 2: 4:2:2, 3: 4:4:4. */
  readonly chromaFormatIdc: number;
  /** Of luma and chroma, the deeper. */
  readonly bitDepth: number;
  /** 2: pictures are shown in the order in which they are sent. */
  readonly picOrderCountType: number;
  readonly isInterlaced: boolean;
  /** Pixels, without what is cropped off. */
  readonly width: number;
  readonly height: number;
  /** How many pictures may be sent before one that is shown earlier; null where it isn't said. */
  readonly maxReorderFrames: number | null;
}

/** Of a NAL unit without its start code; null where it is no SPS, or not a whole one. Pure. */
export function parseSps(unit: Uint8Array): Sps | null {
  if (nalType(unit) !== NAL.sps || ((unit[0] ?? 0) & 0x80) !== 0) return null;
  try {
    return read(new BitReader(withoutEmulationPrevention(unit.subarray(1))));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

// Those whose SPS has the fields of the High profiles.
const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const mostPixels = 16_384;

function read(reader: BitReader): Sps {
  const profileIdc = reader.bits(8);
  reader.bits(8);
  const levelIdc = reader.bits(8);
  reader.unsigned();
  const { chromaFormatIdc, bitDepth, separatePlanes } = readFormat(reader, profileIdc);
  reader.unsigned();
  const picOrderCountType = readPicOrderCount(reader);
  reader.unsigned();
  reader.flag();
  const widthInBlocks = reader.unsigned() + 1;
  const heightInUnits = reader.unsigned() + 1;
  const isInterlaced = !reader.flag();
  if (isInterlaced) reader.flag();
  reader.flag();
  const size = {
    width: 16 * widthInBlocks,
    height: 16 * heightInUnits * (isInterlaced ? 2 : 1),
  };
  if (size.width > mostPixels || size.height > mostPixels) throw new RangeError('no picture is that large');
  const cropped = readCropping(reader, separatePlanes ? 0 : chromaFormatIdc, isInterlaced);
  const width = size.width - cropped.width;
  const height = size.height - cropped.height;
  if (width <= 0 || height <= 0) throw new RangeError('nothing is left of the picture');
  const maxReorderFrames = reader.flag() ? readReorderFrames(reader) : null;
  return {
    profileIdc,
    levelIdc,
    chromaFormatIdc,
    bitDepth,
    picOrderCountType,
    isInterlaced,
    width,
    height,
    maxReorderFrames,
  };
}

function readFormat(reader: BitReader, profileIdc: number) {
  if (!highProfiles.has(profileIdc)) return { chromaFormatIdc: 1, bitDepth: 8, separatePlanes: false };
  const chromaFormatIdc = reader.unsigned();
  if (chromaFormatIdc > 3) throw new RangeError('there is no such chroma format');
  const separatePlanes = chromaFormatIdc === 3 && reader.flag();
  const bitDepth = 8 + Math.max(reader.unsigned(), reader.unsigned());
  reader.flag();
  if (reader.flag()) {
    const lists = chromaFormatIdc === 3 ? 12 : 8;
    for (let list = 0; list < lists; list++) if (reader.flag()) skipScalingList(reader, list < 6 ? 16 : 64);
  }
  return { chromaFormatIdc, bitDepth, separatePlanes };
}

/** 7.3.2.1.1.1. */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let at = 0; at < size; at++) {
    if (next !== 0) next = (last + reader.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function readPicOrderCount(reader: BitReader): number {
  const type = reader.unsigned();
  if (type > 2) throw new RangeError('there is no such picture order count');
  if (type === 0) reader.unsigned();
  if (type === 1) {
    reader.flag();
    reader.signed();
    reader.signed();
    const cycle = reader.unsigned();
    if (cycle > 255) throw new RangeError('no cycle is that long');
    for (let at = 0; at < cycle; at++) reader.signed();
  }
  return type;
}

/** In pixels; the units are those of 7.4.2.1.1. */
function readCropping(reader: BitReader, chromaArrayType: number, isInterlaced: boolean) {
  if (!reader.flag()) return { width: 0, height: 0 };
  const [left, right, top, bottom] = [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()];
  const unitX = chromaArrayType === 1 || chromaArrayType === 2 ? 2 : 1;
  const unitY = (chromaArrayType === 1 ? 2 : 1) * (isInterlaced ? 2 : 1);
  return { width: unitX * (left + right), height: unitY * (top + bottom) };
}

/** Of the VUI parameters (E.1.1), whose last part it is. */
function readReorderFrames(reader: BitReader): number | null {
  if (reader.flag() && reader.bits(8) === 255) reader.bits(32);
  if (reader.flag()) reader.flag();
  if (reader.flag()) {
    reader.bits(4);
    if (reader.flag()) reader.bits(24);
  }
  if (reader.flag()) {
    reader.unsigned();
    reader.unsigned();
  }
  if (reader.flag()) {
    reader.bits(32);
    reader.bits(32);
    reader.flag();
  }
  const hasNalHrd = reader.flag();
  if (hasNalHrd) skipHrd(reader);
  const hasVclHrd = reader.flag();
  if (hasVclHrd) skipHrd(reader);
  if (hasNalHrd || hasVclHrd) reader.flag();
  reader.flag();
  if (!reader.flag()) return null;
  reader.flag();
  for (let skipped = 0; skipped < 4; skipped++) reader.unsigned();
  return reader.unsigned();
}

/** E.1.2. */
function skipHrd(reader: BitReader): void {
  const count = reader.unsigned() + 1;
  if (count > 32) throw new RangeError('no buffer has that many schedules');
  reader.bits(8);
  for (let at = 0; at < count; at++) {
    reader.unsigned();
    reader.unsigned();
    reader.flag();
  }
  reader.bits(20);
}
