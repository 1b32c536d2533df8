import type { AddonStats, PipelineRunner } from '../native/addon.types.js';
import { IsolatedRunner } from './isolated-runner.js';

/** Owns the cameras' processes. A camera that is never run here costs nothing. */
export class Isolation {
  readonly #runners = new Map<string, IsolatedRunner>();

  /** The camera's own, the same at every call. */
  runnerOf(camera: string): PipelineRunner {
    const known = this.#runners.get(camera);
    if (known !== undefined) return known;
    const runner = new IsolatedRunner({ label: camera });
    this.#runners.set(camera, runner);
    return runner;
  }

  /** The addon's figures with those of the pipelines here: frames that lie in the server, pipelines, hanging ones. */
  addTo(stats: AddonStats): AddonStats {
    let { liveFrames, liveBytes, pipelines, abandoned } = stats;
    for (const runner of this.#runners.values()) {
      const own = runner.stats();
      liveFrames += own.liveFrames;
      liveBytes += own.liveBytes;
      pipelines += own.pipelines;
      abandoned += own.abandoned;
    }
    return { liveFrames, liveBytes, pipelines, abandoned };
  }

  /** Ends processes that run no pipeline; the cameras are closed by now. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.close()));
  }
}
