/** Which rows a camera's pipeline is made of. */
import type { Catalogue } from './catalogue.js';
import type { Memory } from './memory.js';
import {
  type Codec,
  type DecodeRow,
  type H264Row,
  isAtLeast,
  type JpegRow,
  type Pictures,
  type ScaleRow,
  type Version,
} from './row.js';

/** A row, and what pictures it takes or gives here. */
export interface Placed<R> {
  readonly row: R;
  readonly pictures: Pictures;
}

export interface Choice {
  /** Null where there is nothing to decode. */
  readonly decode: Placed<DecodeRow> | null;
  /** Where the pictures lie that all tiers share. */
  readonly lane: Memory;
  /** What works in the memory that isn't the system's; null where none is used. */
  readonly scale: ScaleRow | null;
  readonly jpeg: Placed<JpegRow>;
  /** Null where the machine can't encode H.264. */
  readonly h264: Placed<H264Row> | null;
}

/** What the camera delivers. */
export interface Delivered {
  /** Null: raw pictures. */
  readonly codec: Codec | null;
  /** Where raw pictures can be had. */
  readonly memories: readonly Memory[];
}

/** Null where no software is left to fall back on: no decoder, or no encoder of JPEG. */
export function chooseRows(rows: Catalogue, delivered: Delivered, gstreamer: Version): Choice | null {
  const scalers = new Map<Memory, ScaleRow>();
  for (const row of rows.scale) if (!scalers.has(row.memory)) scalers.set(row.memory, row);
  const reachable = ({ memory, since }: Pictures) =>
    (memory === 'system' || scalers.has(memory)) && (since === undefined || isAtLeast(gstreamer, since));
  const decoders = rows.decode.filter(({ codec }) => codec === delivered.codec);
  const encoders = { jpeg: withInputs(rows.jpeg, reachable), h264: withInputs(rows.h264, reachable) };
  const [jpegRow] = encoders.jpeg;
  if (jpegRow === undefined) return null;
  const h264Row = encoders.h264[0] ?? null;
  const wanted = new Set([...jpegRow.inputs, ...(h264Row?.inputs ?? [])].map(({ memory }) => memory));
  const lane = chooseLane(delivered, decoders, reachable, wanted);
  if (lane === null) return null;
  const jpeg = place(jpegRow, lane.memory);
  const h264 = h264Row === null ? null : place(h264Row, lane.memory);
  const foreign = [lane.memory, jpeg.pictures.memory, h264?.pictures.memory].find(
    (memory) => memory !== undefined && memory !== 'system',
  );
  const scale = foreign === undefined ? null : (scalers.get(foreign) ?? null);
  return { decode: lane.decode, lane: lane.memory, scale, jpeg, h264: sameMemory(h264, foreign) };
}

/** One scaler serves all: an encoder in a third memory takes pictures of the system, where it can. */
function sameMemory(h264: Placed<H264Row> | null, foreign: Memory | undefined): Placed<H264Row> | null {
  if (h264 === null || h264.pictures.memory === 'system' || h264.pictures.memory === foreign) return h264;
  const system = h264.row.inputs.find(({ memory }) => memory === 'system');
  return system === undefined ? null : { row: h264.row, pictures: system };
}

function withInputs<R extends JpegRow | H264Row>(rows: readonly R[], reachable: (pictures: Pictures) => boolean): R[] {
  return rows.flatMap((row) => {
    const inputs = row.inputs.filter(reachable);
    return inputs.length === 0 ? [] : [{ ...row, inputs }];
  });
}

interface Lane {
  readonly memory: Memory;
  readonly decode: Placed<DecodeRow> | null;
}

/** Pictures stay in the chip's memory only where an encoder takes them from there, or they can't be had elsewhere. */
function chooseLane(
  { codec, memories }: Delivered,
  decoders: readonly DecodeRow[],
  reachable: (pictures: Pictures) => boolean,
  wanted: ReadonlySet<Memory>,
): Lane | null {
  const best = <T extends { readonly memory: Memory }>(options: readonly T[]): T | undefined =>
    options.find(({ memory }) => memory !== 'system' && wanted.has(memory)) ??
    options.find(({ memory }) => memory === 'system') ??
    options[0];
  if (codec === null) {
    const raw = best(memories.map((memory) => ({ memory, formats: [] })).filter(reachable));
    return raw === undefined ? null : { memory: raw.memory, decode: null };
  }
  for (const row of decoders) {
    const pictures = best(row.outputs.filter(reachable));
    if (pictures !== undefined) return { memory: pictures.memory, decode: { row, pictures } };
  }
  return null;
}

/** Takes pictures from where they lie where it can, else from the system, else from its chip's memory. */
function place<R extends JpegRow | H264Row>(row: R, lane: Memory): Placed<R> {
  const [first] = row.inputs;
  const own = row.inputs.find(({ memory }) => memory === lane);
  const system = row.inputs.find(({ memory }) => memory === 'system');
  const pictures = own ?? system ?? first;
  if (pictures === undefined) throw new RangeError(`${row.id} takes no pictures`);
  return { row, pictures };
}
