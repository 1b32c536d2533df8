/** From a choice of rows to what a pipeline is described with. */
import type { H264Encoder } from '../h264-encoder.js';
import {
  colorsOf,
  DECODER,
  type EncoderInput,
  type JpegEncoder,
  type Processing,
  SOFTWARE_SCALER,
  softwareInput,
} from '../processing.js';
import { chain, element } from '../syntax.js';
import type { Choice, Placed } from './choice.js';
import { fitProperties, type KnownProperties } from './element-properties.js';
import { type Memory, rawCaps } from './memory.js';
import { type DecodeRow, type H264Row, isHardware, type JpegRow, type Pictures, type ScaleRow } from './row.js';

/** What an element can be set to on this machine; null: all that the catalogue sets. */
export type PropertiesOf = (factory: string) => KnownProperties | null;

/** What a choice is described for. */
export interface Surroundings {
  readonly propertiesOf: PropertiesOf;
  /** The camera's pictures, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Sets of each element what it has. Throws RangeError where the choice leaves out the scaler that it needs. */
export function processingOf(choice: Choice, around: Surroundings): Processing {
  const { propertiesOf } = around;
  const { lane, scale, jpeg, h264 } = choice;
  const own = [jpeg.pictures.memory, h264?.pictures.memory].find((memory) => memory !== undefined && isForeign(memory));
  const tierMemory = own ?? 'system';
  return {
    decode: choice.decode !== null && isHardware(choice.decode.row) ? decodeWith(choice, around) : null,
    lane,
    tierMemory,
    scale: toTier(choice, tierMemory),
    formats: tierMemory !== 'system' ? ['NV12'] : lane === 'system' ? [] : ['I420', 'NV12'],
    jpeg: { ...inputOf(jpeg, tierMemory, scale, false), encoder: fitJpeg(jpeg.row, propertiesOf) },
    h264:
      h264 === null
        ? null
        : {
            ...inputOf(h264, tierMemory, scale, true),
            encoder: fitH264(h264.row, propertiesOf),
            caps: h264.row.caps,
          },
  };
}

/**
 * From the shared pictures to a tier's. Those that go into a chip's memory get their colours before: those of the
 * encoder that takes them from there. (That is one only, since one that can takes the system's from the system.)
 */
function toTier({ lane, scale, h264 }: Choice, tierMemory: Memory): string {
  if (isForeign(lane)) return chain(...bridge(lane, tierMemory, scale));
  if (!isForeign(tierMemory)) return SOFTWARE_SCALER;
  return chain(colorsOf(h264?.pictures.memory === tierMemory ? 'h264' : 'jpeg'), ...bridge(lane, tierMemory, scale));
}

function isForeign(memory: Memory): boolean {
  return memory !== 'system';
}

function bridge(from: Memory, to: Memory, scale: ScaleRow | null): readonly string[] {
  if (scale === null) throw new RangeError(`no scaler from ${from} to ${to}`);
  if (!isForeign(from)) return scale.into;
  return isForeign(to) ? scale.within : scale.out;
}

/** From coded frames to pictures, by the very decoder that was chosen; null where there is nothing to decode. */
export function decodeWith({ decode, scale }: Choice, around: Surroundings): string | null {
  if (decode === null) return null;
  const { row, pictures } = decode;
  const properties = fitProperties(row.properties, around.propertiesOf(row.element));
  return chain(
    ...row.before,
    element(row.element, { name: DECODER, ...properties }),
    ...lane(row, pictures, scale, around),
  );
}

/** A converter that may scale is told the size: of itself it would take that of the tier which asks first. */
function lane(
  row: DecodeRow,
  { memory, formats }: Pictures,
  scale: ScaleRow | null,
  { width, height }: Surroundings,
): readonly string[] {
  if (!row.converts || !isForeign(memory)) return [element('capsfilter', { caps: rawCaps(memory, formats) })];
  const caps = rawCaps(memory, ['NV12'], `width=${width},height=${height}`);
  return [...bridge(memory, memory, scale), element('capsfilter', { caps })];
}

/**
 * Behind a tee of a chip's memory each branch has a queue and a converter of its own, and none of that memory reaches
 * an appsink. `queued`: the branch has its queue already.
 *
 * Pictures in the system's memory get the product's colours. Those that a chip decodes and encodes in its own keep
 * theirs: nobody else can change them there, and to ask its scaler for a colorimetry would cost the chip where that
 * takes none in its caps, or only its source's.
 */
function inputOf(
  { row, pictures }: Placed<JpegRow | H264Row>,
  tierMemory: Memory,
  scale: ScaleRow | null,
  queued: boolean,
): EncoderInput {
  const { memory, formats } = pictures;
  const software = softwareInput(row.job);
  const visible = memory === 'system';
  const caps = element('capsfilter', { caps: rawCaps(memory, formats) });
  const taken = visible ? chain(caps, colorsOf(row.job)) : caps;
  if (!isForeign(tierMemory)) return isHardware(row) ? { before: chain('videoconvert', taken), visible } : software;
  const queue = queued ? '' : element('queue', { 'max-size-buffers': 1, 'max-size-bytes': 0, 'max-size-time': 0 });
  const crossing = chain(queue, ...bridge(tierMemory, memory, scale));
  if (isHardware(row)) return { before: chain(crossing, taken), visible };
  const plain = element('capsfilter', { caps: rawCaps('system', ['I420', 'NV12']) });
  return { before: chain(crossing, plain, software.before), visible };
}

function fitJpeg(row: JpegRow, propertiesOf: PropertiesOf): JpegEncoder {
  const { element: factory, properties } = row.encoder;
  const known = propertiesOf(factory);
  return { element: factory, properties: (quality) => fitProperties(properties(quality), known) };
}

function fitH264(row: H264Row, propertiesOf: PropertiesOf): H264Encoder {
  const { element: factory, properties, live, keyframe } = row.encoder;
  const known = propertiesOf(factory);
  return {
    element: factory,
    properties: (bitrateBps, fps) => fitProperties(properties(bitrateBps, fps), known),
    live,
    keyframe,
  };
}
