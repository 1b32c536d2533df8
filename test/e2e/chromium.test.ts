import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pictureIn, startChromium } from '../support/chromium.js';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera } from '../support/http-camera.js';
import { colorAt, type Picture, timecodeOf } from '../support/picture.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import type { Timecode } from '../support/timecode.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

async function open(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  onTestFinished(() => page.close());
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return page;
}

/** A page of the server's own origin with one image, so that its pixels may be read. */
async function openImage(server: Server, path: string): Promise<Page> {
  const page = await open(`${server.url}/healthz`);
  await page.evaluate(`document.body.innerHTML = '<img src="${path}">'`);
  return page;
}

/** CLOCK_MONOTONIC, as time codes have it. */
function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** What the page's image shows at this moment. */
async function timecodeIn(page: Page): Promise<Timecode | null> {
  const picture = await pictureIn(page, 'img');
  return picture && timecodeOf(picture);
}

/** The sequence numbers of pictures that the browser painted one after the other. */
async function watch(page: Page, pictures: number): Promise<{ sequences: number[]; last: Picture }> {
  const sequences: number[] = [];
  let last: Picture | undefined;
  await until(`${pictures} pictures`, async () => {
    const picture = await pictureIn(page, 'img');
    const code = picture && timecodeOf(picture);
    if (!picture || !code) return false;
    last = picture;
    if (code.sequence !== sequences.at(-1)) sequences.push(code.sequence);
    return sequences.length >= pictures;
  });
  if (last === undefined) throw new Error('no picture');
  return { sequences, last };
}

function expectRising(sequences: readonly number[]): void {
  expect(
    [...sequences].sort((a, b) => a - b),
    'their order',
  ).toEqual(sequences);
}

describe('an <img> in Chromium', () => {
  test('shows a V4L2 camera, passed through', async () => {
    renderV4l2Pictures('MJPG', '640x480');
    const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
    onTestFinished(() => cameras.dispose());
    const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));

    const { sequences, last } = await watch(await openImage(server, '/stream?tier=source'), 8);

    expectRising(sequences);
    expect([last.width, last.height]).toEqual([640, 480]);
  });

  test('shows an RTSP camera, and sees it come back after it was away', async () => {
    const size = { width: 640, height: 368 };
    const camera = await RtspCamera.start(size);
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const page = await openImage(server, '/stream?tier=high');
    const { sequences, last } = await watch(page, 8);
    expectRising(sequences);
    expect([last.width, last.height]).toEqual([640, 368]);

    await camera.kill();
    await server.reach('recovering');
    const backUs = monotonicUs();
    stopAfterTest(await RtspCamera.start({ ...size, port: camera.port }));

    await until('its first pictures', async () => ((await timecodeIn(page))?.captureUs ?? 0) > backUs, 20_000);
    expectRising((await watch(page, 5)).sequences);
  });

  // It paints a part once it has read the headers of the next one.
  test("doesn't wait for the next frame to show one, where advance_headers asks for it", async () => {
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192, fps: 1, gop: 1 }));
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const page = await openImage(server, '/stream?tier=high&advance_headers=1');
    let newest = -1;
    await until(
      'a picture before the next one came',
      async () => {
        const code = await timecodeIn(page);
        if (!code || code.sequence === newest) return false;
        const isFirst = newest < 0;
        newest = code.sequence;
        return !isFirst && monotonicUs() - code.captureUs < 900_000;
      },
      40_000,
    );
  });
});

describe('the page of all cameras', () => {
  test('shows each with a moving picture, its state and its tiers', async () => {
    const http = stopAfterTest(await HttpCamera.start({ width: 640, height: 360 }));
    const config = `cameras:
  door: { name: "Front <door>", source: "test:" }
  printer: { source: "${http.url}" }
  garage: { source: "rtsp://viewer:s3cret@127.0.0.1:1/live" }`;
    const server = stopAfterTest(await Server.start({ config }));
    const faults: string[] = [];
    const page = await open(`${server.url}/`);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Uncaught/.test(message.text())) faults.push(message.text());
    });

    const cards = page.locator('article');
    expect(await cards.count()).toBe(3);
    await until('the states', async () => (await page.locator('[data-state=live]').count()) === 2);
    const texts = await cards.allInnerTexts();
    expect(texts[0]).toContain('Front <door>');
    expect(texts[1]).toContain('source');
    await until('the broken one is told', async () =>
      /refuses the connection/.test((await cards.nth(2).innerText()) ?? ''),
    );
    expect(await page.content()).not.toContain('s3cret');

    for (const id of ['door', 'printer']) {
      const selector = `[data-camera=${id}] img`;
      const seen = new Set<string>();
      await until(`${id} moves`, async () => {
        const picture = await pictureIn(page, selector);
        if (picture) seen.add(Buffer.from(picture.rgb).toString('base64'));
        return seen.size >= 3;
      });
    }
    const bars = await pictureIn(page, '[data-camera=door] img');
    expect(bars && Math.max(...colorAt(bars, 0.3, 0.1))).toBeGreaterThan(150);
    expect(faults).toEqual([]);
    if (process.env.LENSCAST_TEST_SCREENSHOTS) {
      await page.screenshot({ path: `${process.env.LENSCAST_TEST_SCREENSHOTS}/index.png` });
    }
  });

  describe('of many cameras', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const cameras = ids.map(
      (id) => `  ${id}: { source: "test:", tiers: { low: { width: 320, height: 180, fps: 5 } } }`,
    );
    const start = async () => stopAfterTest(await Server.start({ config: `cameras:\n${cameras.join('\n')}` }));
    const expectMoving = async (page: Page) => {
      for (const id of ids) {
        const seen = new Set<string>();
        const look = async () => {
          const picture = await pictureIn(page, `[data-camera=${id}] img`);
          if (picture) seen.add(Buffer.from(picture.rgb).toString('base64'));
          return seen.size >= 2;
        };
        await until(`${id} moves`, look, 25_000);
      }
    };

    test('shows all over one WebSocket', async () => {
      const server = await start();
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      onTestFinished(() => page.close());
      const sockets: string[] = [];
      page.on('websocket', (socket) => void sockets.push(socket.url()));
      await page.goto(`${server.url}/`, { waitUntil: 'domcontentloaded' });
      await expectMoving(page);
      expect(sockets).toEqual([`${server.url.replace('http', 'ws')}/api/events`]);
      const { viewers } = await server.json<{ viewers: { camera: string; transport: string }[] }>('/api/viewers');
      expect(viewers.map(({ camera, transport }) => [camera, transport])).toEqual(ids.map((id) => [id, 'websocket']));
      if (process.env.LENSCAST_TEST_SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.LENSCAST_TEST_SCREENSHOTS}/many.png`, fullPage: true });
      }
    });

    test('turns snapshots over where nothing lets a WebSocket through', async () => {
      const server = await start();
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      await page.addInitScript('window.WebSocket = class { constructor() { setTimeout(() => this.onclose()); } };');
      await page.goto(`${server.url}/`, { waitUntil: 'domcontentloaded' });
      await expectMoving(page);
    });
  });
});
