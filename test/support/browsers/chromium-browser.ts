import type { Browser } from 'playwright-core';
import { startChromium } from '../chromium.js';
import { isFault, type PageOptions, type TestBrowser, type TestPage } from './browser.js';

/** Debian's Chromium, headless, by playwright-core. */
export async function startTestChromium(): Promise<TestBrowser> {
  // A machine without a network has nothing else to be reached at.
  const browser = await startChromium(['--allow-loopback-in-peer-connection']);
  return {
    name: 'Chromium',
    open: (url, options) => open(browser, url, options),
    close: () => browser.close(),
  };
}

async function open(
  browser: Browser,
  url: string,
  { before, width = 1280, height = 900 }: PageOptions = {},
): Promise<TestPage> {
  const page = await browser.newPage({ viewport: { width, height } });
  const faults: string[] = [];
  page.on('pageerror', (error) => void faults.push(error.message));
  page.on('console', (message) => {
    if (isFault(message.text())) faults.push(message.text());
  });
  if (before !== undefined) await page.addInitScript({ content: before });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return {
    evaluate: <T>(expression: string) => page.evaluate<T>(expression),
    select: async (selector, value) => void (await page.selectOption(selector, value)),
    click: (selector) => page.click(selector),
    screenshot: async (path) => void (await page.screenshot({ path })),
    close: () => page.close({ runBeforeUnload: false }),
    faults,
  };
}
