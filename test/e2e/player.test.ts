import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { PageOptions, TestBrowser, TestPage } from '../support/browsers/browser.js';
import { startTestChromium } from '../support/browsers/chromium-browser.js';
import { startTestFirefox } from '../support/browsers/firefox-browser.js';
import { timecodeIn } from '../support/browsers/page-timecode.js';
import { keepConnections, receivedVideo } from '../support/browsers/page-webrtc.js';
import { stopAfterTest } from '../support/cleanup.js';
import { NetworkNamespace } from '../support/network-namespace.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

const size = '1280x720';
const fps = 30;
const withoutWebRtc = 'delete window.RTCPeerConnection;';
const withoutWebSocket = 'delete window.WebSocket;';

// Firefox finds no way between loopback and itself: to it the server is another machine.
const browsers = [
  { name: 'Chromium', start: startTestChromium, isElsewhere: false },
  { name: 'Firefox', start: startTestFirefox, isElsewhere: true },
] as const;
const canBeElsewhere = NetworkNamespace.isPossible;

interface Place {
  readonly isElsewhere?: boolean;
}

/** A camera with a time code in its pictures, and the server that shows it. */
async function startCamera({ isElsewhere = false }: Place = {}) {
  renderV4l2Pictures('MJPG', size);
  const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  const namespace = isElsewhere ? { namespace: new NetworkNamespace() } : {};
  onTestFinished(() => namespace.namespace?.dispose());
  const sources = [`v4l2:${camera.device}`];
  const server = stopAfterTest(await Server.start({ sources, env: cameras.env, ...namespace }));
  return { camera, server };
}

async function play(browser: TestBrowser, server: Server, options: PageOptions = {}): Promise<TestPage> {
  const page = await browser.open(`${server.url}/cameras/cam1/`, { before: keepConnections, ...options });
  onTestFinished(() => page.close());
  return page;
}

function facts(page: TestPage): Promise<Record<string, string>> {
  return page.evaluate<Record<string, string>>('({ ...document.body.dataset })');
}

function words(page: TestPage): Promise<string> {
  return page.evaluate<string>('document.body.innerText');
}

/** Waits long: a browser that had no CPU for a while looks like a slow link, and gets the best tier after a probe again. */
async function untilItSays(page: TestPage, facts: RegExp): Promise<void> {
  await until('what it shows', async () => facts.test(await words(page)), 45_000);
}

async function playsBy(page: TestPage, way: string, timeoutMs = 30_000): Promise<void> {
  const plays = async () => (await facts(page)).way === way;
  await until(`a picture by ${way}`, plays, timeoutMs).catch(async (error: Error) => {
    throw new Error(`${error.message}; the page says: ${await words(page)}`);
  });
}

/** Time codes read one after the other from what is shown: they rise. */
async function expectMoving(page: TestPage, pictures = 8): Promise<void> {
  const sequences: number[] = [];
  await until(`${pictures} pictures`, async () => {
    const code = await timecodeIn(page, '#stage .shown');
    if (code && code.sequence !== sequences.at(-1)) sequences.push(code.sequence);
    return sequences.length >= pictures;
  });
  expect(sequences, 'their order').toEqual(sequences.toSorted((a, b) => a - b));
}

interface Viewer {
  readonly id: string;
  readonly transport: string;
  readonly tier: string;
  readonly mode: string;
  /** Pictures sent. */
  readonly delivered: number;
}

/** A picture's white is brighter, but for the last one, which is darkened to stand in for a camera that gives none. */
const cameraWhite = 200;

/** Null where no time code can be read. */
async function whiteIn(page: TestPage): Promise<number | null> {
  return (await timecodeIn(page, '#stage .shown'))?.white ?? null;
}

async function viewersOf(server: Server): Promise<readonly Viewer[]> {
  return (await server.json<{ viewers: readonly Viewer[] }>('/api/viewers')).viewers;
}

/** For a time there can be more than one: a way that is slow to show a picture gets company from the next one. */
async function transportsOf(server: Server): Promise<readonly string[]> {
  return (await viewersOf(server)).map(({ transport }) => transport);
}

describe.each(browsers)('the player in $name', ({ start, isElsewhere }) => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await start();
  });
  afterAll(() => browser.close());

  describe.skipIf(isElsewhere && !canBeElsewhere)('by WebRTC', () => {
    test('shows every picture of the camera, and says what it shows', async () => {
      const { server } = await startCamera({ isElsewhere });
      const page = await play(browser, server);
      await playsBy(page, 'webrtc');
      await expectMoving(page);

      // On a busy machine the encoder leaves pictures out; what is sent must be seen.
      const sent = async () => (await viewersOf(server))[0]?.delivered ?? 0;
      const seen = async () => (await receivedVideo(page)).framesDecoded;
      await until(
        'what is sent to be seen',
        async () => {
          const [seenBefore, sentBefore] = [await seen(), await sent()];
          await until('100 pictures more', async () => (await sent()) >= sentBefore + 100, 30_000);
          const ratio = ((await seen()) - seenBefore) / ((await sent()) - sentBefore);
          return ratio > 0.8 && ratio < 1.2;
        },
        40_000,
      );
      await untilItSays(page, /WebRTC[\s\S]*high \(auto\)[\s\S]*1280×720[\s\S]*\d fps[\s\S]*\d ms/);
      expect(page.faults).toEqual([]);
    });

    test('goes to the tier that is chosen, and to another way for one that is no video', async () => {
      const { server } = await startCamera({ isElsewhere });
      const page = await play(browser, server);
      await playsBy(page, 'webrtc');

      await page.select('#choice', 'low');
      await until('the smaller picture', async () => (await timecodeIn(page, '#stage .shown'))?.width === 640);
      // The picture may have been so small before, by itself.
      const choice = async () => (await viewersOf(server)).find(({ mode }) => mode === 'fixed');
      const { transport, tier } = await until('its choice', choice);
      expect([transport, tier]).toEqual(['webrtc', 'low']);
      expect(await page.evaluate('connections.length'), 'connections').toBe(1);

      await page.select('#choice', 'source');
      await playsBy(page, 'websocket');
      await until('its tier', async () => (await facts(page)).tier === 'source');
      await page.select('#choice', 'auto');
      await playsBy(page, 'webrtc');
      await expectMoving(page);
    });

    test('shows that the camera is lost, and its picture again, all on one connection', async () => {
      const { server, camera } = await startCamera({ isElsewhere });
      const page = await play(browser, server);
      await playsBy(page, 'webrtc');
      await expectMoving(page);

      camera.unplug();
      await until('the words', async () => (await facts(page)).state === 'recovering');
      expect(await words(page)).toContain('lost, trying again');
      await until('what stands in', async () => ((await whiteIn(page)) ?? 255) < cameraWhite);
      const { framesDecoded } = await receivedVideo(page);
      await until('pictures of it', async () => (await receivedVideo(page)).framesDecoded > framesDecoded);
      camera.plug();
      await until('the camera again', async () => ((await whiteIn(page)) ?? 0) >= cameraWhite, 30_000);
      await expectMoving(page);
      expect(await page.evaluate('connections.length'), 'connections').toBe(1);
      expect((await facts(page)).way).toBe('webrtc');
    });

    test('leaves nothing behind when the page is closed', async () => {
      const { server } = await startCamera({ isElsewhere });
      const page = await play(browser, server);
      await playsBy(page, 'webrtc');
      await until('its only viewer', async () => (await transportsOf(server)).join() === 'webrtc');
      await page.close();
      // Sooner than the server gives up one that is silent.
      await until('nobody watches', async () => (await viewersOf(server)).length === 0, 10_000);
    });
  });

  test('plays JPEGs over a WebSocket where there is no WebRTC', async () => {
    const { server } = await startCamera();
    const page = await play(browser, server, { before: withoutWebRtc });
    await playsBy(page, 'websocket');
    await expectMoving(page);
    await until('its only viewer', async () => (await transportsOf(server)).join() === 'websocket');
    await untilItSays(page, /WebSocket[\s\S]*(source|high) \(auto\)[\s\S]*1280×720[\s\S]*\d fps[\s\S]*\d ms/);
    expect(page.faults).toEqual([]);
  });

  test('plays MJPEG where there is no WebSocket either, and knows its viewer', async () => {
    const { server } = await startCamera();
    const page = await play(browser, server, { before: withoutWebRtc + withoutWebSocket });
    await playsBy(page, 'mjpeg');
    await expectMoving(page);
    await until('its tier', async () => (await facts(page)).tier !== '');
    await page.select('#choice', 'low');
    await until('the smaller picture', async () => (await timecodeIn(page, '#stage .shown'))?.width === 640);
    expect((await viewersOf(server)).map(({ transport, tier }) => [transport, tier])).toEqual([['mjpeg', 'low']]);
    expect(page.faults).toEqual([]);
  });

  test('gives the camera free while nobody looks at the page for long', async () => {
    const { server } = await startCamera();
    // Half a minute passes in a moment, and the test says whether the page is seen.
    const before = `
      const wait = window.setTimeout;
      window.setTimeout = (call, ms, ...rest) => wait(call, ms === 30000 ? 300 : ms, ...rest);
      Object.defineProperty(document, 'hidden', { get: () => window.isHidden === true });
      window.hide = (isHidden) => {
        window.isHidden = isHidden;
        document.dispatchEvent(new Event('visibilitychange'));
      };`;
    const page = await play(browser, server, { before: withoutWebRtc + before });
    await playsBy(page, 'websocket');
    await page.evaluate('hide(true)');
    await until('nobody watches', async () => (await viewersOf(server)).length === 0);
    await page.evaluate('hide(false)');
    await playsBy(page, 'websocket');
    await expectMoving(page);
  });

  test('rests while it is paused', async () => {
    const { server } = await startCamera();
    const page = await play(browser, server, { before: withoutWebRtc });
    await playsBy(page, 'websocket');
    await page.click('#pause');
    await until('nobody watches', async () => (await viewersOf(server)).length === 0);
    expect(await page.evaluate('document.querySelector("#notice").innerText')).toBe('Paused');
    await page.click('#pause');
    await playsBy(page, 'websocket');
    await expectMoving(page);
  });
});

describe('the player where WebRTC fails', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startTestChromium();
  });
  afterAll(() => browser.close());

  /** No packet finds its way until the page is told to let them. */
  const blocked = `
    window.isBlocked = true;
    const take = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {
      const sdp = window.isBlocked ? description.sdp.replace(/^a=candidate:.*\\r\\n/gm, '') : description.sdp;
      return take.call(this, { type: description.type, sdp });
    };`;

  /** `hadCompany` once the WebSocket's picture is there beside that of WebRTC, which began before. */
  const noteCompany = `
    new MutationObserver(() => {
      if (document.querySelector('#stage video ~ canvas')) window.hadCompany = true;
    }).observe(document, { childList: true, subtree: true });`;

  test('shows another way meanwhile, and WebRTC once it works', async () => {
    const { server } = await startCamera();
    const page = await play(browser, server, { before: blocked + noteCompany });
    await playsBy(page, 'websocket');
    expect(await page.evaluate('window.hadCompany'), 'WebRTC was still tried').toBe(true);
    await expectMoving(page);
    await page.evaluate('void (window.isBlocked = false)');
    await playsBy(page, 'webrtc', 60_000);
    await until('one viewer', async () => (await transportsOf(server)).join() === 'webrtc');
    await expectMoving(page);
  });

  test('begins anew when the server has ended its session', async () => {
    const { server } = await startCamera();
    const page = await play(browser, server);
    await playsBy(page, 'webrtc');
    const [viewer] = await viewersOf(server);
    const answer = await fetch(`${server.url}/api/viewers/${viewer?.id}`, { method: 'DELETE' });
    expect(answer.status).toBe(204);
    await until('another viewer', async () => {
      const [next] = await viewersOf(server);
      return next !== undefined && next.id !== viewer?.id;
    });
    await playsBy(page, 'webrtc');
    await expectMoving(page);
  });
});
