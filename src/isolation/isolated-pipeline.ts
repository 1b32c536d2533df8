import type {
  NativeErrorCode,
  PipelineEvent,
  PipelineHandlers,
  PipelineOptions,
  PipelineStats,
  PropertyValue,
  RunnablePipeline,
  RunnerFrame,
  TapStats,
} from '../native/addon.types.js';
import type { CameraProcess, Notice } from './camera-process.js';
import type { FrameBuffers } from './frame-buffers.js';
import type { FrameNotice } from './protocol.js';

export interface IsolatedPipelineOptions {
  readonly description: string;
  readonly pipeline: PipelineOptions;
  readonly handlers: PipelineHandlers;
  readonly process: CameraProcess;
  readonly buffers: FrameBuffers;
  readonly onDeath: () => void;
  /** The process is gone; false where not even SIGKILL ended it. */
  readonly onClosed: (ended: boolean) => void;
}

const noStats: PipelineStats = { state: 'null', sinks: {}, tap: null, meters: {} };

function codedError(code: NativeErrorCode, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/**
 * A pipeline that runs in another process: {@link RunnablePipeline} with these differences. What `openPipeline()` would
 * throw rejects `start()`. What `setProperty()`, `push()` and `requestKeyframe()` would throw, as well as the process' death, comes as an
 * event of type `error` and domain `lenscast-process`. `stats()` are up to 250 ms old. A pipeline that refuses to stop
 * ends with its process, and is not abandoned.
 */
export class IsolatedPipeline implements RunnablePipeline {
  readonly #options: IsolatedPipelineOptions;
  /** The frame in each sink's slot, by the sink's number. */
  readonly #waiting = new Map<number, FrameNotice>();
  #stats = noStats;
  #started = false;
  #closing: Promise<boolean> | undefined;

  /** Takes the process over: nothing else may use it, and `close()` ends it. */
  constructor(options: IsolatedPipelineOptions) {
    this.#options = options;
    const { process, description, pipeline } = options;
    process.handlers = {
      onNotice: (notice) => this.#onNotice(notice),
      onDeath: ({ message, element, factory, domain, number, debug }) => {
        options.onDeath();
        this.#onEvent({ type: 'error', message, element, factory, domain, number, debug });
      },
    };
    process.send({ type: 'open', description, options: pipeline });
  }

  async start(): Promise<void> {
    this.#requireOpen();
    if (this.#started) throw codedError('ERR_STATE', 'start() was called before');
    this.#started = true;
    await this.#options.process.request({ type: 'start' });
  }

  close(timeoutMs: number): Promise<boolean> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  take(sink: string): RunnerFrame | null {
    this.#requireOpen();
    const { pipeline, buffers, process } = this.#options;
    const number = pipeline.sinks.indexOf(sink);
    if (number < 0) throw codedError('ERR_NO_ELEMENT', `"${sink}" is none of the pipeline's sinks`);
    const notice = this.#waiting.get(number);
    if (notice === undefined) return null;
    this.#waiting.delete(number);
    const { width, height, captureMs, arrivalMs, sequence, keyframe } = notice;
    const { handle, data } = buffers.acquire(notice.bytes);
    try {
      process.slots.read(number, data);
    } catch (error) {
      buffers.release(handle);
      process.distrust(error instanceof Error ? error.message : String(error));
      return null;
    }
    process.send({ type: 'taken', sink: number });
    return { handle, data, width, height, captureMs, arrivalMs, sequence, keyframe };
  }

  setProperty(element: string, property: string, value: PropertyValue): void {
    this.#requireOpen();
    this.#options.process.send({ type: 'set', element, property, value });
  }

  push(element: string, bytes: Uint8Array, maxQueuedBytes: number): boolean {
    this.#requireOpen();
    const { process } = this.#options;
    if (process.backlogBytes >= maxQueuedBytes) return false;
    // The caller may overwrite its bytes before they are written.
    process.send({ type: 'push', element, maxQueuedBytes }, Uint8Array.from(bytes));
    return true;
  }

  requestKeyframe(element: string, action?: string): void {
    this.#requireOpen();
    this.#options.process.send({ type: 'keyframe', element, ...(action === undefined ? {} : { action }) });
  }

  stats(): PipelineStats {
    return this.#closing === undefined ? this.#stats : { ...this.#stats, state: 'null' };
  }

  tapStats(): TapStats | null {
    return this.#stats.tap;
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw codedError('ERR_CLOSED', 'the pipeline was closed');
  }

  async #close(timeoutMs: number): Promise<boolean> {
    this.#waiting.clear();
    const ended = await this.#options.process.end(timeoutMs);
    this.#options.onClosed(ended);
    return ended;
  }

  #onNotice(notice: Notice): void {
    if (notice.type === 'stats') this.#stats = notice.stats;
    else if (notice.type === 'event') this.#onEvent(notice.event);
    else this.#onFrame(notice);
  }

  #onFrame(notice: FrameNotice): void {
    const { pipeline, handlers } = this.#options;
    this.#waiting.set(notice.sink, notice);
    const sink = pipeline.sinks[notice.sink];
    if (sink !== undefined) handlers.onFrames([sink]);
  }

  #onEvent(event: PipelineEvent): void {
    if (this.#closing === undefined) this.#options.handlers.onEvent(event);
  }
}
