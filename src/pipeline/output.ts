import type { Medium } from '../hub/viewer-registry.js';

/** What leaves a camera's pipeline: a tier in a medium. Each is watched, or not, for itself. */
export interface Output {
  readonly tier: string;
  readonly medium: Medium;
}

/** Names an output among a camera's. */
export type OutputKey = `${Medium}:${string}`;

export function outputKey({ tier, medium }: Output): OutputKey {
  return `${medium}:${tier}`;
}

export function outputOf(key: OutputKey): Output {
  const [medium] = key.split(':', 1);
  return { tier: key.slice(key.indexOf(':') + 1), medium: medium === 'jpeg' ? 'jpeg' : 'h264' };
}
