import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer-core';
import { isFault, type PageOptions, type TestBrowser, type TestPage } from './browser.js';

const programs = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/**
 * Firefox receives H.264 by a plugin that it downloads, or by the system's decoder where it believes in it: here there
 * is nothing to download from, and no graphics card to believe in.
 */
const systemH264 = {
  'gfx.blacklist.webrtc.hw.acceleration.h264': 1,
  'media.webrtc.hw.h264.enabled': true,
  'media.navigator.mediadatadecoder_h264_enabled': true,
};
const preferences = {
  ...systemH264,
  // A machine without a network has nothing else to be reached at.
  'media.peerconnection.ice.loopback': true,
  'media.gmp-manager.updateEnabled': false,
};

/** Debian's Firefox, headless, by WebDriver BiDi. */
export async function startTestFirefox(): Promise<TestBrowser> {
  const executablePath = programs.find((program) => existsSync(program));
  if (executablePath === undefined) throw new Error(`no Firefox at ${programs.join(' or ')}`);
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: preferences,
  });
  return {
    name: 'Firefox',
    open: (url, options) => open(browser, url, options),
    close: () => browser.close(),
  };
}

async function open(
  browser: Browser,
  url: string,
  { before, width = 1280, height = 900 }: PageOptions = {},
): Promise<TestPage> {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  const faults: string[] = [];
  page.on('pageerror', (error) => void faults.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (isFault(message.text())) faults.push(message.text());
  });
  if (before !== undefined) await page.evaluateOnNewDocument(before);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return {
    evaluate: async <T>(expression: string) => (await page.evaluate(expression)) as T,
    select: async (selector, value) => void (await page.select(selector, value)),
    click: (selector) => page.click(selector),
    screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
    close: async () => {
      if (!page.isClosed()) await page.close();
    },
    faults,
  };
}
