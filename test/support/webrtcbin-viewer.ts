/** Runs `webrtcbin-viewer.py`: a viewer by WHEP that shares no code with the server, and decodes. */
import { fileURLToPath } from 'node:url';
import { type Picture, splitPictures } from './picture.js';
import { runProgram } from './run-program.js';

const script = fileURLToPath(new URL('webrtcbin-viewer.py', import.meta.url));
const programTimeoutMs = 40_000;

export interface DecodedPicture extends Picture {
  /** CLOCK_MONOTONIC, when it was decoded. */
  readonly atMs: number;
}

/** The first pictures by a WHEP endpoint, which must be of one size. */
export async function watchWithWebRtcBin(url: string, frames: number): Promise<readonly DecodedPicture[]> {
  const { code, stdout, stderr } = await runProgram(
    '/usr/bin/python3',
    [script, url, String(frames)],
    programTimeoutMs,
  );
  if (code !== 0) throw new Error(`webrtcbin ended with ${code}: ${stderr.slice(-2000)}`);
  const lines = [...stderr.matchAll(/^(\d+)x(\d+) (\d+)$/gm)].map(([, width, height, atUs]) => ({
    width: Number(width),
    height: Number(height),
    atMs: Number(atUs) / 1000,
  }));
  const [first] = lines;
  if (first === undefined) throw new Error(`webrtcbin showed nothing: ${stderr.slice(-2000)}`);
  const { width, height } = first;
  if (lines.some((line) => line.width !== width || line.height !== height))
    throw new Error('pictures of several sizes');
  return splitPictures(stdout, width, height).map((picture, i) => ({ ...picture, atMs: lines[i]?.atMs ?? Number.NaN }));
}
