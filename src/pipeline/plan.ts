import { accessUnitSink, h264TierBranch } from './h264.js';
import type { H264Encoder } from './h264-encoder.js';
import type { Output } from './output.js';
import { DECODER, type Processing, softwareProcessing } from './processing.js';
import { describeSource, type PipelineSource, TAP } from './source.js';
import { chain, element } from './syntax.js';
import {
  frameSink,
  jpegTierBranch,
  latestFrameQueue,
  scaledBranch,
  shutValve,
  stillGate,
  type TierSettings,
  tierElements,
} from './tier.js';

/** The tier of a camera whose own frames viewers can have untouched. */
export const SOURCE_TIER = 'source';

export interface PlannedOutput extends Output {
  readonly sink: string;
  /** The valves that must be open while the output is watched. */
  readonly valves: readonly string[];
  /** What limits its frame rate, and to how many a second at first; undefined where nothing does. */
  readonly rate?: { readonly element: string; readonly fps: number };
  /** Who can be asked for a keyframe, and how; undefined where nobody can. */
  readonly keyframes?: { readonly element: string; readonly how: H264Encoder['keyframe'] };
}

/** All that is needed to run a camera. */
export interface PipelinePlan {
  readonly description: string;
  readonly tap: string;
  /** Valves that are better shut a while after nobody needs them: what lies behind begins with a keyframe. */
  readonly lateValves: readonly string[];
  /** What limits how many frames a second are decoded; undefined where all of them must be. */
  readonly decodeLimit?: string;
  /** The elements that are measured: of each tier its gate, and where it is encoded its queues and its encoders. */
  readonly meters: readonly string[];
  /** What works only when frames that are ready were delivered. */
  readonly afterDelivery: readonly string[];
  /** Best first, in each medium. */
  readonly outputs: readonly PlannedOutput[];
}

export interface PlanOptions {
  /** Down to so many frames a second the camera's own JPEGs that show nothing new are left out. */
  readonly sourceMinFps?: number | null;
  /** Null where the machine has none: no tier is encoded to H.264 then. */
  readonly h264: H264Encoder | null;
  /** What works on the pictures; all in software, with that encoder, where left out. */
  readonly processing?: Processing;
}

// No tier's elements begin like this one, whatever the tier is called.
const decodeValve = 'decode_valve';
const decodeLimit = 'decode_limit';
const decodeQueue = 'decode_queue';

interface Branch {
  readonly fragments: readonly string[];
  readonly outputs: readonly PlannedOutput[];
  readonly meters: readonly string[];
}

/**
 * One pipeline for a camera: the source, its own frames where viewers can have them, and branches for each tier. What
 * nobody watches lies behind a shut valve; decoding lies behind one that opens with the first tier that needs it.
 */
export function planPipeline(
  source: PipelineSource,
  tiers: ReadonlyMap<string, TierSettings>,
  options: PlanOptions,
): PipelinePlan {
  const { processing = softwareProcessing(options.h264) } = options;
  const { description, output, decode } = describeSource(source, processing.lane);
  const decodes = decode !== '';
  const independent = output === 'jpeg';
  const own = [
    ...(output === 'jpeg' ? [jpegSourceBranch(options.sourceMinFps)] : []),
    ...(output === 'h264' ? [h264SourceBranch()] : []),
  ];
  const before = decodes ? [decodeValve] : [];
  const tiered = [...tiers].map(([name, settings]) => tierBranch(name, settings, processing, before));
  const branches = [...own, ...tiered];
  const rawTee = element('tee', { name: 'raw', 'allow-not-linked': true });
  const head = decodes
    ? [
        chain(description, element('tee', { name: 'coded', 'allow-not-linked': true })),
        // First in the order of the tee: these frames are ready.
        ...fragmentsOf(own),
        chain('coded.', shutValve(decodeValve), queueToDecoder(independent), processing.decode ?? decode, rawTee),
      ]
    : [chain(description, rawTee)];
  return {
    description: [...head, ...fragmentsOf(tiered)].join('  '),
    tap: TAP,
    ...(decodes && independent ? { decodeLimit } : {}),
    lateValves: output === 'coded' || output === 'h264' ? [decodeValve] : [],
    meters: [...(decodes && processing.decode !== null ? [DECODER] : []), ...branches.flatMap(({ meters }) => meters)],
    afterDelivery: decodes && own.length > 0 ? [decodeQueue] : [],
    outputs: branches.flatMap(({ outputs }) => outputs),
  };
}

function fragmentsOf(branches: readonly Branch[]): readonly string[] {
  return branches.flatMap(({ fragments }) => fragments);
}

function jpegSourceBranch(minFps: number | null | undefined): Branch {
  const { valve, gate, sink } = tierElements(SOURCE_TIER).jpeg;
  return {
    fragments: [chain('coded.', shutValve(valve), stillGate(SOURCE_TIER, minFps), frameSink(sink))],
    outputs: [{ tier: SOURCE_TIER, medium: 'jpeg', sink, valves: [valve] }],
    meters: [gate],
  };
}

function h264SourceBranch(): Branch {
  const { valve, sink } = tierElements(SOURCE_TIER).h264;
  return {
    fragments: [chain('coded.', shutValve(valve), accessUnitSink(sink))],
    outputs: [{ tier: SOURCE_TIER, medium: 'h264', sink, valves: [valve] }],
    meters: [],
  };
}

/** `before` are the valves on the way to raw pictures. */
function tierBranch(tier: string, settings: TierSettings, processing: Processing, before: readonly string[]): Branch {
  const { valve, queue, rate, pictures, jpeg, h264 } = tierElements(tier);
  const valves = [...before, valve];
  const shared = { tier, rate: { element: rate, fps: settings.fps } };
  const jpegOutput = { ...shared, medium: 'jpeg', sink: jpeg.sink, valves: [...valves, jpeg.valve] } as const;
  const scaled = chain('raw.', scaledBranch(tier, settings, processing));
  const pictured = chain(`${pictures}.`, jpegTierBranch(tier, settings, processing));
  const meters = [queue, jpeg.gate, jpeg.encoder];
  const video = processing.h264;
  if (video === null) return { fragments: [scaled, pictured], outputs: [jpegOutput], meters };
  const keyframes = { element: h264.encoder, how: video.encoder.keyframe };
  const opened = [...valves, h264.valve];
  const videoOutput = { ...shared, medium: 'h264', sink: h264.sink, valves: opened, keyframes } as const;
  return {
    fragments: [scaled, pictured, chain(`${pictures}.`, h264TierBranch(tier, settings, video))],
    outputs: [jpegOutput, videoOutput],
    meters: [...meters, h264.queue, h264.encoder],
  };
}

/** JPEGs stand alone: old ones may go, and those that nobody wants. Frames that lean on each other must all be decoded. */
function queueToDecoder(independentFrames: boolean): string {
  return independentFrames
    ? chain(element('lenscastratelimit', { name: decodeLimit }), latestFrameQueue(decodeQueue))
    : element('queue', {
        name: decodeQueue,
        'max-size-buffers': 0,
        'max-size-bytes': 0,
        'max-size-time': 1_000_000_000,
      });
}
