import { describe, expect, it } from 'vitest';
import { ofType, openPipeline, sink, takeCopy, until } from './harness.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** By format: how much smaller than the picture each plane is, across and down. */
const formats = {
  I420: [1, 1, 2, 2, 2, 2],
  YV12: [1, 1, 2, 2, 2, 2],
  Y42B: [1, 1, 2, 1, 2, 1],
  Y444: [1, 1, 1, 1, 1, 1],
  GRAY8: [1, 1],
} as const;

type Format = keyof typeof formats;

interface Plane extends Size {
  readonly offset: number;
  readonly stride: number;
}

const multiple = (of: number, number: number) => Math.ceil(number / of) * of;

/** Where GStreamer lays the planes of a picture of even height, or of one plane (gst_video_info_set_format). */
function layoutOf(
  format: Format,
  { width, height }: Size,
): { readonly planes: readonly Plane[]; readonly bytes: number } {
  const planes: Plane[] = [];
  let offset = 0;
  const numbers = formats[format];
  for (let i = 0; i < numbers.length; i += 2) {
    const across = numbers[i] ?? 1;
    const down = numbers[i + 1] ?? 1;
    const stride = multiple(4, Math.ceil(width / across));
    planes.push({ width: Math.ceil(width / across), height: Math.ceil(height / down), offset, stride });
    offset += stride * Math.ceil(height / down);
  }
  return { planes, bytes: offset };
}

/** A picture of what `sample` says of each plane's samples. */
function pictureOf(format: Format, size: Size, sample: (x: number, y: number, plane: number) => number): Buffer {
  const { planes, bytes } = layoutOf(format, size);
  const picture = Buffer.alloc(bytes, 77);
  for (const [i, { width, height, offset, stride }] of planes.entries()) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) picture[offset + y * stride + x] = sample(x, y, i);
  }
  return picture;
}

/** The mean of the area that a smaller plane's sample covers. */
function meanAt(picture: Buffer, from: Plane, to: Plane, x: number, y: number): number {
  const scaleX = from.width / to.width;
  const scaleY = from.height / to.height;
  const share = (at: number, begin: number, end: number) => Math.min(at + 1, end) - Math.max(at, begin);
  let sum = 0;
  for (let row = Math.floor(y * scaleY); row < (y + 1) * scaleY - 1e-9; row++) {
    for (let column = Math.floor(x * scaleX); column < (x + 1) * scaleX - 1e-9; column++) {
      const area = share(row, y * scaleY, (y + 1) * scaleY) * share(column, x * scaleX, (x + 1) * scaleX);
      sum += area * (picture[from.offset + row * from.stride + column] ?? Number.NaN);
    }
  }
  return sum / (scaleX * scaleY);
}

const capsOf = ({ width, height }: Size) => `width=${width},height=${height}`;

/** What a scaler makes of one picture; `more` is further fields of its caps. */
async function scaled(scaler: string, format: string, from: Size, to: Size, picture: Uint8Array, more = '') {
  const input = `video/x-raw,format=${format},${capsOf(from)},framerate=30/1${more}`;
  const source = `appsrc name=in format=time caps="${input}"`;
  const { pipeline } = openPipeline(
    `${source} ! ${scaler} ! video/x-raw,${capsOf(to)},pixel-aspect-ratio=1/1 ! ${sink('out')}`,
    {
      sinks: ['out'],
    },
  );
  await pipeline.start();
  expect(pipeline.push('in', picture, 1e9)).toBe(true);
  let frame = takeCopy(pipeline, 'out');
  await until('the scaled picture', () => {
    frame ??= takeCopy(pipeline, 'out');
    return frame !== null;
  });
  expect(frame).toMatchObject(to);
  return frame?.bytes ?? Buffer.alloc(0);
}

const random = () => Math.floor(256 * Math.random());
const noise = (bytes: number) => Buffer.from(Array.from({ length: bytes }, random));

/** Sizes that it makes itself. */
const sizes: readonly (readonly [Size, Size])[] = [
  [
    { width: 48, height: 24 },
    { width: 24, height: 12 },
  ],
  [
    { width: 96, height: 48 },
    { width: 32, height: 16 },
  ],
  [
    { width: 160, height: 96 },
    { width: 40, height: 24 },
  ],
  [
    { width: 192, height: 120 },
    { width: 32, height: 20 },
  ],
  [
    { width: 1920, height: 36 },
    { width: 1280, height: 24 },
  ],
  [
    { width: 144, height: 96 },
    { width: 96, height: 64 },
  ],
  [
    { width: 160, height: 128 },
    { width: 120, height: 96 },
  ],
];

describe('lenscastscale', () => {
  it.each(Object.keys(formats) as Format[])('makes each sample of %s the mean of what it covers', async (format) => {
    for (const [from, to] of sizes) {
      const before = layoutOf(format, from);
      const after = layoutOf(format, to);
      const picture = pictureOf(format, from, random);
      const small = await scaled('lenscastscale', format, from, to, picture);
      let furthest = 0;
      for (const [i, plane] of after.planes.entries()) {
        const source = before.planes[i];
        if (source === undefined) throw new Error('no such plane');
        for (let y = 0; y < plane.height; y++) {
          for (let x = 0; x < plane.width; x++) {
            const mean = meanAt(picture, source, plane, x, y);
            const made = small[plane.offset + y * plane.stride + x] ?? Number.NaN;
            furthest = Math.max(furthest, Math.abs(made - mean));
          }
        }
      }
      expect(furthest, `${capsOf(from)} to ${capsOf(to)}`).toBeLessThan(2);
    }
  });

  it('keeps a surface what it is, and a gradient in order', async () => {
    for (const [from, to] of sizes) {
      const { planes } = layoutOf('I420', to);
      for (const value of [0, 1, 85, 127, 254, 255]) {
        const small = await scaled(
          'lenscastscale',
          'I420',
          from,
          to,
          pictureOf('I420', from, () => value),
        );
        for (const { offset, stride, width, height } of planes) {
          for (let y = 0; y < height; y++) {
            const row = small.subarray(offset + y * stride, offset + y * stride + width);
            expect(row.every((sample) => sample === value)).toBe(true);
          }
        }
      }
      const ramp = pictureOf('I420', from, (x, _, plane) =>
        Math.floor((255 * x) / (plane === 0 ? from.width : from.width / 2)),
      );
      const small = await scaled('lenscastscale', 'I420', from, to, ramp);
      for (const { offset, stride, width, height } of planes) {
        for (let y = 0; y < height; y++) {
          const row = [...small.subarray(offset + y * stride, offset + y * stride + width)];
          expect(row.every((sample, x) => x === 0 || sample >= (row[x - 1] ?? 0))).toBe(true);
        }
      }
    }
  });

  it('takes rows with padding behind them, down to a single sample', async () => {
    for (const [from, to] of [
      [
        { width: 9, height: 9 },
        { width: 3, height: 3 },
      ],
      [
        { width: 3, height: 3 },
        { width: 1, height: 1 },
      ],
      [
        { width: 2, height: 2 },
        { width: 1, height: 1 },
      ],
      [
        { width: 303, height: 6 },
        { width: 202, height: 4 },
      ],
    ] as const) {
      const picture = pictureOf('GRAY8', from, (x, y) => 20 * (Math.floor((x * to.width) / from.width) % 5) + y);
      const [plane, small] = [layoutOf('GRAY8', from).planes[0], layoutOf('GRAY8', to).planes[0]];
      if (plane === undefined || small === undefined) throw new Error('no plane');
      const made = await scaled('lenscastscale', 'GRAY8', from, to, picture);
      for (let y = 0; y < to.height; y++) {
        for (let x = 0; x < to.width; x++) {
          const difference = (made[y * small.stride + x] ?? Number.NaN) - meanAt(picture, plane, small, x, y);
          expect(Math.abs(difference)).toBeLessThan(2);
        }
      }
    }
  });

  it.each([
    ['other formats', 'NV12', { width: 64, height: 48 }, { width: 32, height: 24 }, 64 * 72, ''],
    ['packed formats', 'YUY2', { width: 64, height: 48 }, { width: 32, height: 24 }, 64 * 96, ''],
    ['RGB', 'RGB', { width: 64, height: 48 }, { width: 32, height: 24 }, 64 * 48 * 3, ''],
    ['deeper samples', 'I420_10LE', { width: 64, height: 48 }, { width: 32, height: 24 }, 64 * 72 * 2, ''],
    ['larger pictures', 'I420', { width: 64, height: 48 }, { width: 128, height: 96 }, 64 * 72, ''],
    ['other sizes', 'I420', { width: 64, height: 48 }, { width: 56, height: 42 }, 64 * 72, ''],
    ['borders', 'I420', { width: 64, height: 48 }, { width: 32, height: 32 }, 64 * 72, ''],
    [
      'anamorphic pictures',
      'I420',
      { width: 64, height: 48 },
      { width: 32, height: 24 },
      64 * 72,
      ',pixel-aspect-ratio=2/1',
    ],
    ['fields', 'I420', { width: 64, height: 48 }, { width: 32, height: 24 }, 64 * 72, ',interlace-mode=interleaved'],
  ] as const)('leaves %s to videoscale', async (_, format, from, to, bytes, more) => {
    const picture = noise(bytes);
    const ours = await scaled('lenscastscale', format, from, to, picture, more);
    const theirs = await scaled('videoscale', format, from, to, picture, more);
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.equals(theirs)).toBe(true);
  });

  it('takes another size while it plays, its own way and back', async () => {
    const source = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=100/1';
    const size = (width: number, height: number) => `video/x-raw,${capsOf({ width, height })}`;
    const { pipeline } = openPipeline(
      `${source} ! lenscastscale ! capsfilter name=size caps="${size(160, 120)}" ! ${sink('out')}`,
      { sinks: ['out'] },
    );
    await pipeline.start();
    for (const [width, height] of [
      [160, 120],
      [200, 150],
      [320, 240],
      [80, 60],
      [212, 158],
      [240, 180],
    ] as const) {
      pipeline.setProperty('size', 'caps', size(width, height));
      await until(`a picture of ${width}x${height}`, () => takeCopy(pipeline, 'out')?.width === width);
    }
  });

  it('takes many sizes in any moment of its negotiation', async () => {
    const source = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=500/1';
    const size = (width: number) => `video/x-raw,${capsOf({ width, height: 120 })}`;
    const { pipeline, events } = openPipeline(
      `${source} ! lenscastscale ! capsfilter name=size caps="${size(160)}" ! ${sink('out')}`,
      { sinks: ['out'] },
    );
    await pipeline.start();
    const sizes = new Set<number>();
    let sets = 0;
    await until('most sizes', () => {
      for (let i = 0; i < 51; i++) pipeline.setProperty('size', 'caps', size(80 + 2 * (sets++ % 80)));
      sizes.add(takeCopy(pipeline, 'out')?.width ?? 0);
      expect(ofType(events, 'error')).toEqual([]);
      return sizes.size > 60;
    });
    pipeline.setProperty('size', 'caps', size(300));
    await until('a picture of the last size', () => takeCopy(pipeline, 'out')?.width === 300);
  });
});
