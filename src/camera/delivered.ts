import type { CameraConfig } from '../config/config.js';
import type { PipelineRunner } from '../native/addon.types.js';
import { describeSource, type PipelineSource } from '../pipeline/source.js';
import { chain, element } from '../pipeline/syntax.js';
import { inspectSource } from './inspect.js';

const answerTimeoutMs = 5000;

export interface DeliveredCaps {
  readonly kind: PipelineSource['kind'];
  readonly caps: string;
}

/**
 * Opens a camera for a moment to see what it delivers, as caps; nothing else may have it open. Null for an HTTP camera,
 * whose pictures the pipeline doesn't fetch itself. Rejects where it gives nothing.
 */
export async function deliveredCaps(config: CameraConfig, runner: PipelineRunner): Promise<DeliveredCaps | null> {
  const source = await inspectSource(config, runner);
  if (source.kind === 'http') return null;
  const sink = element('appsink', { name: 'probe', sync: false, async: false });
  const { caps } = await runner.probe(chain(describeSource(source).description, sink), answerTimeoutMs);
  return { kind: source.kind, caps };
}
