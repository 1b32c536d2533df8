/** Starts and steers `build/test-support/rtsp-camera`, an RTSP camera on loopback. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../build/test-support/rtsp-camera', import.meta.url));
const answerTimeoutMs = 10_000;

export interface RtspCameraOptions {
  /** IPv4; 127.0.0.1 by default. */
  readonly address?: string;
  /** The network namespace to run in, ip-netns(8). */
  readonly namespace?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  readonly codec?: 'h264' | 'h265' | 'jpeg';
  /** Pixels, a multiple of 16; 640 by default. */
  readonly width?: number;
  /** Pixels, a multiple of 8; 360 by default. */
  readonly height?: number;
  /** 30 by default. */
  readonly fps?: number;
  /** Consecutive B-frames, none by default. */
  readonly bframes?: number;
  /** Frames from one keyframe to the next; a second's by default. */
  readonly gop?: number;
  readonly bitrateKbps?: number;
  /** Asks for digest authentication. */
  readonly user?: string;
  readonly password?: string;
  /** Serves this MP4's H.264 instead of live pictures, looped and not re-encoded. */
  readonly file?: string;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function toArguments({ bitrateKbps, namespace: _, ...options }: RtspCameraOptions): string[] {
  const named = { ...options, 'bitrate-kbps': bitrateKbps };
  return Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

/** One line of the camera's standard output that matches; rejects when it ends or stays silent. */
function nextLine(child: Child, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    const listening = new AbortController();
    const settle = (settled: () => void) => {
      clearTimeout(timer);
      listening.abort();
      child.stderr.off('data', listen);
      lines.close();
      settled();
    };
    let complaint = '';
    const listen = (chunk: Buffer) => {
      complaint += chunk;
    };
    child.stderr.on('data', listen);
    const fail = (what: string) =>
      settle(() => reject(new Error(`rtsp-camera ${what} instead of answering ${pattern}: ${complaint.trim()}`)));
    const timer = setTimeout(() => fail(`was silent for ${answerTimeoutMs} ms`), answerTimeoutMs);
    lines.on('line', (line) => {
      const match = pattern.exec(line);
      if (match) settle(() => resolve(match));
    });
    once(child, 'close', { signal: listening.signal }).then(
      ([code, signal]) => fail(`ended (${code ?? signal})`),
      (error: Error) => {
        if (!listening.signal.aborted) fail(`failed (${error.message})`);
      },
    );
  });
}

/** A running camera. A restart is another `start` with the `port` of the one before. */
export class RtspCamera {
  readonly port: number;
  /** Without the credentials. */
  readonly url: string;
  readonly #child: Child;
  readonly #options: RtspCameraOptions;

  private constructor(child: Child, port: number, options: RtspCameraOptions) {
    this.#child = child;
    this.#options = options;
    this.port = port;
    this.url = `rtsp://${options.address ?? '127.0.0.1'}:${port}/live`;
  }

  /** Resolves once it listens. Rejects where it can't: a wrong option, a used port, a clip without H.264. */
  static async start(options: RtspCameraOptions = {}): Promise<RtspCamera> {
    const { namespace } = options;
    // It becomes the camera: signals reach it.
    const [first = program, ...before] = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace, program];
    const child = spawn(first, [...before, ...toArguments(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {}); // EPIPE where the camera has ended: told by its exit
    child.stderr.resume();
    const [, port] = await nextLine(child, /^port=(\d+)$/);
    return new RtspCamera(child, Number(port), options);
  }

  /** With the credentials, where the camera asks for any. */
  get urlWithCredentials(): string {
    const { user, password } = this.#options;
    if (user === undefined || password === undefined) return this.url;
    return this.url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
  }

  /** SIGTERM: says goodbye to its clients and ends. Idempotent. Resolves with the exit code, null after a signal. */
  async stop(): Promise<number | null> {
    this.resume();
    return this.#end('SIGTERM');
  }

  /** SIGKILL, as when its power is cut but its host still answers: connections are closed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGSTOP: a black hole; connections stay open and nothing answers. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  /** SIGCONT, undoes {@link pause}. */
  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Frames stop; the server still answers and its connections stay open. */
  stall(): Promise<void> {
    return this.#command('stall');
  }

  /** Undoes {@link stall}. The frames of the meantime are lost. */
  unstall(): Promise<void> {
    return this.#command('resume');
  }

  /** From now on the stream's RTP time stamps are wrong by so much. */
  leapTo(clockMs: number): Promise<void> {
    return this.#command(`leap ${clockMs}`);
  }

  async #command(word: string): Promise<void> {
    const answer = nextLine(this.#child, new RegExp(`^${word}$`));
    this.#child.stdin.write(`${word}\n`);
    await answer;
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode;
  }
}
