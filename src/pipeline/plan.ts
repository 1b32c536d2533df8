import { describeSource, type PipelineSource, TAP } from './source.js';
import { chain, element } from './syntax.js';
import {
  frameSink,
  jpegTierBranch,
  latestFrameQueue,
  shutValve,
  stillGate,
  type TierSettings,
  tierElements,
} from './tier.js';

/** The tier of a camera that delivers JPEG: its own pictures, untouched. */
export const SOURCE_TIER = 'source';

export interface PlannedTier {
  readonly name: string;
  readonly sink: string;
  /** The valves that must be open while the tier is watched. */
  readonly valves: readonly string[];
}

/** All that is needed to run a camera. */
export interface PipelinePlan {
  readonly description: string;
  readonly tap: string;
  /** Valves that are better shut a while after nobody needs them: what lies behind begins with a keyframe. */
  readonly lateValves: readonly string[];
  /** The elements that are measured: of each tier its gate, and where it is encoded its queue and its encoder. */
  readonly meters: readonly string[];
  /** Best first. */
  readonly tiers: readonly PlannedTier[];
}

// No tier's elements begin like this one, whatever the tier is called.
const decodeValve = 'decode_valve';

/**
 * One pipeline for a camera: the source, its own JPEGs where it has them, and a branch for each tier. What nobody
 * watches lies behind a shut valve; decoding lies behind one that opens with the first tier that needs it.
 */
export function planPipeline(
  source: PipelineSource,
  tiers: ReadonlyMap<string, TierSettings>,
  sourceMinFps: number | null = null,
): PipelinePlan {
  const { description, output, decode } = describeSource(source);
  const branches: string[] = [];
  const planned: PlannedTier[] = [];
  const meters: string[] = [];
  const passesThrough = output === 'jpeg';
  const decodes = decode !== '';

  if (passesThrough) {
    const names = tierElements(SOURCE_TIER);
    const gate = stillGate(SOURCE_TIER, sourceMinFps);
    branches.push(chain('coded.', shutValve(names.valve), gate, frameSink(names.sink)));
    planned.push({ name: SOURCE_TIER, sink: names.sink, valves: [names.valve] });
    meters.push(names.gate);
  }
  for (const [name, settings] of tiers) {
    const names = tierElements(name);
    branches.push(chain('raw.', jpegTierBranch(name, settings)));
    planned.push({ name, sink: names.sink, valves: decodes ? [decodeValve, names.valve] : [names.valve] });
    meters.push(names.queue, names.gate, names.encoder);
  }

  const rawTee = element('tee', { name: 'raw', 'allow-not-linked': true });
  const head = decodes
    ? [
        chain(description, element('tee', { name: 'coded', 'allow-not-linked': true })),
        chain('coded.', shutValve(decodeValve), decodeQueue(passesThrough), decode, rawTee),
      ]
    : [chain(description, rawTee)];
  const lateValves = output === 'coded' ? [decodeValve] : [];
  return { description: [...head, ...branches].join('  '), tap: TAP, lateValves, meters, tiers: planned };
}

/** JPEGs stand alone and old ones may go; frames that lean on each other must all reach the decoder. */
function decodeQueue(independentFrames: boolean): string {
  return independentFrames
    ? latestFrameQueue()
    : element('queue', { 'max-size-buffers': 0, 'max-size-bytes': 0, 'max-size-time': 1_000_000_000 });
}
