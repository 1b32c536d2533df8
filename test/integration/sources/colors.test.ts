import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { decodeJpeg } from '../../support/decode-jpeg.js';
import { type Color, colorAt } from '../../support/picture.js';
import { runProgram } from '../../support/run-program.js';
import { Server } from '../../support/server.js';

/** Columns of one color each. */
const colors: Readonly<Record<string, Color>> = {
  '0xffffff': [255, 255, 255],
  '0x000000': [0, 0, 0],
  '0xc81e1e': [200, 30, 30],
  '0x28b43c': [40, 180, 60],
  '0x1e3cdc': [30, 60, 220],
  '0x808080': [128, 128, 128],
};
const tolerance = 6;
const width = 960;
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
  const columns = Object.keys(colors);
  const boxes = columns.map((color, i) => `drawbox=x=${i * 160}:w=160:h=ih:c=${color}:t=fill`);
  const scene = `color=black:s=${width}x480:r=10,format=rgb24,${boxes.join(',')}`;
  const convert = `scale=out_color_matrix=${matrix}:out_range=${range}`;
  const tags = ['-colorspace', matrix, '-color_primaries', matrix, '-color_trc', matrix, '-color_range', range];
  const words = ['-v', 'error', '-f', 'lavfi', '-i', scene, '-t', '2', '-vf', convert, '-c:v', ...encoder, ...tags];
  await runProgram('ffmpeg', [...words, path], 20_000);
  const server = stopAfterTest(await Server.start({ sources: [`file:${path}`] }));
  await server.shows('low');

  const response = await fetch(`${server.url}/snapshot?tier=low`);
  const picture = decodeJpeg(new Uint8Array(await response.arrayBuffer()));

  for (const [i, color] of columns.entries()) {
    const seen = colorAt(picture, (i + 0.5) / columns.length, 0.5, 8);
    for (const [part, value] of seen.entries()) {
      const off = Math.abs(value - (colors[color]?.[part] ?? 0));
      expect(off, `${color} is shown as ${seen.map(Math.round)}`).toBeLessThanOrEqual(tolerance);
    }
  }
});
