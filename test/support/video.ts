/** A camera in the test's own process, and somebody who watches its H.264. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Camera } from '../../src/camera/camera.js';
import type { CameraConfig } from '../../src/config/config.js';
import type { Frame } from '../../src/core/frame.js';
import type { VideoChannel } from '../../src/hub/video-channel.js';
import { type AccessUnit, copyOf, makeCamera } from './make-camera.js';
import { type Picture, splitPictures } from './picture.js';
import { runProgram } from './run-program.js';

/** A camera of the default tiers, closed after the test. */
export function startCamera(source: string, changes: Partial<CameraConfig> = {}): Camera {
  const { camera, close } = makeCamera(source, changes);
  onTestFinished(close);
  return camera;
}

export type { AccessUnit };

/**
 * Keeps copies of the access units of a channel, of what stands in for the camera too where `standIns` is true; leaves
 * it after the test.
 */
export function watchVideo(channel: VideoChannel, standIns = false) {
  const units: AccessUnit[] = [];
  const stop = channel.subscribe((frame: Frame) => {
    if (standIns || !frame.isStandIn) units.push(copyOf(frame));
  });
  onTestFinished(stop);
  return { units, stop };
}

/** All that a decoder shows of these units, which must be of one size and faultless. */
export async function decodeVideo(units: readonly AccessUnit[], width: number, height: number): Promise<Picture[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lenscast-video-'));
  try {
    const path = join(folder, 'stream.h264');
    await writeFile(path, Buffer.concat(units.map(({ bytes }) => bytes)));
    const input = ['-nostdin', '-v', 'repeat+error', '-f', 'h264', '-i', path, '-autoscale', '0'];
    const output = ['-fps_mode', 'passthrough', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
    const { code, stdout, stderr } = await runProgram('ffmpeg', [...input, ...output], 30_000);
    // A byte stream has no time stamps: those that ffmpeg invents may be the same where the frame rate changes.
    const complaints = stderr
      .split('\n')
      .filter((line) => line !== '' && !line.includes('non monotonically increasing'));
    if (code !== 0 || complaints.length > 0) throw new Error(`ffmpeg ended with ${code}: ${complaints.join('\n')}`);
    if (stdout.length % (3 * width * height) !== 0) throw new Error(`the pictures are not of ${width}x${height}`);
    return splitPictures(stdout, width, height);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The NAL units of an access unit, by the types that are asked for. */
export function nalUnitsOf(bytes: Buffer, types: readonly number[]): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex'))
    starts.push(at + 3);
  return starts
    .map((start, index) => bytes.subarray(start, (starts[index + 1] ?? bytes.length + 3) - 3))
    .map((unit) => unit.subarray(0, unit.findLastIndex((byte) => byte !== 0) + 1))
    .filter((unit) => types.includes((unit[0] ?? 0) & 0x1f));
}
