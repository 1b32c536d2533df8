/** A clip of columns of one color each, to see what becomes of them. */

import { type Color, colorAt, type Picture } from './picture.js';
import { runProgram } from './run-program.js';

const columns: readonly Color[] = [
  [255, 255, 255],
  [0, 0, 0],
  [200, 30, 30],
  [40, 180, 60],
  [30, 60, 220],
  [128, 128, 128],
];

const columnWidth = 160;

export interface ColorClip {
  readonly path: string;
  readonly matrix: 'bt709' | 'smpte170m';
  /** Of ffmpeg: limited (`tv`) or full. */
  readonly range: 'tv' | 'pc';
  /** Of ffmpeg, with its options. */
  readonly encoder: readonly string[];
}

/** Two seconds of 960x480, thirty pictures each. */
export async function makeColorClip({ path, matrix, range, encoder }: ColorClip): Promise<void> {
  const boxes = columns.map(([red, green, blue], i) => {
    const color = `0x${Buffer.from([red, green, blue]).toString('hex')}`;
    return `drawbox=x=${i * columnWidth}:w=${columnWidth}:h=ih:c=${color}:t=fill`;
  });
  const scene = `color=black:s=${columns.length * columnWidth}x480:r=30,format=rgb24,${boxes.join(',')}`;
  const convert = `scale=out_color_matrix=${matrix}:out_range=${range}`;
  const tags = ['-colorspace', matrix, '-color_primaries', matrix, '-color_trc', matrix, '-color_range', range];
  const words = ['-v', 'error', '-f', 'lavfi', '-i', scene, '-t', '2', '-vf', convert, '-c:v', ...encoder, ...tags];
  const { code, stderr } = await runProgram('ffmpeg', [...words, path], 20_000);
  if (code !== 0) throw new Error(`ffmpeg makes no clip: ${stderr}`);
}

/** The columns that a picture of the clip shows in another color than they have, by more than `tolerance` of 255. */
export function wrongColors(picture: Picture, tolerance: number): readonly string[] {
  return columns.flatMap((color, i) => {
    const seen = colorAt(picture, (i + 0.5) / columns.length, 0.5, 8).map(Math.round);
    const off = seen.map((value, part) => Math.abs(value - (color[part] ?? 0)));
    return Math.max(...off) <= tolerance ? [] : [`${color} is shown as ${seen}`];
  });
}
