/** Programs that read an emulated camera, and what they got from it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { readStamp } from './http-camera/jpegs.js';
import { type ProgramResult, runProgram } from './run-program.js';
import { readTimecode, type Timecode } from './timecode.js';
import type { V4l2Cameras } from './v4l2-camera.js';

/** Runs a program to its end, in whose eyes the cameras are there. */
export function runWithCameras(cameras: V4l2Cameras, program: string, ...args: string[]): Promise<ProgramResult> {
  const variables = Object.entries(cameras.env).map(([name, value]) => `${name}=${value}`);
  return runProgram('env', [...variables, program, ...args], 25_000);
}

/** A program that reads a camera until it is stopped. */
export class CameraReader {
  readonly #child: ChildProcess;
  #output = '';

  constructor(cameras: V4l2Cameras, program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { env: { ...process.env, ...cameras.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk;
      });
    }
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it said on both outputs. */
  get output(): string {
    return this.#output;
  }

  /** Its exit code, or null where a signal ended it; rejects after `timeoutMs`. */
  async ended(timeoutMs: number): Promise<number | null> {
    if (this.running) await once(this.#child, 'exit', { signal: AbortSignal.timeout(timeoutMs) });
    return this.#child.exitCode;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

/** The JPEGs of a file in which they stand one behind the other. */
export async function splitJpegs(path: string): Promise<readonly Buffer[]> {
  const bytes = await readFile(path);
  const start = Buffer.from([0xff, 0xd8, 0xff, 0xfe]);
  const starts: number[] = [];
  for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) starts.push(at);
  return starts.map((at, index) => bytes.subarray(at, starts[index + 1]));
}

/** The comment's time of each JPEG; throws where one has none. */
export function stampsOf(jpegs: readonly Buffer[]): readonly Timecode[] {
  return jpegs.map((jpeg, index) => {
    const stamp = readStamp(jpeg);
    if (!stamp) throw new Error(`JPEG ${index} has no stamp`);
    return stamp;
  });
}

/** The time code in the pixels of each frame that ffmpeg decodes with these input arguments; null: not readable. */
export async function decodedTimecodes(
  width: number,
  height: number,
  ...input: string[]
): Promise<readonly (Timecode | null)[]> {
  const output = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  const { code, stdout, stderr } = await runProgram('ffmpeg', ['-v', 'fatal', ...input, ...output], 25_000);
  const size = width * height;
  if (code !== 0 || stdout.length % size !== 0) throw new Error(`ffmpeg decoded ${stdout.length} bytes: ${stderr}`);
  return Array.from({ length: stdout.length / size }, (_, index) =>
    readTimecode({ luma: stdout.subarray(index * size, (index + 1) * size), width, height }),
  );
}

/** Numbers that are missing between the first and the last. */
export function missingBetween(sequences: readonly number[]): number {
  return (sequences.at(-1) ?? 0) - (sequences[0] ?? 0) + 1 - sequences.length;
}
