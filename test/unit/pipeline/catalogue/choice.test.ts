import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Catalogue, restrict } from '../../../../src/pipeline/catalogue/catalogue.js';
import { type Choice, chooseRows, type Delivered } from '../../../../src/pipeline/catalogue/choice.js';
import type { Memory } from '../../../../src/pipeline/catalogue/memory.js';
import { processingOf } from '../../../../src/pipeline/catalogue/processing.js';
import type { Family, Row, Version } from '../../../../src/pipeline/catalogue/row.js';
import { planPipeline } from '../../../../src/pipeline/plan.js';

const jpegCamera: Delivered = { codec: 'jpeg', memories: ['system'] };
const h264Camera: Delivered = { codec: 'h264', memories: ['system'] };
const rawCamera: Delivered = { codec: null, memories: ['system'] };

function families(...wanted: readonly Family[]): Catalogue {
  return restrict(CATALOGUE, ({ family }) => family === 'software' || wanted.includes(family));
}

function without(rows: Catalogue, ...elements: readonly string[]): Catalogue {
  return restrict(rows, ({ element }) => !elements.includes(element));
}

function summary(choice: Choice | null) {
  if (choice === null) return null;
  const placed = (one: { readonly row: Row; readonly pictures: { readonly memory: Memory } } | null) =>
    one === null ? null : `${one.row.element} ${one.pictures.memory}`;
  return [placed(choice.decode), choice.lane, choice.scale?.element ?? null, placed(choice.jpeg), placed(choice.h264)];
}

describe('chooseRows', () => {
  const jetson = families('jetson');
  const pi4 = without(families('v4l2'), 'v4l2jpegdec', 'v4l2jpegenc', 'v4l2slh264dec', 'v4l2slh265dec');

  it.each<readonly [string, Catalogue, Delivered, Version, ReturnType<typeof summary>]>([
    [
      'a Jetson with a USB camera keeps pictures in NVMM',
      ...([jetson, jpegCamera, [1, 20]] as const),
      ['nvv4l2decoder NVMM', 'NVMM', 'nvvidconv', 'nvjpegenc NVMM', 'nvv4l2h264enc NVMM'],
    ],
    [
      'a Jetson with a camera of its own does not take its pictures out',
      ...([jetson, { codec: null, memories: ['NVMM', 'system'] }, [1, 16]] as const),
      [null, 'NVMM', 'nvvidconv', 'nvjpegenc NVMM', 'nvv4l2h264enc NVMM'],
    ],
    [
      'an Orin Nano decodes and scales, and encodes H.264 in software',
      ...([without(jetson, 'nvv4l2h264enc'), jpegCamera, [1, 20]] as const),
      ['nvv4l2decoder NVMM', 'NVMM', 'nvvidconv', 'nvjpegenc NVMM', 'x264enc system'],
    ],
    [
      'a Thor, which decodes no Motion-JPEG there, does it with nvjpegdec',
      ...([without(jetson, 'nvv4l2decoder'), jpegCamera, [1, 24]] as const),
      ['nvjpegdec NVMM', 'NVMM', 'nvvidconv', 'nvjpegenc NVMM', 'nvv4l2h264enc NVMM'],
    ],
    [
      'a Jetson without nvvidconv does nothing in NVMM',
      ...([without(jetson, 'nvvidconv'), jpegCamera, [1, 20]] as const),
      ['nvjpegdec system', 'system', null, 'nvjpegenc system', 'x264enc system'],
    ],
    [
      'a Pi 4 encodes and decodes H.264, from the system memory',
      ...([pi4, h264Camera, [1, 22]] as const),
      ['v4l2h264dec system', 'system', null, 'jpegenc system', 'v4l2h264enc system'],
    ],
    [
      'a Pi 5 is software',
      ...([families(), h264Camera, [1, 22]] as const),
      ['avdec_h264 system', 'system', null, 'jpegenc system', 'x264enc system'],
    ],
    [
      'an NVIDIA card before 1.20 gives pictures to the system',
      ...([without(families('nvidia'), 'cudaconvertscale', 'cudascale', 'nvjpegenc'), h264Camera, [1, 18]] as const),
      ['nvh264dec system', 'system', null, 'jpegenc system', 'nvh264enc system'],
    ],
    [
      'an NVIDIA card of 1.24 keeps them',
      ...([families('nvidia'), h264Camera, [1, 24]] as const),
      ['nvh264dec CUDAMemory', 'CUDAMemory', 'cudaconvertscale', 'nvjpegenc CUDAMemory', 'nvh264enc CUDAMemory'],
    ],
    [
      'a VA driver without JPEG takes them out for jpegenc only',
      ...([without(families('va'), 'vajpegenc', 'vajpegdec'), h264Camera, [1, 22]] as const),
      ['vah264dec VAMemory', 'VAMemory', 'vapostproc', 'jpegenc system', 'vah264enc VAMemory'],
    ],
    [
      'raw pictures that a chip encodes stay where they are, where it takes them from there',
      ...([families('va'), rawCamera, [1, 26]] as const),
      [null, 'system', null, 'vajpegenc system', 'vah264enc system'],
    ],
    [
      'a decoder alone gives to the system what nobody takes from its memory',
      ...([without(families('va'), 'vajpegenc', 'vah264enc', 'vah264lpenc'), h264Camera, [1, 22]] as const),
      ['vah264dec system', 'system', null, 'jpegenc system', 'x264enc system'],
    ],
    [
      'a Mac',
      ...([families('macos'), h264Camera, [1, 24]] as const),
      ['vtdec_hw system', 'system', null, 'jpegenc system', 'vtenc_h264_hw system'],
    ],
    ['nothing that encodes JPEG', ...([without(families(), 'jpegenc'), rawCamera, [1, 22]] as const), null],
  ])('%s', (_what, rows, delivered, version, expected) => {
    expect(summary(chooseRows(rows, delivered, version))).toEqual(expected);
  });
});

const anyRows = fc
  .subarray([...CATALOGUE.decode, ...CATALOGUE.scale, ...CATALOGUE.jpeg, ...CATALOGUE.h264] as Row[])
  .map((rows) => restrict(CATALOGUE, (row) => row.family === 'software' || rows.includes(row)));
const anyDelivered = fc.constantFrom<Delivered>(jpegCamera, h264Camera, rawCamera, {
  codec: null,
  memories: ['NVMM', 'system'],
});
const tier = { width: 640, height: 360, fps: 15, quality: 60, bitrateBps: 1_000_000 };
const foreign = /memory:/;

/** The fragments of a description, each a list of elements. */
function fragments(description: string): string[][] {
  return description.split('  ').map((fragment) => fragment.split(' ! '));
}

describe('whatever works on a machine', () => {
  it('there is a choice, and it can be described', () => {
    fc.assert(
      fc.property(anyRows, anyDelivered, fc.constantFrom<Version>([1, 16], [1, 20], [1, 26]), (rows, delivered, at) => {
        const choice = chooseRows(rows, delivered, at);
        if (choice === null) throw new Error('software is always there');
        expect(() => processingOf(choice, { propertiesOf: () => ({}), width: 640, height: 480 })).not.toThrow();
      }),
    );
  });

  it("no picture in a chip's memory reaches an appsink, and each branch behind a tee of it converts for itself", () => {
    fc.assert(
      fc.property(anyRows, anyDelivered, (rows, delivered) => {
        const choice = chooseRows(rows, delivered, [1, 26]);
        if (choice === null) throw new Error('software is always there');
        const processing = processingOf(choice, { propertiesOf: () => null, width: 640, height: 480 });
        const camera = { kind: 'http', url: 'http://camera/' } as const;
        const source = delivered.codec === null ? ({ kind: 'test' } as const) : camera;
        const { description } = planPipeline(source, new Map([['t', tier]]), { h264: null, processing });
        for (const elements of fragments(description)) {
          const sinks = elements.filter((one) => one.startsWith('appsink'));
          if (sinks.length === 0 || elements[0] !== 'pictures_t.') continue;
          const lastCaps = elements.filter((one) => one.startsWith('capsfilter') || /enc /.test(one)).at(-1);
          expect(lastCaps).not.toMatch(foreign);
          if (processing.tierMemory === 'system') continue;
          expect(elements.some((one) => one.startsWith('queue'))).toBe(true);
          expect(elements.some((one) => choice.scale?.within.includes(one) || choice.scale?.out.includes(one))).toBe(
            true,
          );
        }
      }),
    );
  });
});
