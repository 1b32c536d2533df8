import type { Timecode } from '../timecode.js';
import type { TestPage } from './browser.js';

/**
 * For a page: `timecodeOf(element)` gives what `timecode.h` drew into the picture that a `<video>`, `<canvas>` or `<img>`
 * shows now, as `ShownTimecode`; null where it shows none that is intact.
 */
export const timecodeReader = `
const timecodeOf = (() => {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const crc8 = (bytes) => bytes.reduce((sum, byte) => {
    let crc = sum ^ byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1) & 0xff;
    return crc;
  }, 0);
  return (element) => {
    const width = element.videoWidth || element.naturalWidth || element.width;
    const height = element.videoHeight || element.naturalHeight || element.height;
    const strip = Math.ceil((3 * width) / 40);
    if (!width || strip > height) return null;
    if (canvas.width !== width || canvas.height !== strip) Object.assign(canvas, { width, height: strip });
    context.drawImage(element, 0, 0, width, strip, 0, 0, width, strip);
    const { data } = context.getImageData(0, 0, width, strip);
    const bytes = new Uint8Array(12);
    let white = 0;
    for (let row = 0; row < 3; row++) {
      const y = Math.floor(((2 * row + 1) * width) / 80);
      for (let bit = 0; bit < 32; bit++) {
        const at = 4 * (y * width + Math.floor(((2 * bit + 1) * width) / 80));
        const luma = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
        white = Math.max(white, luma);
        if (luma > 125) bytes[4 * row + (bit >> 3)] |= 0x80 >> (bit % 8);
      }
    }
    if (crc8(bytes.subarray(0, 11)) !== bytes[11]) return null;
    const view = new DataView(bytes.buffer);
    return { captureUs: Number(view.getBigUint64(0)), sequence: view.getUint32(8) >>> 8, white, width, height };
  };
})();`;

export interface ShownTimecode extends Timecode {
  /** How bright its white is, 0 to 255: what stands in for a lost camera is the last picture, darker. */
  readonly white: number;
  /** Pixels, of the picture itself. */
  readonly width: number;
  readonly height: number;
}

/** What the first element that `selector` finds shows at this moment; null where that is no intact time code. */
export function timecodeIn(page: TestPage, selector: string): Promise<ShownTimecode | null> {
  // Firefox draws the same picture of an <img> for seconds, but a bitmap of it is of now.
  const read = `
    const element = document.querySelector(${JSON.stringify(selector)});
    const isImage = element instanceof HTMLImageElement && element.naturalWidth > 0;
    return element && timecodeOf(isImage ? await createImageBitmap(element) : element);`;
  return page.evaluate<ShownTimecode | null>(`(async () => { ${timecodeReader} ${read} })()`);
}
