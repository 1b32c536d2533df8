/**
 * Encoders of H.264, best first. All give no B-frames, which WebRTC's viewers can't show in time (RFC 7742), and
 * keyframes when they are asked.
 */
import { type H264Encoder, softwareEncoders } from '../h264-encoder.js';
import type { Memory } from './memory.js';
import type { Family, H264EncoderChoices, H264Row, Pictures, Version } from './row.js';

type Rest = Pick<H264Row, 'inputs'> &
  Pick<H264EncoderChoices, 'properties'> & {
    readonly plugin: string;
    readonly since?: Version;
    readonly live: readonly string[];
    readonly keyframe?: H264Encoder['keyframe'];
    readonly caps?: string;
  };

const accessUnits = 'video/x-h264,stream-format=byte-stream,alignment=au';
/** What every browser decodes (RFC 7742, section 6.2). */
const baseline = `${accessUnits},profile=constrained-baseline`;

function row(family: Family, element: string, rest: Rest): H264Row {
  const { plugin, since = [1, 16], inputs, caps = baseline, properties, live, keyframe = 'event' } = rest;
  const encoder = { element, properties, live, keyframe };
  return { job: 'h264', id: `${element}/${plugin}`, family, element, plugin, since, needs: [], inputs, encoder, caps };
}

const takes = (memory: Memory, ...formats: readonly string[]): Pictures => ({ memory, formats });
const kilobits = (bitrateBps: number) => Math.max(1, Math.round(bitrateBps / 1000));

// A viewer that lost its keyframe asks for one; this is for those that can't ask.
const keyframeEveryS = 4;
const keyframeEvery = (fps: number) => Math.max(1, Math.round(keyframeEveryS * fps));

/**
 * Takes NVMM alone. Its own idrinterval is 256: without it a viewer who comes late waits for eight seconds. It ignores
 * GstForceKeyUnit, and can't be told another bitrate while it plays, which its property's flags say as well.
 */
const jetson = row('jetson', 'nvv4l2h264enc', {
  plugin: 'nvvideo4linux2',
  inputs: [takes('NVMM', 'NV12', 'I420')],
  properties: (bitrateBps, fps) => ({
    'control-rate': ['constant_bitrate', 1],
    bitrate: Math.round(bitrateBps),
    'preset-level': ['UltraFastPreset', 1],
    'maxperf-enable': true,
    'insert-sps-pps': true,
    'insert-vui': true,
    idrinterval: 60,
    iframeinterval: 60,
    'num-B-Frames': 0,
    'vbv-size': Math.round(bitrateBps / Math.max(1, fps)),
    profile: ['Baseline', 0],
    'poc-type': 2,
  }),
  live: [],
  keyframe: { action: 'force-IDR' },
  caps: accessUnits,
});

/** Before 1.26 with other names: `bframes`, `zerolatency`, and presets of NVENC's first interface. */
const nvidia = row('nvidia', 'nvh264enc', {
  plugin: 'nvcodec',
  since: [1, 18],
  inputs: [{ ...takes('CUDAMemory', 'NV12'), since: [1, 20] }, takes('system', 'NV12')],
  properties: (bitrateBps, fps) => ({
    preset: ['low-latency-hp', 'p2'],
    tune: ['ultra-low-latency'],
    'rc-mode': ['cbr'],
    bitrate: kilobits(bitrateBps),
    'max-bitrate': kilobits(bitrateBps),
    'vbv-buffer-size': kilobits(bitrateBps / 5),
    'gop-size': keyframeEvery(fps),
    bframes: 0,
    'b-frames': 0,
    zerolatency: true,
    'zero-reorder-delay': true,
    'repeat-sequence-header': true,
    aud: false,
  }),
  live: ['bitrate', 'max-bitrate'],
});

const va = (element: string) =>
  row('va', element, {
    plugin: 'va',
    since: [1, 22],
    inputs: [takes('VAMemory', 'NV12'), takes('system', 'NV12')],
    properties: (bitrateBps, fps) => ({
      'rate-control': ['cbr'],
      bitrate: kilobits(bitrateBps),
      'cpb-size': kilobits(bitrateBps / 5),
      'key-int-max': keyframeEvery(fps),
      'b-frames': 0,
      'ref-frames': 1,
      'target-usage': 6,
      aud: false,
    }),
    live: ['bitrate'],
  });

const vaapi = row('vaapi', 'vaapih264enc', {
  plugin: 'vaapi',
  inputs: [takes('VASurface', 'NV12'), takes('system', 'NV12')],
  properties: (bitrateBps, fps) => ({
    'rate-control': ['cbr'],
    bitrate: kilobits(bitrateBps),
    'cpb-length': 200,
    'keyframe-period': keyframeEvery(fps),
    'max-bframes': 0,
    refs: 1,
    'quality-level': 6,
    aud: false,
  }),
  live: ['bitrate'],
});

const qsv = row('qsv', 'qsvh264enc', {
  plugin: 'qsv',
  since: [1, 22],
  inputs: [takes('system', 'NV12')],
  properties: (bitrateBps, fps) => ({
    'rate-control': ['cbr'],
    bitrate: kilobits(bitrateBps),
    'gop-size': keyframeEvery(fps),
    'b-frames': 0,
    'ref-frames': 1,
    'low-latency': true,
    'target-usage': 6,
  }),
  live: ['bitrate'],
});

/** The Pi 4's gives no parameter sets again by itself, and takes no more than level 4 for 1080p30. */
const v4l2 = row('v4l2', 'v4l2h264enc', {
  plugin: 'video4linux2',
  inputs: [takes('system', 'NV12', 'I420')],
  properties: (bitrateBps) => ({
    'extra-controls': `controls,repeat_sequence_header=1,video_bitrate=${Math.round(bitrateBps)},h264_i_frame_period=60`,
  }),
  live: ['extra-controls'],
  caps: `${baseline},level=(string)4`,
});

const macos = (element: string) =>
  row('macos', element, {
    plugin: 'applemedia',
    inputs: [takes('system', 'NV12', 'I420')],
    properties: (bitrateBps, fps) => ({
      realtime: true,
      'allow-frame-reordering': false,
      bitrate: kilobits(bitrateBps),
      'max-keyframe-interval': keyframeEvery(fps),
    }),
    live: ['bitrate'],
    // It gives no byte stream: the parser that follows makes one.
    caps: 'video/x-h264,alignment=au,profile=constrained-baseline',
  });

const software: readonly H264Row[] = softwareEncoders.map((encoder) => ({
  job: 'h264',
  id: `${encoder.element}/software`,
  family: 'software',
  element: encoder.element,
  plugin: null,
  since: [1, 16],
  needs: [],
  inputs: [takes('system', 'I420')],
  encoder,
  caps: baseline,
}));

export const H264_ENCODERS: readonly H264Row[] = [
  jetson,
  nvidia,
  va('vah264enc'),
  va('vah264lpenc'),
  vaapi,
  qsv,
  v4l2,
  macos('vtenc_h264_hw'),
  macos('vtenc_h264'),
  ...software,
];
