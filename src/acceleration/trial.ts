/** A short pipeline that shows whether an element does its work, on pictures as the camera's and in the real chain. */
import type { Choice } from '../pipeline/catalogue/choice.js';
import { decodeWith, type PropertiesOf, processingOf } from '../pipeline/catalogue/processing.js';
import { chooseH264Encoder } from '../pipeline/h264-encoder.js';
import { type PipelinePlan, type PlannedOutput, planPipeline } from '../pipeline/plan.js';
import type { PipelineSource } from '../pipeline/source.js';
import { chain, element } from '../pipeline/syntax.js';
import type { StreamFormat } from './stream-format.js';

/** What must come; more are made while a keyframe that was asked for is waited for, but none that comes by itself. */
export const TRIAL_FRAMES = 30;
const mostFrames = 55;

/** An output that is looked at. */
export interface Watched {
  readonly output: PlannedOutput;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Trial {
  readonly plan: PipelinePlan;
  readonly watched: readonly Watched[];
}

export interface TrialOptions {
  readonly choice: Choice;
  readonly format: StreamFormat;
  readonly media: readonly PlannedOutput['medium'][];
  /** By what the camera's size is divided for each tier: a second H.264 tier is a second session of the encoder. */
  readonly divisors: readonly number[];
  readonly propertiesOf: PropertiesOf;
  /** The factory that scales, where that is looked at: it is metered as {@link SCALER} then, in a trial of one tier. */
  readonly scaler?: string;
}

/** The scaler's name, where it is metered. */
export const SCALER = 'scale';

export const trialTier = (index: number) => `trial${index}`;

const even = (pixels: number) => Math.max(16, pixels - (pixels % 2));

/** Throws RangeError where there is nothing to make the camera's kind of stream with. */
export function makeTrial({ choice, format, media, divisors, propertiesOf, scaler }: TrialOptions): Trial {
  const sizes = divisors.map((divisor, i) => ({
    name: trialTier(i),
    width: even(Math.round(format.width / divisor)),
    height: even(Math.round(format.height / divisor)),
  }));
  const around = { propertiesOf, width: format.width, height: format.height };
  const settings = { fps: 240, quality: 80, bitrateBps: 2_000_000 };
  const processing = processingOf(choice, around);
  const scale = scaler === undefined ? processing.scale : nameScaler(processing.scale, scaler);
  const plan = planPipeline(
    sourceFor(format, choice),
    new Map(sizes.map(({ name, width, height }) => [name, { ...settings, width, height, minFps: null }])),
    { h264: null, processing: { ...processing, scale, decode: decodeWith(choice, around) } },
  );
  const watched = plan.outputs.flatMap((output) => {
    const size = sizes.find(({ name }) => name === output.tier);
    return size === undefined || !media.includes(output.medium) ? [] : [{ output, ...size }];
  });
  // On a busy machine the queues would drop frames, which says nothing of the element.
  const description = plan.description.replaceAll('leaky=downstream', 'leaky=no');
  const meters = scaler === undefined ? plan.meters : [...plan.meters, SCALER];
  return { plan: { ...plan, description, meters }, watched };
}

function nameScaler(scale: string, factory: string): string {
  return scale.replace(new RegExp(`\\b${factory}\\b`), element(factory, { name: SCALER }));
}

/** Pictures of the camera's size and rate, encoded as the camera does. */
function sourceFor(format: StreamFormat, { lane, scale }: Choice): PipelineSource {
  const { codec, width, height, fps, isWideChroma } = format;
  const raw = `video/x-raw,format=${isWideChroma ? 'Y42B' : 'I420'},width=${width},height=${height}`;
  const rate = fps === 0 ? '30/1' : `${Math.round(fps * 100)}/100`;
  const pictures = [
    element('videotestsrc', { 'is-live': true, 'num-buffers': mostFrames, pattern: 'smpte', 'horizontal-speed': 4 }),
    element('capsfilter', { caps: `${raw},framerate=${rate}` }),
  ];
  if (codec === null) {
    const into = lane === 'system' ? [] : (scale?.into ?? []);
    const caps = `video/x-raw${lane === 'system' ? '' : `(memory:${lane})`}`;
    return { kind: 'given', description: chain(...pictures, ...into, element('capsfilter', { caps })), codec: 'raw' };
  }
  return { kind: 'given', description: chain(...pictures, ...encodeAs(format)), codec };
}

function encodeAs({ codec, profile }: StreamFormat): readonly string[] {
  if (codec === 'jpeg') return [element('jpegenc', { quality: 80 })];
  if (codec === 'h265') {
    const x265 = element('x265enc', { 'speed-preset': 'ultrafast', tune: 'zerolatency', 'key-int-max': 10 });
    return [x265, 'h265parse', element('capsfilter', { caps: 'video/x-h265,stream-format=byte-stream,alignment=au' })];
  }
  const known = ['constrained-baseline', 'main', 'high'].find((each) => each === profile) ?? 'high';
  const encoder = chooseH264Encoder((factory) => factory === 'x264enc');
  if (encoder === null) throw new RangeError('no encoder makes a stream as the camera does');
  const caps = `video/x-h264,stream-format=byte-stream,alignment=au,profile=${known}`;
  return [element(encoder.element, encoder.properties(8_000_000, 3)), element('capsfilter', { caps }), 'h264parse'];
}
