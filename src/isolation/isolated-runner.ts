import { fileURLToPath } from 'node:url';
import type {
  AddonStats,
  NativeAddon,
  PipelineHandlers,
  PipelineOptions,
  PipelineRunner,
  RunnablePipeline,
} from '../native/addon.types.js';
import { CameraProcess } from './camera-process.js';
import { FrameBuffers } from './frame-buffers.js';
import { IsolatedPipeline } from './isolated-pipeline.js';
import type { Request } from './protocol.js';

export interface IsolatedRunnerOptions {
  /** Names the camera in the list of processes. */
  readonly label: string;
  /** The program of the processes. */
  readonly program?: string;
}

/** A process that is not needed for a pipeline so long after it looked at the camera ends. */
const spareAfterLookMs = 2000;
/** Longer than a camera waits after a crash. */
const spareAfterDeathMs = 6000;
// The process gives a look up by itself; where it can't, it is given up, the process' start included.
const lateMs = 3000;
const spareCloseTimeoutMs = 500;

/**
 * Runs one camera's pipelines in processes of their own, which crash alone. A process takes as long to start as all the
 * rest of a pipeline's start: the one that looked at the camera runs the pipeline that follows, and the place of one that
 * died, or that a chip holds, is taken while the camera waits for its next try.
 */
export class IsolatedRunner implements PipelineRunner {
  readonly #options: IsolatedRunnerOptions;
  readonly #buffers = new FrameBuffers();
  #spare: CameraProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;
  #pipelines = 0;
  #unkillable = 0;

  constructor(options: IsolatedRunnerOptions) {
    this.#options = options;
  }

  async openPipelineAsync(
    description: string,
    pipeline: PipelineOptions,
    handlers: PipelineHandlers,
  ): Promise<RunnablePipeline> {
    const process = this.#takeProcess();
    this.#pipelines++;
    const onClosed = (ended: boolean) => {
      this.#pipelines--;
      if (!ended) this.#unkillable++;
      if (this.#pipelines === 0) this.#buffers.trim();
    };
    const onDeath = () => this.prepare();
    return new IsolatedPipeline({
      description,
      pipeline,
      handlers,
      process,
      buffers: this.#buffers,
      onDeath,
      onClosed,
    });
  }

  /** Starts the next pipeline's process, beside one that is about to end. */
  prepare(): void {
    if (this.#spare !== undefined) return;
    try {
      this.#keep(this.#startProcess(), spareAfterDeathMs);
    } catch {
      // Without a descriptor or memory to spare the next pipeline will say so.
    }
  }

  releaseFrame(handle: number): void {
    this.#buffers.release(handle);
  }

  async probe(description: string, timeoutMs: number): Promise<{ readonly caps: string; readonly bytes: number }> {
    const result = await this.#look({ type: 'probe', description, timeoutMs });
    return result as { readonly caps: string; readonly bytes: number };
  }

  async queryCaps(description: string, timeoutMs: number): Promise<readonly string[]> {
    const result = await this.#look({ type: 'queryCaps', description, timeoutMs });
    return result as readonly string[];
  }

  /** As the addon's; what crashes or hangs there rejects. */
  async elementProperties(factory: string, timeoutMs: number): Promise<ReturnType<NativeAddon['elementProperties']>> {
    const result = await this.#look({ type: 'elementProperties', factory, timeoutMs });
    return result as ReturnType<NativeAddon['elementProperties']>;
  }

  /** As the addon's, of this camera; `abandoned` counts processes that not even SIGKILL ended. */
  stats(): AddonStats {
    const { heldFrames: liveFrames, heldBytes: liveBytes } = this.#buffers;
    return { liveFrames, liveBytes, pipelines: this.#pipelines, abandoned: this.#unkillable };
  }

  /** Ends what no pipeline took over; pipelines are closed by whoever opened them. Idempotent. */
  async close(): Promise<void> {
    clearTimeout(this.#spareTimer);
    const spare = this.#spare;
    this.#spare = undefined;
    await spare?.end(spareCloseTimeoutMs);
  }

  #takeProcess(): CameraProcess {
    clearTimeout(this.#spareTimer);
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare?.usable) return spare;
    void spare?.end(0);
    return this.#startProcess();
  }

  #startProcess(): CameraProcess {
    const program = this.#options.program ?? fileURLToPath(new URL('./child.js', import.meta.url));
    return new CameraProcess(program, this.#options.label);
  }

  async #look(request: Extract<Request, { readonly timeoutMs: number }>): Promise<unknown> {
    const process = this.#takeProcess();
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      const error = Object.assign(new Error(`no answer within ${request.timeoutMs} ms`), { code: 'ERR_TIMEOUT' });
      late = setTimeout(() => reject(error), request.timeoutMs + lateMs);
    });
    try {
      const result = await Promise.race([process.request(request), tooLate]);
      this.#keep(process, spareAfterLookMs);
      return result;
    } catch (error) {
      await process.end(spareCloseTimeoutMs);
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  #keep(process: CameraProcess, forMs: number): void {
    void this.close();
    this.#spare = process;
    this.#spareTimer = setTimeout(() => void this.close(), forMs);
  }
}
