import type { Medium } from '../hub/viewer-registry.js';
import { encodedFrames } from './h264.js';
import type { H264Encoder } from './h264-encoder.js';
import { ACCESS_UNITS } from './h264-units.js';
import { chain, element } from './syntax.js';
import { frameSink, sizeCaps, type TierSettings } from './tier.js';

/** The names of the placeholder's elements. */
export const PLACEHOLDER = { input: 'input', words: 'words', encoder: 'encoder', sink: 'picture' } as const;

const blank = { width: 1280, height: 720 };

export interface PlaceholderForm {
  /** What the camera's last picture is; null where there never was one. */
  readonly input: Medium | null;
  /** Undefined: as large as the picture. */
  readonly bounds: Pick<TierSettings, 'width' | 'height'> | undefined;
  /** Null for JPEGs. */
  readonly h264: { readonly encoder: H264Encoder; readonly bitrateBps: number } | null;
}

/**
 * A picture with words on it, one each time one is pushed in: the last one of the camera, dimmed and made smaller to
 * fit `bounds`, or, where there never was one, a dark surface (which comes by itself, once a second).
 */
export function describePlaceholder({ input, bounds, h264 }: PlaceholderForm): string {
  return chain(
    input === null ? darkSurface(bounds ?? blank) : lastPicture(input),
    'videoscale',
    ...(bounds === undefined ? [] : [element('capsfilter', { caps: sizeCaps(bounds) })]),
    element('textoverlay', {
      name: PLACEHOLDER.words,
      'font-desc': 'Sans 16',
      halignment: 'center',
      valignment: 'center',
      'line-alignment': 'center',
      'shaded-background': true,
      'shading-value': 150,
    }),
    'videoconvert',
    ...(h264 === null
      ? [element('jpegenc', { quality: 75 }), frameSink(PLACEHOLDER.sink)]
      : [encodedFrames(PLACEHOLDER, h264.encoder, h264.bitrateBps, 1)]),
  );
}

// Encoders want to know the rate: without it they hold a frame back to learn how long it is shown.
const perSecond = 'framerate=1/1';

function lastPicture(input: Medium): string {
  const caps = input === 'jpeg' ? `image/jpeg,${perSecond}` : `${ACCESS_UNITS},${perSecond}`;
  return chain(
    element('appsrc', { name: PLACEHOLDER.input, 'is-live': true, format: 'time', caps }),
    input === 'jpeg' ? element('jpegdec', { 'max-errors': -1 }) : 'decodebin',
    'videoconvert',
    element('videobalance', { brightness: -0.25, saturation: 0.3 }),
  );
}

function darkSurface({ width, height }: { readonly width: number; readonly height: number }): string {
  return chain(
    element('videotestsrc', { 'is-live': true, pattern: 'solid-color', 'foreground-color': 0xff1b2026 }),
    element('capsfilter', { caps: `video/x-raw,format=I420,width=${width},height=${height},${perSecond}` }),
  );
}
