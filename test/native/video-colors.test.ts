import { describe, expect, it } from 'vitest';
import { openPipeline, sink, takeCopy, until } from './harness.js';

const width = 64;
const height = 48;

type Rgb = readonly [number, number, number];

/** What a JPEG of that colour holds: JFIF 1.02, "Color space". */
function jfif([r, g, b]: Rgb): readonly [number, number, number] {
  return [
    0.299 * r + 0.587 * g + 0.114 * b,
    -0.1687 * r - 0.3313 * g + 0.5 * b + 128,
    0.5 * r - 0.4187 * g - 0.0813 * b + 128,
  ];
}

/** The same in limited range: Rec. ITU-R BT.601-7, 2.5.3. */
function limited([y, cb, cr]: readonly [number, number, number]): readonly [number, number, number] {
  return [16 + (y * 219) / 255, 128 + ((cb - 128) * 224) / 255, 128 + ((cr - 128) * 224) / 255];
}

/** The first pixel of a picture, by where its components lie. */
const offsets: Readonly<Record<string, readonly [number, number, number]>> = {
  I420: [0, width * height, (width * height * 5) / 4],
  YV12: [0, (width * height * 5) / 4, width * height],
  NV12: [0, width * height, width * height + 1],
  Y42B: [0, width * height, (width * height * 3) / 2],
  Y444: [0, width * height, width * height * 2],
};

async function convert(element: string, format: string, colorimetry: string, [r, g, b]: Rgb) {
  const color = 0xff000000 + r * 0x10000 + g * 0x100 + b;
  const shown = `videotestsrc num-buffers=3 pattern=solid-color foreground-color=${color} ! video/x-raw,format=RGB,width=${width},height=${height}`;
  const caps = `video/x-raw,format=${format},colorimetry=${colorimetry}`;
  const { pipeline } = openPipeline(`${shown} ! videoconvert ! ${caps} ! ${element} ! ${sink('out')}`, {
    sinks: ['out'],
  });
  await pipeline.start();
  let frame = takeCopy(pipeline, 'out');
  await until('a picture', () => {
    frame ??= takeCopy(pipeline, 'out');
    return frame !== null;
  });
  const [y = 0, u = 0, v = 0] = offsets[format] ?? [];
  return [frame?.bytes[y], frame?.bytes[u], frame?.bytes[v]].map((value) => value ?? Number.NaN);
}

const colors: readonly Rgb[] = [
  [0, 0, 0],
  [255, 255, 255],
  [128, 128, 128],
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [200, 120, 40],
];

describe('lenscastjfifcolors', () => {
  it.each(Object.keys(offsets))('brings limited %s to full range, and HD to the matrix of a JPEG', async (format) => {
    for (const colorimetry of ['bt601', 'bt709', '1:3:5:1', '1:4:0:0']) {
      for (const color of colors) {
        const seen = await convert('lenscastjfifcolors', format, colorimetry, color);
        const expected = jfif(color);
        for (const [i, value] of seen.entries()) {
          const what = `component ${i} of ${color} in ${colorimetry}`;
          expect(Math.abs(value - (expected[i] ?? 0)), what).toBeLessThanOrEqual(2.5);
        }
      }
    }
  });

  it('lets pass what it does not know', async () => {
    for (const format of ['RGB', 'GRAY8', 'YUY2', 'I420_10LE']) {
      const source = `videotestsrc num-buffers=2 ! video/x-raw,format=${format},width=64,height=48`;
      const { pipeline } = openPipeline(`${source} ! lenscastjfifcolors ! ${sink('out')}`, { sinks: ['out'] });
      await pipeline.start();
      await until('two pictures', () => pipeline.stats().sinks.out?.received === 2);
    }
    const { pipeline } = openPipeline(`videotestsrc num-buffers=2 ! jpegenc ! lenscastjfifcolors ! ${sink('out')}`, {
      sinks: ['out'],
    });
    await pipeline.start();
    await until('two JPEGs', () => pipeline.stats().sinks.out?.received === 2);
  });

  it('changes no picture that others see too, and takes odd sizes', async () => {
    const source = 'videotestsrc num-buffers=2 pattern=white ! video/x-raw,format=I420,width=63,height=47';
    const branch = (name: string, element: string) => `t. ! queue ! ${element} ! ${sink(name)}`;
    const description = `${source} ! tee name=t  ${branch('own', 'lenscastjfifcolors')}  ${branch('other', 'identity')}`;
    const { pipeline } = openPipeline(description, { sinks: ['own', 'other'] });
    await pipeline.start();
    await until('all pictures', () => {
      const { own, other } = pipeline.stats().sinks;
      return own?.received === 2 && other?.received === 2;
    });
    const [own, other] = [takeCopy(pipeline, 'own'), takeCopy(pipeline, 'other')];
    // The last row's last pixel; rows are padded to 64.
    expect([own?.bytes[0], own?.bytes[46 * 64 + 62]]).toEqual([255, 255]);
    expect([other?.bytes[0], other?.bytes[46 * 64 + 62]]).toEqual([235, 235]);
  });
});

describe('lenscastvideocolors', () => {
  it.each(Object.keys(offsets))('brings full %s to limited range, and leaves limited as it is', async (format) => {
    for (const colorimetry of ['bt601', '1:4:0:0']) {
      for (const color of colors) {
        const seen = await convert('lenscastvideocolors', format, colorimetry, color);
        const expected = limited(jfif(color));
        for (const [i, value] of seen.entries()) {
          const what = `component ${i} of ${color} in ${colorimetry}`;
          expect(Math.abs(value - (expected[i] ?? 0)), what).toBeLessThanOrEqual(2.5);
        }
      }
    }
  });

  it('says so', async () => {
    const source = 'videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=64,height=48,colorimetry=1:4:0:0';
    const description = `${source} ! lenscastvideocolors ! identity name=tap ! ${sink('out')}`;
    const { pipeline } = openPipeline(description, { sinks: ['out'], tap: 'tap' });
    await pipeline.start();
    await until('a picture', () => pipeline.stats().sinks.out?.received === 2);
    expect(pipeline.stats().tap?.caps).toContain('colorimetry=(string)2:4:0:0');
  });

  it.each([
    ['lenscastvideocolors', '1:4:0:0', 'bt601'],
    ['lenscastjfifcolors', 'bt709', '1:4:7:1'],
  ])(
    'an encoder that knows other colorimetries gets the one of the same range and matrix: %s',
    async (element, from, to) => {
      const source = `videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=64,height=48,colorimetry=${from}`;
      const known = 'video/x-raw,colorimetry=(string){bt709,1:3:5:1,bt601,1:4:7:1,bt2020}';
      const description = `${source} ! ${element} ! ${known} ! identity name=tap ! ${sink('out')}`;
      const { pipeline } = openPipeline(description, { sinks: ['out'], tap: 'tap' });
      await pipeline.start();
      await until('a picture', () => pipeline.stats().sinks.out?.received === 2);
      expect(pipeline.stats().tap?.caps).toContain(`colorimetry=(string)${to}`);
    },
  );
});
