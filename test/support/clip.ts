/** Video files whose pictures carry time codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Picture, splitPictures } from './picture.js';
import { runProgram } from './run-program.js';
import { drawTimecode } from './timecode.js';

export interface ClipOptions {
  /** Its ending tells the container. */
  readonly path: string;
  /** ffmpeg's name of the encoder, and its options. */
  readonly encoder: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
}

/** Writes a clip; resolves with the pictures that are in it, before their encoding. */
export async function makeClip({ path, encoder, width, height, fps, frames }: ClipOptions): Promise<Picture[]> {
  const scene = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}`, '-frames:v', String(frames)];
  const raw = await runProgram('ffmpeg', ['-v', 'error', ...scene, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'], 20_000);
  const pictures = splitPictures(raw.stdout, width, height);
  for (const [sequence, picture] of pictures.entries()) drawTimecode(picture, { captureUs: 0, sequence });
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(fps), '-i', '-'];
  const child = spawn('ffmpeg', ['-v', 'error', '-y', ...input, '-c:v', ...encoder, path], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk;
  });
  child.stdin.end(raw.stdout);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ffmpeg wrote no ${path}: ${complaint}`);
  return pictures;
}
