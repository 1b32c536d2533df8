import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../../../src/pipeline/catalogue/decoders.js';
import { describeRow } from './describe-row.js';

/** Id, family, first GStreamer, and its part of a pipeline; best first. */
const expected = [
  [
    'nvv4l2decoder/nvvideo4linux2/jpeg',
    'jetson',
    '1.16',
    'jpegparse ! nvv4l2decoder name=decode mjpeg=true enable-max-performance=true ! nvvidconv ! capsfilter caps="video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080"',
  ],
  [
    'nvjpegdec/nvjpeg/jpeg',
    'jetson',
    '1.16',
    'jpegparse ! nvjpegdec name=decode ! nvvidconv ! capsfilter caps="video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080"',
  ],
  [
    'nvjpegdec/nvcodec/jpeg',
    'nvidia',
    '1.18',
    'jpegparse ! nvjpegdec name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  [
    'vajpegdec/va/jpeg',
    'va',
    '1.22',
    'jpegparse ! vajpegdec name=decode ! capsfilter caps="video/x-raw(memory:VAMemory),format=NV12"',
  ],
  [
    'vaapijpegdec/vaapi/jpeg',
    'vaapi',
    '1.16',
    'jpegparse ! vaapijpegdec name=decode ! capsfilter caps="video/x-raw(memory:VASurface),format=NV12"',
  ],
  [
    'qsvjpegdec/qsv/jpeg',
    'qsv',
    '1.22',
    'jpegparse ! qsvjpegdec name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  [
    'v4l2jpegdec/video4linux2/jpeg',
    'v4l2',
    '1.16',
    'jpegparse ! v4l2jpegdec name=decode ! capsfilter caps="video/x-raw,format=(string){NV12,I420}"',
  ],
  ['jpegdec/software/jpeg', 'software', '1.16', 'software'],
  [
    'nvv4l2decoder/nvvideo4linux2/h264',
    'jetson',
    '1.16',
    'h264parse ! nvv4l2decoder name=decode enable-max-performance=true ! nvvidconv ! capsfilter caps="video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080"',
  ],
  [
    'nvh264dec/nvcodec/h264',
    'nvidia',
    '1.18',
    'h264parse ! nvh264dec name=decode ! capsfilter caps="video/x-raw(memory:CUDAMemory),format=NV12"',
  ],
  [
    'vah264dec/va/h264',
    'va',
    '1.18',
    'h264parse ! vah264dec name=decode ! capsfilter caps="video/x-raw(memory:VAMemory),format=NV12"',
  ],
  [
    'vaapih264dec/vaapi/h264',
    'vaapi',
    '1.16',
    'h264parse ! vaapih264dec name=decode ! capsfilter caps="video/x-raw(memory:VASurface),format=NV12"',
  ],
  [
    'qsvh264dec/qsv/h264',
    'qsv',
    '1.22',
    'h264parse ! qsvh264dec name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  [
    'v4l2h264dec/video4linux2/h264',
    'v4l2',
    '1.16',
    'h264parse ! v4l2h264dec name=decode ! capsfilter caps="video/x-raw,format=(string){NV12,I420}"',
  ],
  [
    'v4l2slh264dec/v4l2codecs/h264',
    'v4l2',
    '1.18',
    'h264parse ! v4l2slh264dec name=decode ! capsfilter caps="video/x-raw,format=(string){NV12,I420}"',
  ],
  [
    'vtdec_hw/applemedia/h264',
    'macos',
    '1.16',
    'h264parse ! vtdec_hw name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  [
    'vtdec/applemedia/h264',
    'macos',
    '1.16',
    'h264parse ! vtdec name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  ['avdec_h264/software/h264', 'software', '1.16', 'software'],
  ['openh264dec/software/h264', 'software', '1.16', 'software'],
  [
    'nvv4l2decoder/nvvideo4linux2/h265',
    'jetson',
    '1.16',
    'h265parse ! nvv4l2decoder name=decode enable-max-performance=true ! nvvidconv ! capsfilter caps="video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080"',
  ],
  [
    'nvh265dec/nvcodec/h265',
    'nvidia',
    '1.18',
    'h265parse ! nvh265dec name=decode ! capsfilter caps="video/x-raw(memory:CUDAMemory),format=NV12"',
  ],
  [
    'vah265dec/va/h265',
    'va',
    '1.18',
    'h265parse ! vah265dec name=decode ! capsfilter caps="video/x-raw(memory:VAMemory),format=NV12"',
  ],
  [
    'vaapih265dec/vaapi/h265',
    'vaapi',
    '1.16',
    'h265parse ! vaapih265dec name=decode ! capsfilter caps="video/x-raw(memory:VASurface),format=NV12"',
  ],
  [
    'qsvh265dec/qsv/h265',
    'qsv',
    '1.22',
    'h265parse ! qsvh265dec name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  [
    'v4l2h265dec/video4linux2/h265',
    'v4l2',
    '1.16',
    'h265parse ! v4l2h265dec name=decode ! capsfilter caps="video/x-raw,format=(string){NV12,I420}"',
  ],
  [
    'v4l2slh265dec/v4l2codecs/h265',
    'v4l2',
    '1.20',
    'h265parse ! v4l2slh265dec name=decode ! capsfilter caps="video/x-raw,format=(string){NV12,I420}"',
  ],
  [
    'vtdec_hw/applemedia/h265',
    'macos',
    '1.16',
    'h265parse ! vtdec_hw name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  [
    'vtdec/applemedia/h265',
    'macos',
    '1.16',
    'h265parse ! vtdec name=decode ! capsfilter caps="video/x-raw,format=NV12"',
  ],
  ['avdec_h265/software/h265', 'software', '1.16', 'software'],
  ['libde265dec/software/h265', 'software', '1.16', 'software'],
] as const;

describe('DECODERS', () => {
  it.each(expected)('%s', (id, family, since, description) => {
    const row = DECODERS.find((each) => each.id === id);
    expect(row).toMatchObject({ family, element: id.split('/')[0] });
    expect(row?.since.join('.')).toBe(since);
    expect(row && describeRow(row)).toBe(description);
  });

  it('has no others, and them in this order', () => {
    expect(DECODERS.map(({ id }) => id)).toEqual(expected.map(([id]) => id));
  });
});
