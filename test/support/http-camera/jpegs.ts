/** The pictures that the HTTP camera shows, and the capture time inside each. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.js';

const count = 40;
const cache = join(tmpdir(), `lenscast-test-jpegs-${process.getuid?.() ?? 0}`);

async function make(folder: string, width: number, height: number): Promise<void> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'making-'));
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=30`, '-frames:v', String(count)];
  const output = ['-pix_fmt', 'yuvj420p', '-q:v', '4', join(work, '%03d.jpg')];
  const { code, stderr } = await runProgram('ffmpeg', ['-v', 'error', ...input, ...output], 60_000);
  if (code !== 0) throw new Error(`ffmpeg made no pictures: ${stderr}`);
  try {
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true });
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOTEMPTY') throw error; // another test's won
  }
}

/** Moving pictures as JPEGs, 4:2:0; made once on this machine for each size. */
export async function movingJpegs(width: number, height: number): Promise<readonly Buffer[]> {
  const folder = join(cache, `${width}x${height}`);
  const names = await readdir(folder).catch(() => []);
  if (names.length !== count) await make(folder, width, height);
  return Promise.all((await readdir(folder)).sort().map((name) => readFile(join(folder, name))));
}

/**
 * The JPEG with a comment segment (ITU-T T.81, B.2.4.5) right after SOI: `lenscast-test seq=<10 digits>
 * capture_us=<20 digits>`, the time in microseconds of CLOCK_MONOTONIC.
 */
export function stampJpeg(jpeg: Buffer, sequence: number, captureUs: bigint): Buffer {
  const text = `lenscast-test seq=${String(sequence).padStart(10, '0')} capture_us=${String(captureUs).padStart(20, '0')}`;
  const segment = Buffer.alloc(4 + text.length);
  segment.writeUInt16BE(0xfffe, 0);
  segment.writeUInt16BE(2 + text.length, 2);
  segment.write(text, 4, 'latin1');
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

export interface Stamp {
  readonly sequence: number;
  readonly captureUs: number;
}

/** Null where {@link stampJpeg} didn't make it. */
export function readStamp(jpeg: Buffer): Stamp | null {
  const match = /^lenscast-test seq=(\d{10}) capture_us=(\d{20})$/.exec(jpeg.toString('latin1', 6, 66));
  return match && jpeg.readUInt32BE(0) === 0xffd8fffe
    ? { sequence: Number(match[1]), captureUs: Number(match[2]) }
    : null;
}

/** The JPEG with another process in its SOF0 (ITU-T T.81, B.1.1.3): lossless, which next to nothing can decode. */
export function asLossless(jpeg: Buffer): Buffer {
  const changed = Buffer.from(jpeg);
  changed[changed.indexOf(Buffer.of(0xff, 0xc0)) + 1] = 0xc3;
  return changed;
}

/** Pixels, from the SOF0 or SOF2. Throws where there is none. */
export function jpegSize(jpeg: Buffer): { readonly width: number; readonly height: number } {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1];
    if (marker === 0xc0 || marker === 0xc2) {
      return { width: jpeg.readUInt16BE(at + 7), height: jpeg.readUInt16BE(at + 5) };
    }
  }
  throw new Error('a JPEG without a size');
}
