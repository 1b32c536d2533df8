import { expect, onTestFinished, test } from 'vitest';
import type { KeptPicture } from '../../src/camera/kept-pictures.js';
import { Placeholder } from '../../src/camera/placeholder.js';
import { monotonicMs } from '../../src/core/clock.js';
import type { Frame } from '../../src/core/frame.js';
import { loadAddon } from '../../src/native/addon.js';
import type { PlaceholderForm } from '../../src/pipeline/placeholder.js';
import { decodeJpeg } from '../support/decode-jpeg.js';
import { movingJpegs } from '../support/http-camera/jpegs.js';
import { lumaOf, type Picture } from '../support/picture.js';
import { within } from '../support/until.js';

const words = 'Front door\nrecovering: no route to 10.0.0.7\nsince 12:00:00 (7 s)';
const white = 200;

interface Request {
  readonly words?: string;
  readonly picture: KeptPicture | null;
  readonly bounds?: PlaceholderForm['bounds'];
}

/** What a viewer gets. */
async function paint(request: Request): Promise<Picture> {
  const { picture, bounds } = request;
  let seen: (jpeg: Uint8Array) => void = () => {};
  const first = new Promise<Uint8Array>((resolve) => {
    seen = resolve;
  });
  const placeholder = new Placeholder({
    addon: loadAddon(),
    clock: monotonicMs,
    form: { input: picture === null ? null : 'jpeg', bounds, h264: null },
    onFrame: ({ data, isStandIn }: Frame) => {
      expect(isStandIn).toBe(true);
      seen(Uint8Array.from(data));
    },
    onFailure: (error) => {
      throw error;
    },
  });
  onTestFinished(() => placeholder.close());
  placeholder.say(request.words ?? words, picture);
  return decodeJpeg(await within('a placeholder', 10_000, first));
}

async function lastPicture(width: number, height: number): Promise<KeptPicture> {
  const [data] = await movingJpegs(width, height);
  if (data === undefined) throw new Error('no picture');
  return { medium: 'jpeg', data, width, height, captureMs: 0 };
}

/** The rows that hold white letters, and how many separate lines of text they are. */
function textLines(picture: Picture): { readonly lines: number; readonly whitePixels: number } {
  const luma = lumaOf(picture);
  const isText = Array.from({ length: picture.height }, (_, y) => {
    const row = luma.subarray(y * picture.width, (y + 1) * picture.width);
    return row.filter((value) => value > white).length > 2;
  });
  const lines = isText.filter((text, y) => text && isText[y - 1] !== true).length;
  return { lines, whitePixels: luma.filter((value) => value > white).length };
}

function meanLuma(picture: Picture, fromRow: number, toRow: number): number {
  const part = lumaOf(picture).subarray(fromRow * picture.width, toRow * picture.width);
  return part.reduce((sum, value) => sum + value, 0) / part.length;
}

test.each([
  ['as large as the camera’s own', 1280, 720, undefined, [1280, 720]],
  ['made smaller for a tier', 1280, 720, { width: 640, height: 360 }, [640, 360]],
  ['never made larger', 320, 240, { width: 1920, height: 1080 }, [320, 240]],
  ['with its own shape', 640, 480, { width: 640, height: 360 }, [480, 360]],
] as const)('the last picture, %s', async (_, width, height, bounds, size) => {
  const picture = await lastPicture(width, height);
  const shown = await paint({ picture, ...(bounds === undefined ? {} : { bounds }) });
  expect([shown.width, shown.height]).toEqual(size);
});

test('the last picture can still be made out, darker, and the words stand on it in white', async () => {
  const picture = await lastPicture(640, 360);
  const original = await decodeJpeg(picture.data);
  const shown = await paint({ picture });
  const below = [Math.floor(0.8 * shown.height), shown.height] as const;
  expect(meanLuma(shown, ...below)).toBeLessThan(meanLuma(original, ...below) - 20);
  expect(meanLuma(shown, ...below)).toBeGreaterThan(10);
  const without = await paint({ picture, words: '' });
  // Some hundred pixels for each of 60 letters.
  expect(textLines(shown).whitePixels - textLines(without).whitePixels).toBeGreaterThan(1500);
});

test('the words stand on nothing where there never was a picture, each line on its own', async () => {
  const shown = await paint({ picture: null, bounds: { width: 640, height: 360 } });
  expect([shown.width, shown.height]).toEqual([640, 360]);
  expect(textLines(shown).lines).toBeGreaterThanOrEqual(3);
  expect(meanLuma(shown, 0, 60)).toBeLessThan(60);
});

test('what looks like markup is text', async () => {
  const plain = await paint({ picture: null, bounds: { width: 640, height: 360 }, words: 'A < B > C & D </span>' });
  expect(textLines(plain).whitePixels).toBeGreaterThan(500);
});
