/** How a pipeline's pictures are decoded, scaled and encoded: by software, or by what the machine's chip can do. */
import type { Memory } from './catalogue/memory.js';
import type { ElementProperties, H264Encoder } from './h264-encoder.js';
import { chain, element } from './syntax.js';

export interface JpegEncoder {
  /** The element's factory. */
  readonly element: string;
  /** All that it is set to, also while it plays; quality 1 to 100. */
  properties(quality: number): ElementProperties;
}

/** What an encoder takes from a tier's pictures. */
export interface EncoderInput {
  /** From the tier's tee to the encoder. */
  readonly before: string;
  /** Whether pictures lie in the system's memory there, so that they can be looked at. */
  readonly visible: boolean;
}

export interface Processing {
  /** From coded frames to pictures; null: as the source says, in software. */
  readonly decode: string | null;
  /** Where the pictures lie that all tiers share, and where those of each tier do. */
  readonly lane: Memory;
  readonly tierMemory: Memory;
  /** From the shared pictures to a tier's; its size follows as caps. */
  readonly scale: string;
  /** Formats of a tier's pictures; none: any. */
  readonly formats: readonly string[];
  readonly jpeg: EncoderInput & { readonly encoder: JpegEncoder };
  /** Null where the machine can't encode H.264. */
  readonly h264: (EncoderInput & { readonly encoder: H264Encoder; readonly caps: string }) | null;
}

/** The decoder's name, where a chip decodes. */
export const DECODER = 'decode';

/** Scales in software: videoscale with a quicker way of its own (native/video_scale.h). */
export const SOFTWARE_SCALER = 'lenscastscale';

/** What every browser decodes (RFC 7742, section 6.2): access units of a byte stream (ITU-T H.264, Annex B). */
export const BASELINE = 'video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline';

export const JPEGENC: JpegEncoder = { element: 'jpegenc', properties: (quality) => ({ quality }) };

/**
 * The filter that brings pictures in the system's memory to the colours that an encoder's product means
 * (native/video_colors.h): no encoder does it by itself.
 */
export function colorsOf(product: 'jpeg' | 'h264'): string {
  return product === 'jpeg' ? 'lenscastjfifcolors' : 'lenscastvideocolors';
}

/** Pictures of 4:2:0 in the product's colours. */
export function softwareInput(product: 'jpeg' | 'h264'): EncoderInput {
  const planar = element('capsfilter', { caps: 'video/x-raw,format=I420' });
  return { before: chain('videoconvert', planar, colorsOf(product)), visible: true };
}

/** All in software, I420 from end to end where the source gives it. */
export function softwareProcessing(h264: H264Encoder | null): Processing {
  return {
    decode: null,
    lane: 'system',
    tierMemory: 'system',
    scale: SOFTWARE_SCALER,
    formats: [],
    jpeg: { ...softwareInput('jpeg'), encoder: JPEGENC },
    h264: h264 === null ? null : { ...softwareInput('h264'), encoder: h264, caps: BASELINE },
  };
}
