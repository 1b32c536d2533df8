import type { Source } from '../config/source.js';
import type { PipelineRunner } from '../native/addon.types.js';
import { describeSource, type PipelineSource } from '../pipeline/source.js';
import { chain, element } from '../pipeline/syntax.js';
import { causeOfError, whereabouts } from './cause.js';
import { firstCaps } from './http/first-caps.js';
import { whyUnreachable } from './network-cause.js';

const answerTimeoutMs = 5000;
const explainTimeoutMs = 3000;

/** Opens a camera for a moment to see what it delivers, as caps. Rejects where it gives nothing. */
export async function deliveredCaps(source: PipelineSource, runner: PipelineRunner): Promise<string> {
  if (source.kind === 'http') return firstCaps(source.url, answerTimeoutMs);
  const sink = element('appsink', { name: 'probe', sync: false, async: false });
  const { caps } = await runner.probe(chain(describeSource(source).description, sink), answerTimeoutMs);
  return caps;
}

/** Why a camera gave nothing, in words for its owner and without its password. Asks the network where it is on one. */
export async function whyNothing(error: unknown, source: Source): Promise<string> {
  const { place, address } = whereabouts(source);
  const unreachable = address === undefined ? null : await whyUnreachable(address, place, explainTimeoutMs);
  return (unreachable ?? causeOfError(error, place)).message;
}
