import { processFigures } from '../support/process-figures.js';
import type { Server } from '../support/server.js';

/** What must come back to where it was. */
export interface Figures {
  readonly threads: number;
  readonly descriptors: number;
  readonly residentBytes: number;
  readonly liveFrames: number;
  readonly pipelines: number;
  readonly abandoned: number;
}

export async function figuresOf(server: Server): Promise<Figures> {
  const [liveFrames, pipelines, abandoned] = await Promise.all(
    ['lenscast_live_frames', 'lenscast_pipelines', 'lenscast_pipelines_abandoned'].map((name) => server.metric(name)),
  );
  return {
    ...processFigures(server.pid),
    liveFrames: liveFrames ?? 0,
    pipelines: pipelines ?? 0,
    abandoned: abandoned ?? 0,
  };
}

// GStreamer keeps the threads of a pool for a while, and fetch() its connection.
const threadsTolerated = 2;
const descriptorsTolerated = 4;

/** Whether all but memory is where it was. */
export function isBack(now: Figures, before: Figures): boolean {
  return (
    now.threads <= before.threads + threadsTolerated &&
    now.descriptors <= before.descriptors + descriptorsTolerated &&
    now.liveFrames === 0 &&
    now.pipelines === 0 &&
    now.abandoned === 0
  );
}

export function describeFigures(figures: Figures): string {
  const { residentBytes, ...rest } = figures;
  return `${JSON.stringify(rest)}, ${(residentBytes / 2 ** 20).toFixed(1)} MiB`;
}
