/** One JPEG, decoded by a program that isn't under test. */
import { spawnSync } from 'node:child_process';
import { jpegSize } from './http-camera/jpegs.js';
import type { Picture } from './picture.js';

/** Throws where ffmpeg can't. */
export function decodeJpeg(jpeg: Uint8Array): Picture {
  const { width, height } = jpegSize(Buffer.from(jpeg));
  const words = ['-v', 'error', '-f', 'mjpeg', '-i', '-', '-frames:v', '1', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const { stdout, stderr, status } = spawnSync('ffmpeg', words, { input: jpeg, maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0 || stdout.length !== 3 * width * height) {
    throw new Error(`ffmpeg decodes no picture of ${width}x${height}: ${stderr}`);
  }
  return { rgb: stdout, width, height };
}
