import type { NativeAddon, NativePipeline } from '../native/addon.types.js';
import type { FrameSlots } from './frame-slots.js';
import { type FromProcess, type Request, type ToProcess, toPlainError } from './protocol.js';

/** How often the pipeline's figures are told: four times a second. */
const statsEveryMs = 250;

export interface HostOptions {
  readonly addon: NativeAddon;
  readonly slots: FrameSlots;
  readonly send: (message: FromProcess) => void;
}

/**
 * The camera's process' side: does with the addon what it is told, and tells what comes of it. A sink's newest frame
 * waits in the addon while the last one lies in its slot unread: at most two of a sink exist, however slow the server.
 */
export class PipelineHost {
  readonly #options: HostOptions;
  #pipeline: NativePipeline | undefined;
  #openError: unknown;
  #sinks: readonly string[] = [];
  /** The sinks, by number, whose slot is not read yet. */
  readonly #occupied = new Set<number>();
  #statsTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  handle(message: ToProcess, body: Uint8Array): void {
    if (this.#closing !== undefined) return;
    if ('id' in message) this.#answer(message.id, this.#do(message));
    else if (message.type === 'open') this.#open(message);
    else if (message.type === 'set') this.#try('set', () => this.#set(message));
    else if (message.type === 'push') this.#try('push', () => this.#push(message, body));
    else if (message.type === 'keyframe') this.#try('keyframe', () => this.#requestKeyframe(message));
    else if (message.type === 'taken') {
      this.#occupied.delete(message.sink);
      this.#offer(message.sink);
    } else void this.close(message.timeoutMs);
  }

  /** Idempotent; resolves once the pipeline is in NULL, or `timeoutMs` is over. */
  close(timeoutMs: number): Promise<void> {
    clearInterval(this.#statsTimer);
    this.#closing ??= (async () => {
      await this.#pipeline?.close(timeoutMs);
    })();
    return this.#closing;
  }

  #open({ description, options }: Extract<ToProcess, { readonly type: 'open' }>): void {
    this.#sinks = options.sinks;
    const onFrames = (sinks: readonly string[]) => {
      for (const sink of sinks) this.#offer(this.#sinks.indexOf(sink));
    };
    const { addon, send } = this.#options;
    try {
      this.#pipeline = addon.openPipeline(description, options, {
        onFrames,
        onEvent: (event) => {
          // So that what the tap counted is known before the reason why there is no more.
          if (event.type === 'error' || event.type === 'eos') this.#tellStats();
          send({ type: 'event', event });
        },
      });
    } catch (error) {
      this.#openError = error;
    }
  }

  #set({ element, property, value }: Extract<ToProcess, { readonly type: 'set' }>): void {
    this.#pipeline?.setProperty(element, property, value);
  }

  #requestKeyframe({ element, action }: Extract<ToProcess, { readonly type: 'keyframe' }>): void {
    this.#pipeline?.requestKeyframe(element, action);
  }

  #push({ element, maxQueuedBytes }: Extract<ToProcess, { readonly type: 'push' }>, picture: Uint8Array): void {
    this.#pipeline?.push(element, picture, maxQueuedBytes);
  }

  #do(request: Request): Promise<unknown> {
    const { addon } = this.#options;
    if (request.type === 'probe') return addon.probe(request.description, request.timeoutMs);
    if (request.type === 'elementProperties') return Promise.resolve(addon.elementProperties(request.factory));
    if (request.type === 'queryCaps') return addon.queryCaps(request.description, request.timeoutMs);
    if (this.#pipeline === undefined) return Promise.reject(this.#openError);
    this.#statsTimer = setInterval(() => this.#tellStats(), statsEveryMs);
    return this.#pipeline.start();
  }

  #answer(id: number, outcome: Promise<unknown>): void {
    const { send } = this.#options;
    outcome.then(
      (result) => send({ type: 'done', id, result }),
      (error: unknown) => send({ type: 'failed', id, error: toPlainError(error) }),
    );
  }

  #tellStats(): void {
    if (this.#pipeline !== undefined) this.#options.send({ type: 'stats', stats: this.#pipeline.stats() });
  }

  /** Puts the sink's newest frame, where there is one, into its slot, where that is free. */
  #offer(sink: number): void {
    const name = this.#sinks[sink];
    if (name === undefined || this.#occupied.has(sink) || this.#closing !== undefined) return;
    const { addon, slots, send } = this.#options;
    this.#try('frame', () => {
      const frame = this.#pipeline?.take(name);
      if (!frame) return;
      const { handle, data, ...rest } = frame;
      const bytes = data.byteLength;
      try {
        slots.write(sink, new Uint8Array(data));
      } finally {
        addon.releaseFrame(handle);
      }
      this.#occupied.add(sink);
      send({ type: 'frame', sink, bytes, ...rest });
    });
  }

  /** Nobody waits for these calls: what they throw is told as the pipeline's error. */
  #try(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      const { message, code } = toPlainError(error);
      const where = { element: what, factory: '', domain: 'lenscast-process', number: 0 };
      this.#options.send({ type: 'event', event: { type: 'error', ...where, message, debug: String(code ?? '') } });
    }
  }
}
