import { describe, expect, it } from 'vitest';
import { ofType, openPipeline, sink, until } from './harness.js';

const width = 320;
const height = 192;

/** What a format takes for the test's size, and where its luma lies. */
const formats = {
  I420: { bytes: (width * height * 3) / 2, start: 0, step: 1 },
  YUY2: { bytes: width * height * 2, start: 0, step: 2 },
  UYVY: { bytes: width * height * 2, start: 1, step: 2 },
} as const;

type Format = keyof typeof formats;

/** A grey picture, with a rectangle of another brightness where one is given. */
function picture(format: Format, rectangle?: { x: number; y: number; width: number; height: number; luma: number }) {
  const { bytes, start, step } = formats[format];
  const data = Buffer.alloc(bytes, 100);
  if (rectangle === undefined) return data;
  for (let y = rectangle.y; y < rectangle.y + rectangle.height; y++) {
    for (let x = rectangle.x; x < rectangle.x + rectangle.width; x++)
      data[start + step * (y * width + x)] = rectangle.luma;
  }
  return data;
}

/** A picture as a camera shows it: with normally distributed noise. */
function noisy(deviation: number): Buffer {
  const data = picture('I420');
  for (let at = 0; at < width * height; at++) {
    const noise = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    data[at] = Math.round(100 + deviation * noise);
  }
  return data;
}

interface Shown {
  readonly format?: Format;
  readonly properties?: string;
}

/**
 * How many of the pictures pass a gate that never has to let one pass within a test's time. A last one of its own,
 * which is another, tells that all were looked at.
 */
async function passing(pictures: readonly Uint8Array[], { format = 'I420', properties = 'min-fps=1' }: Shown = {}) {
  const caps = `video/x-raw,format=${format},width=${width},height=${height},framerate=30/1`;
  const last = Buffer.alloc(formats[format].bytes, 250);
  return count(caps, properties, pictures, last);
}

async function count(caps: string, properties: string, pictures: readonly Uint8Array[], last: Uint8Array) {
  const gate = `lenscaststillgate name=gate ${properties}`;
  const description = `appsrc name=in format=time caps="${caps}" ! ${gate} ! identity name=tap ! ${sink('out')}`;
  const { pipeline, events } = openPipeline(description, { sinks: ['out'], tap: 'tap', meters: ['gate'] });
  await pipeline.start();
  for (const bytes of [...pictures, last]) expect(pipeline.push('in', bytes, 1e9)).toBe(true);
  pipeline.endOfStream('in');
  await until('the end', () => ofType(events, 'eos').length > 0);
  const { in: entered, out = 0 } = pipeline.stats().meters.gate ?? {};
  expect(entered).toBe(pictures.length + 1);
  return out - 1;
}

/** How many of 90 pictures, a thirtieth of a second apart, pass. */
async function passingOf90(pattern: string, properties: string): Promise<number> {
  const source = `videotestsrc num-buffers=90 pattern=${pattern} ! video/x-raw,width=320,height=180,framerate=30/1`;
  const { pipeline, events } = openPipeline(
    `${source} ! lenscaststillgate name=gate ${properties} ! identity name=tap ! ${sink('out')}`,
    { sinks: ['out'], tap: 'tap', meters: ['gate'] },
  );
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  return pipeline.stats().meters.gate?.out ?? -1;
}

describe('lenscaststillgate', () => {
  it('lets everything pass where it is not told otherwise', async () => {
    expect(await passing(Array(5).fill(picture('I420')), { properties: '' })).toBe(5);
    expect(await passingOf90('black', '')).toBe(90);
  });

  it('leaves out what stands still, down to the least rate', async () => {
    expect(await passingOf90('black', 'min-fps=1')).toBe(3);
    expect(await passingOf90('black', 'min-fps=10')).toBe(30);
    expect(await passingOf90('black', 'min-fps=30')).toBe(90);
    expect(await passingOf90('black', 'min-fps=500')).toBe(90);
  });

  it('leaves out nothing that moves', async () => {
    expect(await passingOf90('ball', 'min-fps=1')).toBe(90);
  });

  it.each(Object.keys(formats) as Format[])(
    'sees a pointer, a letter and a far light in %s, anywhere',
    async (format) => {
      const still = picture(format);
      for (const [x, y] of [
        [0, 0],
        [150, 90],
        [width - 8, height - 8],
        [width - 8, 0],
        [0, height - 8],
      ] as const) {
        const moved = picture(format, { x, y, width: 8, height: 8, luma: 220 });
        expect(await passing([still, still, moved, moved, still], { format }), `${x},${y}`).toBe(3);
      }
    },
  );

  it('adds up what changes slowly', async () => {
    const dusk = Array.from({ length: 21 }, (_, i) => picture('I420', { x: 0, y: 0, width, height, luma: 100 - i }));
    // Two levels are no change, three are.
    expect(await passing(dusk)).toBe(7);
  });

  it("takes no notice of noise, as far as that is a camera's", async () => {
    expect(await passing(Array.from({ length: 30 }, () => noisy(3)))).toBe(1);
    expect(await passing(Array.from({ length: 30 }, () => noisy(40)))).toBe(30);
  });

  it('compares coded pictures byte by byte', async () => {
    const [one, other] = [Buffer.alloc(5000, 1), Buffer.alloc(5000, 1)];
    other[4999] = 2;
    const pictures = [one, Buffer.from(one), other, other, one, one.subarray(1)];
    expect(await count('image/jpeg', 'min-fps=1', pictures, Buffer.alloc(1))).toBe(4);
  });

  it('lets one pass when it is told to', async () => {
    const { pipeline, events } = openPipeline(
      `videotestsrc num-buffers=90 is-live=true pattern=black ! video/x-raw,width=64,height=64,framerate=100/1 !
       lenscaststillgate name=gate min-fps=1 ! identity name=tap ! ${sink('out')}`,
      { sinks: ['out'], tap: 'tap', meters: ['gate'] },
    );
    const out = () => pipeline.stats().meters.gate?.out ?? 0;
    await pipeline.start();
    await until('the first', () => out() === 1);
    pipeline.setProperty('gate', 'pass-next', true);
    await until('one more', () => out() === 2);
    await until('the end', () => ofType(events, 'eos').length > 0);
    expect(pipeline.getProperty('gate', 'pass-next')).toBe(false);
    expect(out()).toBe(2);
  });
});
