/** Starts viewers in network namespaces, and reads what they wrote down. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodedTimecodes } from '../../test/support/v4l2-clients.js';
import type { LinkEnd } from './link-network.js';
import { percentile } from './statistics.js';

const program = fileURLToPath(new URL('timed-viewer.ts', import.meta.url));
const connectTimeoutMs = 60_000;
let started = 0;

export interface FrameRecord {
  /** When all of it was there, from the connection on. */
  readonly atMs: number;
  /** From capture to then. */
  readonly ageMs: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

export interface KeptFrame {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** What X-Timestamp says, by CLOCK_MONOTONIC. */
  readonly captureMonotonicMs: number;
}

export interface TimeSeries {
  /** Wall clock. */
  readonly startMs: number;
  readonly endMs: number;
  readonly frames: readonly FrameRecord[];
  readonly kept: readonly KeptFrame[];
  /** The most by which X-Timestamp and the camera's own stamp differ. */
  readonly stampDifferenceMs: number;
}

export class TimedViewer {
  readonly #child: ChildProcess;
  readonly #file: string;
  readonly #exit: Promise<unknown>;

  /** `namespace`: where it runs; undefined for this process's. */
  constructor(url: string, seconds: number, folder: string, namespace?: string) {
    this.#file = join(folder, `viewer-${started++}.json`);
    const words = [process.execPath, '--import', 'tsx', program, url, String(seconds), this.#file];
    const [first = '', ...rest] = namespace === undefined ? words : ['ip', 'netns', 'exec', namespace, ...words];
    this.#child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#exit = once(this.#child, 'exit');
  }

  /** Resolves when it is connected. */
  async connected(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('no output');
    await once(createInterface({ input: stdout }), 'line', { signal: AbortSignal.timeout(connectTimeoutMs) });
  }

  /** Resolves when its time is over. */
  async end(): Promise<TimeSeries> {
    const [code] = (await this.#exit) as [number | null];
    if (code !== 0) throw new Error(`a viewer ended with ${code}`);
    return JSON.parse(readFileSync(this.#file, 'utf8')) as TimeSeries;
  }
}

export function viewerAt(
  { namespace, serverAddress }: LinkEnd,
  port: number,
  path: string,
  seconds: number,
  folder: string,
) {
  return new TimedViewer(`http://${serverAddress}:${port}${path}`, seconds, folder, namespace);
}

/** Percentile of the age at arrival of the frames between two moments; NaN where there were none. */
export function agePercentile({ frames }: TimeSeries, fraction: number, fromMs: number, untilMs = Infinity): number {
  const ages = frames.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).map(({ ageMs }) => ageMs);
  return percentile(ages, fraction);
}

/** Frames a second between two moments. */
export function rateOf({ frames }: TimeSeries, fromMs: number, untilMs: number): number {
  const count = frames.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs).length;
  return (1000 * count) / (untilMs - fromMs);
}

/** The most by which the time in a picture and the time that was told of it differ, over pictures that were re-encoded. */
export async function timecodeDifferenceMs(series: readonly TimeSeries[]): Promise<number> {
  let worst = Math.max(0, ...series.map(({ stampDifferenceMs }) => stampDifferenceMs));
  for (const { path, width, height, captureMonotonicMs } of series.flatMap(({ kept }) => kept)) {
    const [code] = await decodedTimecodes(width, height, '-i', path);
    // The smallest pictures' blocks are too coarse at a low quality now and then.
    if (code != null) worst = Math.max(worst, Math.abs(code.captureUs / 1000 - captureMonotonicMs));
  }
  return worst;
}
