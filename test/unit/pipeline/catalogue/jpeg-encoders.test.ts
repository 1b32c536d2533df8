import { describe, expect, it } from 'vitest';
import { JPEG_ENCODERS } from '../../../../src/pipeline/catalogue/jpeg-encoders.js';
import { describeRow } from './describe-row.js';

/** Id, family, first GStreamer, and its part of a pipeline; best first. */
const expected = [
  [
    'nvjpegenc/nvjpeg',
    'jetson',
    '1.16',
    'queue max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! nvvidconv ! capsfilter caps="video/x-raw(memory:NVMM),format=(string){I420,NV12}" ! nvjpegenc quality=80',
  ],
  [
    'nvjpegenc/nvcodec',
    'nvidia',
    '1.24',
    'queue max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! cudaconvertscale ! capsfilter caps="video/x-raw(memory:CUDAMemory),format=(string){NV12,I420}" ! nvjpegenc quality=80',
  ],
  [
    'vajpegenc/va',
    'va',
    '1.26',
    'queue max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! vapostproc ! capsfilter caps="video/x-raw(memory:VAMemory),format=NV12" ! vajpegenc quality=80',
  ],
  [
    'vaapijpegenc/vaapi',
    'vaapi',
    '1.16',
    'queue max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! vaapipostproc ! capsfilter caps="video/x-raw(memory:VASurface),format=NV12" ! vaapijpegenc quality=80',
  ],
  [
    'qsvjpegenc/qsv',
    'qsv',
    '1.22',
    'videoconvert ! capsfilter caps="video/x-raw,format=NV12" ! lenscastjfifcolors ! qsvjpegenc quality=80',
  ],
  [
    'v4l2jpegenc/video4linux2',
    'v4l2',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=(string){I420,NV12}" ! lenscastjfifcolors ! v4l2jpegenc extra-controls="controls,compression_quality=80"',
  ],
  [
    'jpegenc/software',
    'software',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=I420" ! lenscastjfifcolors ! jpegenc quality=80',
  ],
] as const;

describe('JPEG_ENCODERS', () => {
  it.each(expected)('%s', (id, family, since, description) => {
    const row = JPEG_ENCODERS.find((each) => each.id === id);
    expect(row).toMatchObject({ family, element: id.split('/')[0] });
    expect(row?.since.join('.')).toBe(since);
    expect(row && describeRow(row)).toBe(description);
  });

  it('has no others, and them in this order', () => {
    expect(JPEG_ENCODERS.map(({ id }) => id)).toEqual(expected.map(([id]) => id));
  });
});
