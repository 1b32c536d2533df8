import { describe, expect, it } from 'vitest';
import { H264_ENCODERS } from '../../../../src/pipeline/catalogue/h264-encoders.js';
import { describeRow } from './describe-row.js';

/** Id, family, first GStreamer, and its part of a pipeline; best first. */
const expected = [
  [
    'nvv4l2h264enc/nvvideo4linux2',
    'jetson',
    '1.16',
    'nvvidconv ! capsfilter caps="video/x-raw(memory:NVMM),format=(string){NV12,I420}" ! nvv4l2h264enc control-rate=constant_bitrate bitrate=2000000 preset-level=UltraFastPreset maxperf-enable=true insert-sps-pps=true insert-vui=true idrinterval=60 iframeinterval=60 num-B-Frames=0 vbv-size=66667 profile=Baseline poc-type=2 ! video/x-h264,stream-format=byte-stream,alignment=au',
  ],
  [
    'nvh264enc/nvcodec',
    'nvidia',
    '1.18',
    'cudaconvertscale ! capsfilter caps="video/x-raw(memory:CUDAMemory),format=NV12" ! nvh264enc preset=low-latency-hp tune=ultra-low-latency rc-mode=cbr bitrate=2000 max-bitrate=2000 vbv-buffer-size=400 gop-size=120 bframes=0 b-frames=0 zerolatency=true zero-reorder-delay=true repeat-sequence-header=true aud=false ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
  [
    'vah264enc/va',
    'va',
    '1.22',
    'vapostproc ! capsfilter caps="video/x-raw(memory:VAMemory),format=NV12" ! vah264enc rate-control=cbr bitrate=2000 cpb-size=400 key-int-max=120 b-frames=0 ref-frames=1 target-usage=6 aud=false ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
  [
    'vah264lpenc/va',
    'va',
    '1.22',
    'vapostproc ! capsfilter caps="video/x-raw(memory:VAMemory),format=NV12" ! vah264lpenc rate-control=cbr bitrate=2000 cpb-size=400 key-int-max=120 b-frames=0 ref-frames=1 target-usage=6 aud=false ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
  [
    'vaapih264enc/vaapi',
    'vaapi',
    '1.16',
    'vaapipostproc ! capsfilter caps="video/x-raw(memory:VASurface),format=NV12" ! vaapih264enc rate-control=cbr bitrate=2000 cpb-length=200 keyframe-period=120 max-bframes=0 refs=1 quality-level=6 aud=false ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
  [
    'qsvh264enc/qsv',
    'qsv',
    '1.22',
    'videoconvert ! capsfilter caps="video/x-raw,format=NV12" ! lenscastvideocolors ! qsvh264enc rate-control=cbr bitrate=2000 gop-size=120 b-frames=0 ref-frames=1 low-latency=true target-usage=6 ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
  [
    'v4l2h264enc/video4linux2',
    'v4l2',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=(string){NV12,I420}" ! lenscastvideocolors ! v4l2h264enc extra-controls="controls,repeat_sequence_header=1,video_bitrate=2000000,h264_i_frame_period=60" ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline,level=(string)4',
  ],
  [
    'vtenc_h264_hw/applemedia',
    'macos',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=(string){NV12,I420}" ! lenscastvideocolors ! vtenc_h264_hw realtime=true allow-frame-reordering=false bitrate=2000 max-keyframe-interval=120 ! video/x-h264,alignment=au,profile=constrained-baseline',
  ],
  [
    'vtenc_h264/applemedia',
    'macos',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=(string){NV12,I420}" ! lenscastvideocolors ! vtenc_h264 realtime=true allow-frame-reordering=false bitrate=2000 max-keyframe-interval=120 ! video/x-h264,alignment=au,profile=constrained-baseline',
  ],
  [
    'x264enc/software',
    'software',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=I420" ! lenscastvideocolors ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=2000 vbv-buf-capacity=200 key-int-max=120 bframes=0 threads=1 aud=false ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
  [
    'openh264enc/software',
    'software',
    '1.16',
    'videoconvert ! capsfilter caps="video/x-raw,format=I420" ! lenscastvideocolors ! openh264enc usage-type=camera complexity=low rate-control=bitrate bitrate=2000000 max-bitrate=2400000 gop-size=120 multi-thread=1 ! video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline',
  ],
] as const;

describe('H264_ENCODERS', () => {
  it.each(expected)('%s', (id, family, since, description) => {
    const row = H264_ENCODERS.find((each) => each.id === id);
    expect(row).toMatchObject({ family, element: id.split('/')[0] });
    expect(row?.since.join('.')).toBe(since);
    expect(row && describeRow(row)).toBe(description);
  });

  it('has no others, and them in this order', () => {
    expect(H264_ENCODERS.map(({ id }) => id)).toEqual(expected.map(([id]) => id));
  });
});
