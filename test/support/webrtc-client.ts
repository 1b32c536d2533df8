/** Runs `test/support/webrtc-client/main.ts`: WHEP viewers that tell the server what browsers tell it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ShownPicture } from './webrtc-client/shown-pictures.js';
import type { ViewerFigures } from './webrtc-client/viewer.js';

const program = fileURLToPath(new URL('webrtc-client/main.ts', import.meta.url));

export interface WebRtcLoadOptions {
  /** A WHEP endpoint, with the query that it takes. */
  readonly url: string;
  /** 1 by default. */
  readonly viewers?: number;
  /** Of connections that are made at once; 10 by default. */
  readonly concurrency?: number;
  /** From when all are connected, before anything counts; 1 by default. */
  readonly warmupSeconds?: number;
  /** In which things count; 10 by default. */
  readonly seconds?: number;
  /** Reports every picture of every viewer, those of the warm-up included. */
  readonly keepPictures?: boolean;
  /** Kills itself at the end, as a computer that loses power: nobody says goodbye, and there is no report. */
  readonly vanish?: boolean;
  /** The network namespace to run in, ip-netns(8). */
  readonly namespace?: string;
  /** The CPU to run on. */
  readonly cpu?: number;
}

export interface WebRtcViewerReport extends Omit<ViewerFigures, 'agesMs'> {
  readonly id: string;
  /** Wall clock, when it posted its offer. */
  readonly beganMs: number;
  readonly firstPictureMs: number;
  /** Of the connection, at the end. */
  readonly state: string;
  readonly shown: readonly ShownPicture[];
}

export interface WebRtcLoadReport {
  /** In which things counted. */
  readonly seconds: number;
  /** What the client itself took in them. */
  readonly cpuSeconds: number;
  /** From capture to the whole picture at the viewer, over all viewers; NaN where there was none. */
  readonly ageMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  readonly perViewer: readonly WebRtcViewerReport[];
}

export interface WebRtcLoadHooks {
  /** All have their first picture. */
  onConnected?(): void;
  /** The warm-up is over: the time that counts begins. */
  onMeasuring?(): void;
  /** The time that counts is over. */
  onMeasured?(): void;
}

/** Resolves at the end of the measurement. Rejects where a viewer gets no picture. */
export async function runWebRtcLoad(
  options: WebRtcLoadOptions,
  hooks: WebRtcLoadHooks = {},
): Promise<WebRtcLoadReport> {
  return (await runProcess(options, hooks)) as WebRtcLoadReport;
}

/** Viewers that vanish after a while, without a word to the server. */
export async function runVanishingViewers(options: WebRtcLoadOptions): Promise<void> {
  await runProcess({ ...options, vanish: true }, {});
}

async function runProcess(options: WebRtcLoadOptions, hooks: WebRtcLoadHooks): Promise<unknown> {
  const { namespace, cpu, ...rest } = options;
  const words = [
    ...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]),
    ...(cpu === undefined ? [] : ['taskset', '-c', String(cpu)]),
    ...[process.execPath, '--import', import.meta.resolve('tsx'), program, JSON.stringify(rest)],
  ];
  const [command = '', ...args] = words;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let report = '';
  const complaints: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    report += chunk;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line === 'connected') hooks.onConnected?.();
    else if (line === 'measuring') hooks.onMeasuring?.();
    else if (line === 'measured') hooks.onMeasured?.();
    else complaints.push(line);
  });
  const [code, signal] = await once(child, 'close');
  if (options.vanish && signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(complaints.join('\n') || `the viewers ended with ${code ?? signal}`);
  return JSON.parse(report);
}
