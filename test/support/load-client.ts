/** Runs `build/test-support/load-client` and `build/test-support/bare-send`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../build/test-support/', import.meta.url));

export interface LoadOptions {
  /** `http://127.0.0.1:port/path`, an MJPEG stream without chunked transfer-encoding. */
  readonly url: string;
  /** In all, the stalled ones included. */
  readonly viewers?: number;
  /** So many of them read the first frame and then nothing. */
  readonly stalled?: number;
  /** Bit/s that the stalled ones read instead of nothing. */
  readonly slowBps?: number;
  /** From the start, until the stalled ones read on. */
  readonly resumeAfterSeconds?: number;
  /** Frames after that which `worstAgeAfterSkipMs` leaves out; 3 by default. */
  readonly resumeSkip?: number;
  /** TCP_MAXSEG; 1448 is Ethernet's. */
  readonly mssBytes?: number;
  /** SO_RCVBUF of every viewer. */
  readonly receiveBufferBytes?: number;
  /** Before frames count; 1 by default. */
  readonly warmupSeconds?: number;
  /** In which frames count; 10 by default. */
  readonly seconds?: number;
  /** Takes capture times from the pictures instead of the JPEGs' comments. */
  readonly decodeTimecode?: boolean;
  /** Viewers whose pictures are decoded; 2 by default. The others' latency and gaps stay unknown. */
  readonly decodeSample?: number;
  /** The CPU to run on. */
  readonly cpu?: number;
  /** Connections made and ended in all, one half of them by a RST in the middle of a frame. */
  readonly churn?: number;
  /** Of them at once; 10 by default. */
  readonly concurrency?: number;
  /** The network namespace to run in, ip-netns(8). */
  readonly namespace?: string;
}

export interface LoadHooks {
  /** The warm-up is over: the time that counts begins. */
  onMeasuring?(): void;
  /** The time that counts is over. */
  onMeasured?(): void;
}

/** Percentiles by nearest rank. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What was seen in the time that counts. */
export interface FrameCounts {
  readonly frames: number;
  /** Of JPEGs. */
  readonly bytes: number;
  /** JPEGs that don't begin with FFD8 or end with FFD9; with `decodeTimecode` also those without a time code. */
  readonly badFrames: number;
  /** Bytes between two parts that belong to neither. */
  readonly framingErrors: number;
  /** Jumps of the sequence number. */
  readonly gaps: number;
  /** Sequence numbers that were jumped over. */
  readonly missed: number;
  /** Frames with the sequence number of the one before. */
  readonly duplicates: number;
  /** Frames with a lower sequence number than the one before. */
  readonly backwards: number;
}

export interface ViewerReport extends FrameCounts {
  /** The highest latency. */
  readonly worstMs: number;
  /** From connect() to the first frame; null where none came. */
  readonly firstFrameMs: number | null;
  /** By the server, by an error, or because the response couldn't be read. */
  readonly closed: boolean;
  /** Why; '' while open. */
  readonly failure: string;
}

export interface StalledReport extends ViewerReport {
  /** Before, in and after the time that counts. */
  readonly framesEver: number;
  readonly resumed: boolean;
  readonly framesAfterResume: number;
  /** Age of the first 20 frames read after the resumption, in order. */
  readonly agesMs: readonly number[];
  /** Highest age of the frames after the first `resumeSkip`; null where there were none. */
  readonly worstAgeAfterSkipMs: number | null;
}

export interface ChurnReport {
  readonly connected: number;
  /** After a whole frame. */
  readonly closed: number;
  /** In the middle of a frame. */
  readonly reset: number;
  readonly refused: number;
  /** Nothing of that within 10 s. */
  readonly timedOut: number;
  /** Why the last one was refused. */
  readonly failure: string;
  readonly firstFrameMs: Distribution | null;
}

/** Sums and distributions are over the viewers that aren't stalled. */
export interface LoadReport extends FrameCounts {
  readonly seconds: number;
  /** Of the load client itself, in the time that counts. */
  readonly cpuSeconds: number;
  readonly viewers: number;
  /** Viewers whose connection ended early. */
  readonly closed: number;
  readonly framesPerViewer: Distribution | null;
  readonly firstFrameMs: Distribution | null;
  /** From capture to the moment the JPEG's last byte was read; duplicates left out. */
  readonly latencyMs: Distribution | null;
  readonly perViewer: readonly ViewerReport[];
  readonly stalled: readonly StalledReport[];
  readonly churn: ChurnReport;
}

const flags: Readonly<Record<keyof Omit<LoadOptions, 'namespace'>, string>> = {
  url: 'url',
  viewers: 'viewers',
  stalled: 'stalled',
  slowBps: 'slow-bps',
  resumeAfterSeconds: 'resume-after',
  resumeSkip: 'resume-skip',
  mssBytes: 'mss',
  receiveBufferBytes: 'rcvbuf',
  warmupSeconds: 'warmup',
  seconds: 'seconds',
  decodeTimecode: 'decode-timecode',
  decodeSample: 'decode-sample',
  cpu: 'cpu',
  churn: 'churn',
  concurrency: 'concurrency',
};

function toArguments(options: LoadOptions): string[] {
  const names = Object.keys(flags) as (keyof typeof flags)[];
  return names.flatMap((name) => {
    const value = options[name];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${flags[name]}`] : [`--${flags[name]}`, String(value)];
  });
}

/** Resolves at the end of the measurement. Rejects where the options make no sense. */
export async function runLoad(options: LoadOptions, hooks: LoadHooks = {}): Promise<LoadReport> {
  const words = [`${folder}load-client`, ...toArguments(options)];
  const [program = '', ...rest] =
    options.namespace === undefined ? words : ['ip', 'netns', 'exec', options.namespace, ...words];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let report = '';
  const complaints: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    report += chunk;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line === 'measuring') hooks.onMeasuring?.();
    else if (line === 'measured') hooks.onMeasured?.();
    else complaints.push(line);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(complaints.join('\n') || `load-client ended with ${code}`);
  return JSON.parse(report) as LoadReport;
}

/** A server that does nothing but `send()`: what the machine can do at best. */
export interface BareSend {
  readonly url: string;
  readonly pid: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** Sends a JPEG file to every client `fps` times a second, stamped with the time of its sending. */
export async function startBareSend(options: { readonly file: string; readonly fps?: number }): Promise<BareSend> {
  const args = ['--file', options.file, '--fps', String(options.fps ?? 30)];
  const child = spawn(`${folder}bare-send`, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`bare-send ended with ${code}`))),
  ]);
  const port = /^port=(\d+)$/.exec(String(line))?.[1];
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { url: `http://127.0.0.1:${port}/`, pid: child.pid ?? 0, stop };
}
