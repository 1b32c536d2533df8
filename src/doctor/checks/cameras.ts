import { type Finding, ok, problem } from '../finding.js';

/** A configured camera and whether its source answers. */
export interface CameraFacts {
  readonly id: string;
  /** The source as people write it, its password masked. */
  readonly source: string;
  /** What it would be run with; null where that isn't known before it runs. */
  readonly mode: string | null;
  /** Why it can't be had; null where it can. */
  readonly trouble: string | null;
  readonly remedy?: string | undefined;
}

export function checkCameras(cameras: readonly CameraFacts[]): readonly Finding[] {
  return cameras.map(({ id, source, mode, trouble, remedy }) => {
    const title = `camera ${id}, ${source}`;
    if (trouble !== null) return problem('camera', `${title}: ${trouble}`, remedy);
    return ok('camera', mode === null ? `${title}: answers` : `${title}: ${mode}`);
  });
}
