import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { makeColorClip, wrongColors } from '../../support/color-clip.js';
import { decodeJpeg } from '../../support/decode-jpeg.js';
import { Server } from '../../support/server.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenscast-colors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const encodings = [
  ['bt709, limited', 'bt709', 'tv', ['libx264', '-pix_fmt', 'yuv420p'], 'mp4'],
  ['bt709, full', 'bt709', 'pc', ['libx264', '-pix_fmt', 'yuv420p'], 'ts'],
  ['smpte170m, limited', 'smpte170m', 'tv', ['libx264', '-pix_fmt', 'yuv420p'], 'mp4'],
  ['JPEG', 'smpte170m', 'pc', ['mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'], 'avi'],
] as const;

test.each(encodings)('JPEGs of a camera show its colors: %s', async (_, matrix, range, encoder, ending) => {
  const path = join(folder, `${matrix}-${range}.${ending}`);
  await makeColorClip({ path, matrix, range, encoder });
  const server = stopAfterTest(await Server.start({ sources: [`file:${path}`] }));
  await server.shows('low');

  const response = await fetch(`${server.url}/snapshot?tier=low`);
  const picture = decodeJpeg(new Uint8Array(await response.arrayBuffer()));

  expect(wrongColors(picture, 6)).toEqual([]);
});
