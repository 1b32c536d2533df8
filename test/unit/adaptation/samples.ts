import type { LinkSample } from '../../../src/hub/link.js';

/** A sample in which nothing has happened, but for what is named. */
export function sampleOf(given: Partial<LinkSample>): LinkSample {
  return {
    atMs: 0,
    ackedBytes: 0,
    busyMs: 0,
    queuedBytes: 0,
    rttMs: 1,
    minRttMs: 1,
    droppedSlow: 0,
    trainEndBytes: null,
    ...given,
  };
}
