/** Runs the real program, `node dist/main.js`, on a free port of loopback. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { NetworkNamespace } from './network-namespace.js';
import { type ProgramResult, runProgram } from './run-program.js';
import { until, within } from './until.js';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const startTimeoutMs = 20_000;
const configName = 'cameras.yaml';

export interface ServerOptions {
  /** `--source`s, in order: the cameras `cam1`, `cam2`… */
  readonly sources?: readonly string[];
  /** The text of a configuration file. */
  readonly config?: string;
  /** On top of the test's own environment, which is freed of everything that is Lenscast's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** It runs there, and is reached at its address instead of loopback's. */
  readonly namespace?: Pick<NetworkNamespace, 'name' | 'address'>;
}

/** A camera as `GET /api/cameras/:id` shows it, as far as tests look at it. */
export interface CameraView {
  readonly id: string;
  readonly state: string;
  readonly source: string;
  readonly cause: { readonly code: string; readonly message: string; readonly permanent: boolean } | null;
  readonly attempt: number;
  readonly viewers: number;
  readonly frames: number;
  readonly corrupt_frames: number;
  readonly tiers: readonly {
    readonly name: string;
    readonly viewers: number;
    readonly frame: { readonly width: number; readonly height: number } | null;
    readonly media: readonly ('jpeg' | 'h264')[];
  }[];
}

function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('LENSCAST_'));
  return { ...Object.fromEntries(own), ...extra };
}

/** The command line of a server on a free port; writes its configuration file into `folder`. */
function toArguments({ sources = [], config, args = [], namespace }: ServerOptions, folder: string): string[] {
  const host = namespace === undefined ? [] : ['--host', namespace.address];
  const words = ['--port', '0', ...host, ...sources.flatMap((source) => ['--source', source]), ...args];
  if (config === undefined) return words;
  const file = join(folder, configName);
  writeFileSync(file, config);
  return [...words, '--config', file];
}

/** Runs the program where it is expected to end by itself; the working directory holds `files`. */
export async function runLenscast(
  args: readonly string[],
  {
    env,
    files = {},
    timeoutMs = 20_000,
  }: {
    readonly env?: Readonly<Record<string, string>>;
    readonly files?: Record<string, string>;
    readonly timeoutMs?: number;
  } = {},
): Promise<ProgramResult> {
  const folder = mkdtempSync(join(tmpdir(), 'lenscast-run-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const changes = Object.keys(process.env).filter((name) => name.startsWith('LENSCAST_'));
  const unset = changes.flatMap((name) => ['-u', name]);
  const set = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
  try {
    return await runProgram('env', ['-C', folder, ...unset, ...set, process.execPath, program, ...args], timeoutMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A running server. Owns its process and its folder; `stop()` ends both. */
export class Server {
  /** Without the slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #folder: string;
  readonly #output: { text: string };
  readonly #exited: Promise<unknown>;

  private constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    folder: string,
    output: { text: string },
    exited: Promise<unknown>,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#output = output;
    this.#exited = exited;
    this.url = /listening on (http:\/\/[\d.]+:\d+)\//.exec(output.text)?.[1] ?? '';
    this.port = Number(new URL(this.url).port);
  }

  /** Resolves once it listens. Rejects with what it said where it ends before. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'lenscast-server-'));
    const enter = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace.name];
    const [command = '', ...words] = [...enter, process.execPath, program, ...toArguments(options, folder)];
    const child = spawn(command, words, {
      cwd: folder,
      env: environment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output.text += chunk;
      });
    }
    const exited = once(child, 'close');
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    try {
      await until('listening', () => ended() || output.text.includes('listening on '), startTimeoutMs);
      if (ended()) throw new Error(`lenscast ended with ${child.exitCode ?? child.signalCode}: ${output.text}`);
      return new Server(child, folder, output, exited);
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything it said, on both outputs. */
  get logs(): string {
    return this.#output.text;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. Rejects after `timeoutMs`. */
  async exit(timeoutMs: number): Promise<number | NodeJS.Signals | null> {
    await within('the end of the server', timeoutMs, this.#exited);
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  async json<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  camera(id = 'cam1'): Promise<CameraView> {
    return this.json<CameraView>(`/api/cameras/${id}`);
  }

  /** Waits for a camera to be in a state. */
  reach(state: string, id = 'cam1', timeoutMs?: number): Promise<CameraView> {
    const look = async () => {
      const camera = await this.camera(id);
      return camera.state === state && camera;
    };
    return until(`${id} is ${state}`, look, timeoutMs).catch(async (error: Error) => {
      throw new Error(`${error.message}; it is ${JSON.stringify(await this.camera(id))}`);
    });
  }

  /** Waits until a tier shows the camera's own pictures: before that its viewers may see what stands in for them. */
  async shows(tier: string, id = 'cam1'): Promise<void> {
    const snapshot = async () => (await fetch(`${this.url}/cameras/${id}/snapshot?tier=${tier}`)).status === 200;
    await until(`a picture of ${id}`, snapshot, 20_000);
  }

  /** A number of `/metrics` by its name and, where it has any, its labels in their order: `name{a="b"}`. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    if (line === undefined) throw new Error(`no metric ${name}`);
    return Number(line.slice(name.length));
  }

  /** Writes another text into its configuration file, as an editor does that replaces it. */
  configure(config: string): void {
    writeFileSync(join(this.#folder, '.cameras.yaml.new'), config);
    renameSync(join(this.#folder, '.cameras.yaml.new'), join(this.#folder, configName));
  }

  /** SIGTERM, and SIGKILL where it hangs, which is an error. Idempotent. */
  async stop(): Promise<void> {
    if (this.running) this.#child.kill('SIGTERM');
    try {
      await this.exit(10_000);
    } finally {
      this.#child.kill('SIGKILL');
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
