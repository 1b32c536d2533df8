import { type Finding, installRemedy, ok, warning } from '../finding.js';

interface Encoder {
  readonly element: string;
  /** The chip, or null for software. */
  readonly hardware: string | null;
}

/** Encoders by the element's name; a factory that exists may still fail on this machine's chip. */
const H264: readonly Encoder[] = [
  { element: 'nvv4l2h264enc', hardware: 'Jetson' },
  { element: 'nvh264enc', hardware: 'NVIDIA' },
  { element: 'vah264enc', hardware: 'VA-API' },
  { element: 'vah264lpenc', hardware: 'VA-API' },
  { element: 'vaapih264enc', hardware: 'VA-API' },
  { element: 'qsvh264enc', hardware: 'Quick Sync' },
  { element: 'v4l2h264enc', hardware: 'V4L2' },
  { element: 'vtenc_h264_hw', hardware: 'VideoToolbox' },
  { element: 'x264enc', hardware: null },
  { element: 'openh264enc', hardware: null },
];

const JPEG: readonly Encoder[] = [
  { element: 'nvjpegenc', hardware: 'NVIDIA' },
  { element: 'vajpegenc', hardware: 'VA-API' },
  { element: 'vaapijpegenc', hardware: 'VA-API' },
  { element: 'qsvjpegenc', hardware: 'Quick Sync' },
  { element: 'v4l2jpegenc', hardware: 'V4L2' },
  { element: 'jpegenc', hardware: null },
];

export interface EncoderFacts {
  readonly has: (element: string) => boolean;
}

export function checkEncoders({ has }: EncoderFacts): readonly Finding[] {
  const h264 = H264.filter(({ element }) => has(element));
  const jpeg = JPEG.filter(({ element }) => has(element));
  return [
    h264.length === 0
      ? warning(
          'encoder',
          'no H.264 encoder: nothing can be sent by WebRTC',
          installRemedy(['gstreamer1.0-plugins-ugly']),
        )
      : ok('encoder', `H.264: ${inWords(h264)}`),
    // A missing jpegenc is the plugins' finding.
    ...(jpeg.length === 0 ? [] : [ok('encoder', `JPEG: ${inWords(jpeg)}`)]),
  ];
}

function inWords(encoders: readonly Encoder[]): string {
  return encoders.map(({ element, hardware }) => `${element} (${hardware ?? 'software'})`).join(', ');
}
