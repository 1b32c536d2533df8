import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { ElementError } from '../native/addon.types.js';
import { FrameSlots } from './frame-slots.js';
import { encodeMessage, MessageReader } from './messages.js';
import { type FromProcess, fromPlainError, type Request, type ToProcess } from './protocol.js';

type Answer = Extract<FromProcess, { readonly type: 'done' | 'failed' }>;
/** What comes unasked. */
export type Notice = Exclude<FromProcess, Answer>;

export interface ProcessHandlers {
  onNotice(notice: Notice): void;
  /** It ended without being asked to. At most once, and nothing comes after it; `end()` still cleans up. */
  onDeath(error: ElementError): void;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

// A pipeline on a small board needs a fraction of it, and the default grows with the machine's memory.
const nodeArguments = ['--max-old-space-size=64', '--max-semi-space-size=1', '--v8-pool-size=1'];
// What the kernel itself may need to end a process that hangs in a driver; usually a few milliseconds.
const killTimeoutMs = 1000;

/**
 * A camera's process, from its start to `end()`. Owns the process, the stream to it and the frames' slots. A process
 * that says what can't be understood is killed.
 */
export class CameraProcess {
  readonly slots: FrameSlots;
  handlers: ProcessHandlers | undefined;
  readonly #child: ChildProcess;
  readonly #stream: Duplex;
  readonly #received: FromProcess[] = [];
  readonly #reader = new MessageReader((header) => this.#received.push(header as FromProcess));
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #running = true;
  #death: ElementError | undefined;
  #ending: Promise<boolean> | undefined;

  /** `program` is child.js; `label` names the camera in the list of processes. */
  constructor(program: string, label: string) {
    this.slots = FrameSlots.create();
    const words = [...nodeArguments, program, label];
    this.#child = spawn(process.execPath, words, {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', this.slots.descriptor],
    });
    this.#stream = streamOf(this.#child);
    this.#stream.on('data', (chunk: Buffer) => this.#read(chunk));
    // Its end is told by its exit.
    this.#stream.on('error', () => {});
    this.#exited = new Promise((resolve) => {
      const gone = (what: string) => {
        if (!this.#running) return;
        this.#running = false;
        this.#die(what);
        resolve();
      };
      this.#child.once('error', (error) => gone(`can't start: ${error.message}`));
      this.#child.once('exit', (code, signal) => gone(signal === null ? `ended with code ${code}` : `died: ${signal}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False from its end on, and from {@link end} on. */
  get usable(): boolean {
    return this.#death === undefined && this.#ending === undefined;
  }

  /** Bytes that wait to be written to it. */
  get backlogBytes(): number {
    return this.#stream.writableLength;
  }

  /** Nothing where it isn't usable. */
  send(message: ToProcess, body?: Uint8Array): void {
    if (!this.usable) return;
    this.#stream.cork();
    for (const chunk of encodeMessage(message, body)) this.#stream.write(chunk);
    this.#stream.uncork();
  }

  /** The answer. Rejects with the error it met, or with what ended the process. */
  request(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#death !== undefined) return reject(this.#death);
      this.#lastId++;
      this.#pending.set(this.#lastId, { resolve, reject });
      this.send({ ...request, id: this.#lastId });
    });
  }

  /**
   * Asks it to close its pipeline and to end; SIGKILL after `graceMs`. False where even that doesn't end it: a driver
   * holds it. Idempotent.
   */
  end(graceMs: number): Promise<boolean> {
    if (this.#ending === undefined) {
      this.send({ type: 'close', timeoutMs: graceMs });
      this.#ending = this.#end(graceMs);
      this.#rejectPending(Object.assign(new Error('the pipeline was closed'), { code: 'ERR_CLOSED' }));
    }
    return this.#ending;
  }

  async #end(graceMs: number): Promise<boolean> {
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    let giveUp: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, graceMs + killTimeoutMs);
    });
    await Promise.race([this.#exited, tooLate]);
    clearTimeout(kill);
    clearTimeout(giveUp);
    this.#stream.destroy();
    this.slots.close();
    return !this.#running;
  }

  /** It did what it never should: kills it, and tells so. */
  distrust(what: string): void {
    this.#die(`can't be understood: ${what}`);
    this.#child.kill('SIGKILL');
  }

  #read(chunk: Buffer): void {
    if (!this.usable) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.distrust(error instanceof Error ? error.message : String(error));
    }
    // What the handlers throw is not the process' fault.
    for (const message of this.#received.splice(0)) this.#onMessage(message);
  }

  #onMessage(message: FromProcess): void {
    if (!this.usable) return;
    if (message.type === 'done') this.#settle(message.id)?.resolve(message.result);
    else if (message.type === 'failed') this.#settle(message.id)?.reject(fromPlainError(message.error));
    else this.handlers?.onNotice(message);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Whoever waits for an answer is told by it, else the handlers. */
  #die(what: string): void {
    if (!this.usable) return;
    this.#death = deathError(`the camera's process ${what}`);
    const told = this.#pending.size > 0;
    this.#rejectPending(this.#death);
    if (!told) this.handlers?.onDeath(this.#death);
  }

  #rejectPending(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** A process that couldn't be started has none. */
function streamOf(child: ChildProcess): Duplex {
  const streams: readonly unknown[] | undefined = child.stdio;
  const stream = streams?.[3];
  return stream instanceof Duplex ? stream : new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
}

function deathError(message: string): ElementError {
  const where = { element: 'process', factory: '', domain: 'lenscast-process', number: 1, debug: '' };
  return Object.assign(new Error(message), { code: 'ERR_STATE_CHANGE' as const, ...where });
}
