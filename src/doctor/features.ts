import type { SourceKind } from '../config/source.js';

/** Elements that do one thing together, and the Debian package that has them. */
export interface Part {
  readonly elements: readonly string[];
  /** Debian's name; Ubuntu and Raspberry Pi OS have the same. */
  readonly package: string;
}

export interface Feature {
  /** Completes "can't …". */
  readonly purpose: string;
  /** The sources that need it; every one where left out, and none where empty: cameras do without. */
  readonly sources?: readonly SourceKind[];
  readonly parts: readonly Part[];
}

const base = 'gstreamer1.0-plugins-base';
const good = 'gstreamer1.0-plugins-good';
const bad = 'gstreamer1.0-plugins-bad';
const libav = 'gstreamer1.0-libav';
const pango = 'gstreamer1.0-x';

/** What the pipelines are built of, by what people want. */
export const FEATURES: readonly Feature[] = [
  {
    purpose: 'run any camera',
    parts: [
      {
        elements: ['capsfilter', 'identity', 'queue', 'tee', 'valve', 'funnel', 'filesrc'],
        package: 'libgstreamer1.0-0',
      },
      { elements: ['appsink', 'appsrc'], package: base },
    ],
  },
  {
    purpose: 'make pictures of another size or quality',
    parts: [
      { elements: ['videoscale', 'videoconvert'], package: base },
      { elements: ['jpegdec', 'jpegenc'], package: good },
    ],
  },
  { purpose: 'open V4L2 cameras', sources: ['v4l2'], parts: [{ elements: ['v4l2src'], package: good }] },
  {
    purpose: 'open RTSP cameras',
    sources: ['rtsp'],
    parts: [
      {
        elements: ['rtspsrc', 'rtpbin', 'udpsrc', 'rtph264depay', 'rtph265depay', 'rtpjpegdepay'],
        package: good,
      },
    ],
  },
  {
    purpose: 'decode H.264 and H.265',
    sources: ['rtsp', 'file'],
    parts: [
      { elements: ['h264parse', 'h265parse'], package: bad },
      { elements: ['avdec_h264', 'avdec_h265'], package: libav },
      { elements: ['decodebin'], package: base },
    ],
  },
  {
    purpose: 'play files',
    sources: ['file'],
    parts: [
      { elements: ['parsebin', 'typefind'], package: base },
      { elements: ['qtdemux', 'matroskademux'], package: good },
    ],
  },
  {
    purpose: 'show the test picture',
    sources: ['test'],
    parts: [
      { elements: ['videotestsrc'], package: base },
      { elements: ['clockoverlay', 'timeoverlay'], package: pango },
    ],
  },
  {
    purpose: 'show what is the matter with a lost camera',
    sources: [],
    parts: [
      { elements: ['videotestsrc'], package: base },
      { elements: ['videobalance'], package: good },
      { elements: ['textoverlay'], package: pango },
    ],
  },
  {
    purpose: "open a Jetson's CSI cameras",
    sources: ['csi'],
    parts: [{ elements: ['nvarguscamerasrc', 'nvvidconv'], package: 'nvidia-l4t-gstreamer' }],
  },
];
