/** All elements that can do a job, best first. */
import { DECODERS } from './decoders.js';
import { H264_ENCODERS } from './h264-encoders.js';
import { JPEG_ENCODERS } from './jpeg-encoders.js';
import type { Codec, DecodeRow, H264Row, Job, JpegRow, Row, ScaleRow } from './row.js';
import { SCALERS } from './scalers.js';

/** Rows of each job, best first. */
export interface Catalogue {
  readonly decode: readonly DecodeRow[];
  readonly scale: readonly ScaleRow[];
  readonly jpeg: readonly JpegRow[];
  readonly h264: readonly H264Row[];
}

export const CATALOGUE: Catalogue = {
  decode: DECODERS,
  scale: SCALERS,
  jpeg: JPEG_ENCODERS,
  h264: H264_ENCODERS,
};

export const JOBS: readonly Job[] = ['decode', 'scale', 'jpeg', 'h264'];

/** What concerns a stream of `codec`; null where there is nothing to decode. */
export function rowsFor(codec: Codec | null, catalogue: Catalogue = CATALOGUE): readonly Row[] {
  const decode = catalogue.decode.filter((row) => row.codec === codec);
  return [...decode, ...catalogue.scale, ...catalogue.jpeg, ...catalogue.h264];
}

/** The rows that a test lets pass. */
export function restrict(catalogue: Catalogue, passes: (row: Row) => boolean): Catalogue {
  return {
    decode: catalogue.decode.filter(passes),
    scale: catalogue.scale.filter(passes),
    jpeg: catalogue.jpeg.filter(passes),
    h264: catalogue.h264.filter(passes),
  };
}
