import { type Memory, rawCaps } from './catalogue/memory.js';
import type { Codec } from './catalogue/row.js';
import { ACCESS_UNITS } from './h264-units.js';
import type { Passthrough } from './passthrough.js';
import { chain, element, quoted } from './syntax.js';
import type { V4l2Mode } from './v4l2-mode.js';

/** A source as the pipeline needs to know it: the configured address with what inspection found. */
export type PipelineSource =
  | { readonly kind: 'test' }
  | { readonly kind: 'v4l2'; readonly device: string; readonly mode: V4l2Mode }
  | { readonly kind: 'rtsp'; readonly url: string; readonly transport: 'tcp' | 'udp'; readonly latencyMs: number }
  /** JPEGs that TypeScript reads and pushes. */
  | { readonly kind: 'http'; readonly url: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly codec: 'jpeg' | 'other';
      readonly caps: string;
      /** Whether its H.264 can be passed on; left out where that doesn't show before it plays. */
      readonly video?: Passthrough;
    }
  | {
      readonly kind: 'csi';
      readonly sensor: number;
      readonly width: number;
      readonly height: number;
      readonly fps: number;
    }
  /** Described elsewhere, up to what the tap's pictures are made of. */
  | { readonly kind: 'given'; readonly description: string; readonly codec: Codec | 'raw' };

/**
 * What leaves a source's tap: JPEGs, raw pictures, H.264 (perhaps: an RTSP camera's codec shows when it answered) in
 * access units of a byte stream, or frames of another codec that must be decoded for every tier.
 */
export type SourceOutput = 'jpeg' | 'raw' | 'h264' | 'coded';

// As viewers can have it: with the parameter sets before each keyframe, where a camera gives them once.
const accessUnits = [element('h264parse', { 'config-interval': -1 }), element('capsfilter', { caps: ACCESS_UNITS })];

export interface SourceDescription {
  /** Fragments whose last element's source pad is the tap's. */
  readonly description: string;
  readonly output: SourceOutput;
  /** From the tap's coded frames to raw ones; '' where there is nothing to decode. */
  readonly decode: string;
}

/** Names that the addon is told. */
export const SOURCE = 'source';
export const TAP = 'tap';
/** The appsrc of an HTTP camera. */
export const FEED = SOURCE;

const tap = element('identity', { name: TAP, silent: true });
// Paces a file to real time, by decoding time stamps where frames are reordered.
const pacingTap = element('identity', { name: TAP, silent: true, sync: true });

// A damaged JPEG that slipped through the tap costs its own picture and not the pipeline.
const jpegDecode = element('jpegdec', { 'max-errors': -1 });

/** `lane`: where raw pictures are to lie, which only Jetson's own cameras give a choice of. */
export function describeSource(source: PipelineSource, lane: Memory = 'system'): SourceDescription {
  switch (source.kind) {
    case 'test':
      return { description: testPattern(), output: 'raw', decode: '' };
    case 'v4l2':
      return describeV4l2(source.device, source.mode);
    case 'rtsp':
      return describeRtsp(source);
    case 'http':
      return { description: chain(jpegFeed(), tap), output: 'jpeg', decode: jpegDecode };
    case 'file':
      return describeFile(source.path, source.codec, source.caps);
    case 'csi':
      return describeCsi(source, lane);
    case 'given':
      return describeGiven(source.description, source.codec);
  }
}

function testPattern(): string {
  return chain(
    element('videotestsrc', { name: SOURCE, 'is-live': true, pattern: 'smpte', 'horizontal-speed': 4 }),
    element('capsfilter', { caps: 'video/x-raw,format=I420,width=1280,height=720,framerate=30/1' }),
    element('clockoverlay', {
      'time-format': '%H:%M:%S',
      'font-desc': 'Sans 36',
      halignment: 'center',
      valignment: 'center',
      'shaded-background': true,
    }),
    element('timeoverlay', { 'font-desc': 'Monospace 20', halignment: 'center', valignment: 'bottom' }),
    tap,
  );
}

function describeV4l2(device: string, mode: V4l2Mode): SourceDescription {
  const size = `width=${mode.width},height=${mode.height},framerate=${mode.fps.numerator}/${mode.fps.denominator}`;
  const media = mode.format === 'JPEG' ? 'image/jpeg' : `video/x-raw,format=${mode.format}`;
  const source = element('v4l2src', { name: SOURCE, device });
  return {
    description: chain(source, element('capsfilter', { caps: `${media},${size}` }), tap),
    output: mode.format === 'JPEG' ? 'jpeg' : 'raw',
    decode: mode.format === 'JPEG' ? jpegDecode : '',
  };
}

function jpegFeed(): string {
  return element('appsrc', { name: FEED, 'is-live': true, format: 'time', block: false, caps: 'image/jpeg' });
}

interface RtspSource {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  readonly latencyMs: number;
}

/**
 * The camera's codec shows only after it answered: each codec's chain waits for its pad, and the one that fits is
 * linked. The time-outs are µs for tcp-timeout and ns for teardown-timeout; rtspsrc's own default latency is 2,000 ms.
 */
function describeRtsp({ url, transport, latencyMs }: RtspSource): SourceDescription {
  const source = element('rtspsrc', {
    name: SOURCE,
    location: url,
    protocols: transport,
    latency: latencyMs,
    'drop-on-latency': true,
    'tcp-timeout': 3_000_000,
    'teardown-timeout': 100_000_000,
  });
  const rtp = (encoding: string, ...rest: readonly string[]) =>
    chain(
      `${SOURCE}.`,
      element('capsfilter', { caps: `application/x-rtp,media=video,encoding-name=${encoding}` }),
      ...rest,
      'joined.',
    );
  return {
    description: [
      source,
      rtp('H264', 'rtph264depay', ...accessUnits),
      rtp('H265', 'rtph265depay', 'h265parse'),
      rtp('JPEG', 'rtpjpegdepay'),
      chain(element('funnel', { name: 'joined' }), tap),
    ].join('  '),
    output: 'h264',
    decode: 'decodebin',
  };
}

function describeFile(path: string, codec: 'jpeg' | 'other', caps: string): SourceDescription {
  const read = chain(element('filesrc', { location: path }), element('parsebin', { name: SOURCE }));
  const isH264 = caps === 'video/x-h264';
  const parse = isH264 ? accessUnits : [];
  const video = chain(`${SOURCE}.`, element('capsfilter', { caps }), ...parse, pacingTap);
  return {
    description: `${read}  ${video}`,
    output: codec === 'jpeg' ? 'jpeg' : isH264 ? 'h264' : 'coded',
    decode: codec === 'jpeg' ? jpegDecode : 'decodebin',
  };
}

function describeCsi(
  { sensor, width, height, fps }: Extract<PipelineSource, { readonly kind: 'csi' }>,
  lane: Memory,
): SourceDescription {
  const mode = `width=${width},height=${height},framerate=${fps}/1`;
  return {
    description: chain(
      element('nvarguscamerasrc', { name: SOURCE, 'sensor-id': sensor }),
      element('capsfilter', { caps: rawCaps('NVMM', ['NV12'], mode) }),
      ...(lane === 'NVMM' ? [] : ['nvvidconv', element('capsfilter', { caps: 'video/x-raw,format=I420' })]),
      tap,
    ),
    output: 'raw',
    decode: '',
  };
}

function describeGiven(given: string, codec: Codec | 'raw'): SourceDescription {
  const description = chain(given, tap);
  if (codec === 'raw') return { description, output: 'raw', decode: '' };
  if (codec === 'jpeg') return { description, output: 'jpeg', decode: jpegDecode };
  return { description, output: 'coded', decode: 'decodebin' };
}

/** Runs a file until its first video frame: what codec it holds. */
export function fileProbe(path: string): string {
  const caps = fileCodecs.join(';');
  return `${chain(element('filesrc', { location: path }), element('parsebin', { name: 'p' }))}  ${chain(
    'p.',
    `capsfilter caps=${quoted(caps)}`,
    element('appsink', { name: 'probe', sync: false, async: false }),
  )}`;
}

const fileCodecs = [
  'image/jpeg',
  'video/x-h264',
  'video/x-h265',
  'video/x-vp8',
  'video/x-vp9',
  'video/x-av1',
  'video/mpeg',
  'video/x-theora',
] as const;

/** A device to be asked for its modes. */
export function v4l2Query(device: string): string {
  return element('v4l2src', { name: SOURCE, device });
}
