import { chain, element } from './syntax.js';
import { frameSink, sizeCaps, type TierSettings } from './tier.js';

/** The names of the placeholder's elements. */
export const PLACEHOLDER = { input: 'input', words: 'words', sink: 'picture' } as const;

const blank = { width: 1280, height: 720 };

/**
 * A picture with words on it, one each time one is pushed in: the last one of the camera, dimmed and made smaller to
 * fit `bounds`, or, where there never was one, a dark surface (which comes by itself, once a second).
 */
export function describePlaceholder(
  hasPicture: boolean,
  bounds: Pick<TierSettings, 'width' | 'height'> | undefined,
): string {
  const { width, height } = bounds ?? blank;
  const picture = hasPicture
    ? chain(
        element('appsrc', { name: PLACEHOLDER.input, 'is-live': true, format: 'time', caps: 'image/jpeg' }),
        element('jpegdec', { 'max-errors': -1 }),
        'videoconvert',
        element('videobalance', { brightness: -0.25, saturation: 0.3 }),
      )
    : chain(
        element('videotestsrc', { 'is-live': true, pattern: 'solid-color', 'foreground-color': 0xff1b2026 }),
        element('capsfilter', { caps: `video/x-raw,format=I420,width=${width},height=${height},framerate=1/1` }),
      );
  return chain(
    picture,
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
    element('jpegenc', { quality: 75 }),
    frameSink(PLACEHOLDER.sink),
  );
}
