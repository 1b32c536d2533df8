/** The encoders of H.264 that a pipeline can have, and how each is told what a tier asks for. */

export type ElementProperties = Readonly<Record<string, string | number | boolean>>;

export interface H264Encoder {
  /** The element's factory. */
  readonly element: string;
  /** All that it is set to for a tier: bit/s, frames a second. */
  properties(bitrateBps: number, fps: number): ElementProperties;
  /** Those of them that it takes while it plays. */
  readonly live: readonly string[];
  /** How it is asked for a keyframe: by GstForceKeyUnit, or by an action signal. */
  readonly keyframe: 'event' | { readonly action: string };
}

// A viewer that lost its keyframe asks for one; this is for those that can't ask.
const keyframeEveryS = 4;

const kilobits = (bitrateBps: number) => Math.max(1, Math.round(bitrateBps / 1000));

/**
 * libx264. At 2 Mb/s and 720p `ultrafast` takes 3.3 ms a frame and the next preset 5.2, for half a decibel (PSNR): on a
 * small board the time matters more. One thread: a second one costs a tenth more. Its buffer of a fifth of a second
 * bounds a keyframe.
 */
const x264: H264Encoder = {
  element: 'x264enc',
  properties: (bitrateBps, fps) => ({
    tune: 'zerolatency',
    'speed-preset': 'ultrafast',
    bitrate: kilobits(bitrateBps),
    'vbv-buf-capacity': 200,
    'key-int-max': Math.round(keyframeEveryS * fps),
    bframes: 0,
    threads: 1,
    aud: false,
  }),
  live: ['bitrate'],
  keyframe: 'event',
};

/** Cisco's, where libx264 is left out for its licence. */
const openH264: H264Encoder = {
  element: 'openh264enc',
  properties: (bitrateBps, fps) => ({
    'usage-type': 'camera',
    complexity: 'low',
    'rate-control': 'bitrate',
    bitrate: Math.round(bitrateBps),
    'max-bitrate': Math.round(bitrateBps * 1.2),
    'gop-size': Math.round(keyframeEveryS * fps),
    'multi-thread': 1,
  }),
  live: ['bitrate', 'max-bitrate'],
  keyframe: 'event',
};

/** Best first. */
export const softwareEncoders: readonly H264Encoder[] = [x264, openH264];

/** The best that the machine has; null where it has none. */
export function chooseH264Encoder(exists: (element: string) => boolean): H264Encoder | null {
  return softwareEncoders.find(({ element }) => exists(element)) ?? null;
}
