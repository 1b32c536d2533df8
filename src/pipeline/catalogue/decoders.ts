/** Decoders, best first. */
import type { Memory } from './memory.js';
import type { Codec, DecodeRow, Family, Pictures, Version } from './row.js';

const nv12 = (memory: Memory, since?: Version): Pictures => ({
  memory,
  formats: ['NV12'],
  ...(since === undefined ? {} : { since }),
});
const yuv = (memory: Memory): Pictures => ({ memory, formats: ['NV12', 'I420'] });

interface Decoder extends Partial<Pick<DecodeRow, 'properties' | 'converts' | 'needs' | 'before'>> {
  readonly plugin: string | null;
  readonly since?: Version;
  readonly outputs: readonly Pictures[];
}

const parsers = { jpeg: 'jpegparse', h264: 'h264parse', h265: 'h265parse' } as const;
const oldest: Version = [1, 16];

function row(family: Family, element: string, codec: Codec, decoder: Decoder): DecodeRow {
  const { plugin, since = oldest, outputs, properties = {}, converts = false } = decoder;
  const before = decoder.before ?? [parsers[codec]];
  const needs = [...before, ...(decoder.needs ?? [])];
  const id = `${element}/${plugin ?? family}/${codec}`;
  return { job: 'decode', id, family, element, codec, plugin, since, needs, before, properties, outputs, converts };
}

// Its NVMM pictures are of the stream's own format, and it has a single block for JPEG: nvvidconv must follow.
const jetson = (codec: Codec) =>
  row('jetson', 'nvv4l2decoder', codec, {
    plugin: 'nvvideo4linux2',
    outputs: [{ memory: 'NVMM', formats: [] }],
    properties: { ...(codec === 'jpeg' ? { mjpeg: true } : {}), 'enable-max-performance': true },
    converts: true,
    needs: ['nvvidconv'],
  });

const nvidia = (element: string, codec: Codec) =>
  row('nvidia', element, codec, {
    plugin: 'nvcodec',
    since: [1, 18],
    outputs: [nv12('CUDAMemory', [1, 20]), nv12('system')],
  });

const va = (element: string, codec: Codec, since: Version) =>
  row('va', element, codec, { plugin: 'va', since, outputs: [nv12('VAMemory'), nv12('system')] });

const vaapi = (element: string, codec: Codec) =>
  row('vaapi', element, codec, { plugin: 'vaapi', outputs: [nv12('VASurface'), yuv('system')] });

const qsv = (element: string, codec: Codec) =>
  row('qsv', element, codec, { plugin: 'qsv', since: [1, 22], outputs: [nv12('system')] });

const v4l2 = (element: string, codec: Codec) =>
  row('v4l2', element, codec, { plugin: 'video4linux2', outputs: [yuv('system')] });

/** Drivers that keep no state: the parsing is GStreamer's. */
const stateless = (element: string, codec: Codec, since: Version) =>
  row('v4l2', element, codec, { plugin: 'v4l2codecs', since, outputs: [yuv('system')] });

const macos = (element: string, codec: Codec) =>
  row('macos', element, codec, { plugin: 'applemedia', outputs: [nv12('system')] });

const software = (element: string, codec: Codec, decoder: Partial<Decoder> = {}) =>
  row('software', element, codec, { plugin: null, outputs: [{ memory: 'system', formats: ['I420'] }], ...decoder });

export const DECODERS: readonly DecodeRow[] = [
  jetson('jpeg'),
  row('jetson', 'nvjpegdec', 'jpeg', {
    plugin: 'nvjpeg',
    outputs: [
      { memory: 'NVMM', formats: ['I420'] },
      { memory: 'system', formats: ['I420'] },
    ],
    converts: true,
    needs: ['nvvidconv'],
  }),
  row('nvidia', 'nvjpegdec', 'jpeg', { plugin: 'nvcodec', since: [1, 18], outputs: [nv12('system')] }),
  va('vajpegdec', 'jpeg', [1, 22]),
  vaapi('vaapijpegdec', 'jpeg'),
  qsv('qsvjpegdec', 'jpeg'),
  v4l2('v4l2jpegdec', 'jpeg'),
  // A damaged JPEG costs its own picture and not the pipeline.
  software('jpegdec', 'jpeg', { before: [], properties: { 'max-errors': -1 } }),

  jetson('h264'),
  nvidia('nvh264dec', 'h264'),
  va('vah264dec', 'h264', [1, 18]),
  vaapi('vaapih264dec', 'h264'),
  qsv('qsvh264dec', 'h264'),
  v4l2('v4l2h264dec', 'h264'),
  stateless('v4l2slh264dec', 'h264', [1, 18]),
  macos('vtdec_hw', 'h264'),
  macos('vtdec', 'h264'),
  software('avdec_h264', 'h264'),
  software('openh264dec', 'h264'),

  jetson('h265'),
  nvidia('nvh265dec', 'h265'),
  va('vah265dec', 'h265', [1, 18]),
  vaapi('vaapih265dec', 'h265'),
  qsv('qsvh265dec', 'h265'),
  v4l2('v4l2h265dec', 'h265'),
  stateless('v4l2slh265dec', 'h265', [1, 20]),
  macos('vtdec_hw', 'h265'),
  macos('vtdec', 'h265'),
  software('avdec_h265', 'h265'),
  software('libde265dec', 'h265'),
];
