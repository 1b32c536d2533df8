/** Headless Chromium, as Debian has it. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Picture } from './picture.js';

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

export async function startChromium(furtherArgs: readonly string[] = []): Promise<Browser> {
  const executablePath = programs.find((program) => existsSync(program));
  if (executablePath === undefined) throw new Error(`no Chromium at ${programs.join(' or ')}`);
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath, args: [...args, ...furtherArgs] });
}

/** What the first image that `selector` finds shows at this moment; null before it shows anything. */
export async function pictureIn(page: Page, selector: string): Promise<Picture | null> {
  // A text: the compiler of the tests would put helpers into a function that the page doesn't have.
  const shown = await page.evaluate<{ width: number; height: number; rgb: string } | null>(`(() => {
    const image = document.querySelector(${JSON.stringify(selector)});
    if (!image || !image.naturalWidth) return null;
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let rgb = '';
    for (let at = 0; at < data.length; at += 4) rgb += String.fromCharCode(data[at], data[at + 1], data[at + 2]);
    return { width: canvas.width, height: canvas.height, rgb: btoa(rgb) };
  })()`);
  return shown && { ...shown, rgb: Buffer.from(shown.rgb, 'base64') };
}
