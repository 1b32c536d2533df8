import { describe, expect, it } from 'vitest';
import { CATALOGUE, restrict } from '../../../../src/pipeline/catalogue/catalogue.js';
import { chooseRows, type Delivered } from '../../../../src/pipeline/catalogue/choice.js';
import { processingOf } from '../../../../src/pipeline/catalogue/processing.js';
import type { Family } from '../../../../src/pipeline/catalogue/row.js';

const jpegCamera: Delivered = { codec: 'jpeg', memories: ['system'] };

/** With a chip's family, where these elements of it aren't there. */
function processing(family: Family, ...absent: readonly string[]) {
  const there = restrict(
    CATALOGUE,
    (row) => row.family === 'software' || (row.family === family && !absent.includes(row.element)),
  );
  const choice = chooseRows(there, jpegCamera, [1, 26]);
  if (choice === null) throw new Error('software is always there');
  return processingOf(choice, { propertiesOf: () => null, width: 1280, height: 720 });
}

/** Where colors are changed. */
function colors({ scale, jpeg, h264 }: ReturnType<typeof processing>) {
  const filters = (description = '') => description.match(/lenscast\w+colors/g) ?? [];
  return { before: filters(scale), jpeg: filters(jpeg.before), h264: filters(h264?.before) };
}

describe('colors', () => {
  it("are the product's before each encoder that takes pictures from the system", () => {
    const each = { before: [], jpeg: ['lenscastjfifcolors'], h264: ['lenscastvideocolors'] };
    for (const family of ['v4l2', 'qsv', 'macos', 'software'] as const)
      expect(colors(processing(family))).toEqual(each);
  });

  it("are video's before pictures of the system go into a Jetson's memory, and a JPEG's where they come out", () => {
    const decodesInSoftware = processing('jetson', 'nvv4l2decoder', 'nvjpegdec');
    expect(decodesInSoftware.scale).toBe('lenscastvideocolors ! nvvidconv');
    expect(colors(decodesInSoftware)).toEqual({
      before: ['lenscastvideocolors'],
      jpeg: ['lenscastjfifcolors'],
      h264: [],
    });
  });

  it('stay as they are where a chip decodes and encodes in its own memory', () => {
    for (const family of ['jetson', 'va', 'vaapi'] as const) {
      expect(colors(processing(family))).toEqual({ before: [], jpeg: [], h264: [] });
    }
  });
});
