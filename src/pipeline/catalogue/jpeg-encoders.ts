/** Encoders of JPEG, best first. */
import type { Memory } from './memory.js';
import type { Family, JpegEncoder, JpegRow, Pictures, Version } from './row.js';

type Rest = Pick<JpegRow, 'inputs'> & {
  readonly plugin: string | null;
  readonly since?: Version;
  readonly properties?: JpegEncoder['properties'];
};

const byQuality: JpegEncoder['properties'] = (quality) => ({ quality });

function row(family: Family, element: string, { plugin, since = [1, 16], inputs, properties = byQuality }: Rest) {
  const encoder: JpegEncoder = { element, properties };
  const id = `${element}/${plugin ?? family}`;
  return { job: 'jpeg', id, family, element, plugin, since, needs: [], inputs, encoder } satisfies JpegRow;
}

const takes = (memory: Memory, ...formats: readonly string[]): Pictures => ({ memory, formats });

export const JPEG_ENCODERS: readonly JpegRow[] = [
  row('jetson', 'nvjpegenc', { plugin: 'nvjpeg', inputs: [takes('NVMM', 'I420', 'NV12'), takes('system', 'I420')] }),
  row('nvidia', 'nvjpegenc', {
    plugin: 'nvcodec',
    since: [1, 24],
    inputs: [takes('CUDAMemory', 'NV12', 'I420'), takes('system', 'I420')],
  }),
  row('va', 'vajpegenc', {
    plugin: 'va',
    since: [1, 26],
    inputs: [takes('VAMemory', 'NV12'), takes('system', 'NV12')],
  }),
  row('vaapi', 'vaapijpegenc', { plugin: 'vaapi', inputs: [takes('VASurface', 'NV12'), takes('system', 'NV12')] }),
  row('qsv', 'qsvjpegenc', { plugin: 'qsv', since: [1, 22], inputs: [takes('system', 'NV12')] }),
  row('v4l2', 'v4l2jpegenc', {
    plugin: 'video4linux2',
    // It takes YUY2 too, whose colours nobody here can change. I420 first: videoconvert has a quick way to it.
    inputs: [takes('system', 'I420', 'NV12')],
    // V4L2_CID_JPEG_COMPRESSION_QUALITY, by its name in the driver.
    properties: (quality) => ({ 'extra-controls': `controls,compression_quality=${quality}` }),
  }),
  row('software', 'jpegenc', { plugin: null, inputs: [takes('system', 'I420', 'NV12', 'YUY2')] }),
];
