/**
 * `npm run soak:browser -- [--minutes 5] [--browsers chromium,firefox]`: whether the player shows a camera by WebRTC for
 * minutes without a freeze. Prints a table; the exit code is 1 where a browser saw one, lost the connection, or showed
 * less than 29 or more than 31 pictures a second.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { TestBrowser } from '../support/browsers/browser.js';
import { startTestChromium } from '../support/browsers/chromium-browser.js';
import { startTestFirefox } from '../support/browsers/firefox-browser.js';
import { timecodeReader } from '../support/browsers/page-timecode.js';
import { keepConnections, type ReceivedVideo, receivedVideo } from '../support/browsers/page-webrtc.js';
import { NetworkNamespace } from '../support/network-namespace.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2Camera } from '../support/v4l2-camera.js';

const size = '1280x720';
const fps = 30;
const starts = { chromium: startTestChromium, firefox: startTestFirefox } as const;

/** What the page saw of the camera's own numbers. */
interface Shown {
  /** Pictures with an intact time code that the page was told of. */
  readonly intact: number;
  readonly broken: number;
  /** Whose number was not above the last one's. */
  readonly backward: number;
  /** The longest time from one picture to the next. */
  readonly longestGapMs: number;
}

interface Outcome {
  readonly browser: string;
  readonly seconds: number;
  readonly captured: number;
  readonly before: ReceivedVideo;
  readonly after: ReceivedVideo;
  readonly shown: Shown;
  readonly connections: number;
}

const watcher = `(() => {
  ${timecodeReader}
  const shown = { intact: 0, broken: 0, backward: 0, longestGapMs: 0 };
  window.shown = shown;
  const video = document.querySelector('#stage video.shown');
  let [lastMs, lastSequence] = [performance.now(), -1];
  const next = (_, { presentationTime }) => {
    shown.longestGapMs = Math.max(shown.longestGapMs, presentationTime - lastMs);
    lastMs = presentationTime;
    const code = timecodeOf(video);
    if (code === null) shown.broken++;
    else {
      shown.intact++;
      if (code.sequence < lastSequence) shown.backward++;
      lastSequence = code.sequence;
    }
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
})()`;

async function watch(browser: TestBrowser, server: Server, camera: V4l2Camera, minutes: number): Promise<Outcome> {
  const page = await browser.open(`${server.url}/cameras/cam1/`, { before: keepConnections });
  const plays = () => page.evaluate<boolean>('document.body.dataset.way === "webrtc"');
  await until('a picture by WebRTC', plays, 60_000);
  await page.evaluate(watcher);
  const read = async () => ({
    video: await receivedVideo(page),
    captured: camera.counters().captured,
    atMs: performance.now(),
  });
  const before = await read();
  await delay(60_000 * minutes);
  const after = await read();
  const shown = await page.evaluate<Shown>('window.shown');
  const connections = await page.evaluate<number>('connections.length');
  await page.close();
  return {
    browser: browser.name,
    seconds: (after.atMs - before.atMs) / 1000,
    captured: after.captured - before.captured,
    before: before.video,
    after: after.video,
    shown,
    connections,
  };
}

const columns = [
  ...['browser', 's', 'pictures a second', 'of the camera', 'freezes', 'frozen, s', 'longest gap, ms'],
  ...['packets lost', 'time codes intact / broken / backward', 'well'],
];

function ratePerSecond({ before, after, seconds }: Outcome): number {
  return (after.framesDecoded - before.framesDecoded) / seconds;
}

function isWell(outcome: Outcome): boolean {
  const { before, after, shown, connections } = outcome;
  const frozen = after.freezeCount - before.freezeCount;
  const isSteady = Math.abs(ratePerSecond(outcome) - fps) <= 1;
  return frozen === 0 && isSteady && connections === 1 && shown.broken === 0 && shown.backward === 0;
}

function row(outcome: Outcome): string {
  const { browser, seconds, captured, before, after, shown } = outcome;
  const cells = [
    browser,
    seconds.toFixed(0),
    ratePerSecond(outcome).toFixed(2),
    (captured / seconds).toFixed(2),
    after.freezeCount - before.freezeCount,
    (after.totalFreezesDuration - before.totalFreezesDuration).toFixed(2),
    shown.longestGapMs.toFixed(0),
    after.packetsLost - before.packetsLost,
    `${shown.intact} / ${shown.broken} / ${shown.backward}`,
    isWell(outcome) ? 'yes' : 'NO',
  ];
  return `| ${cells.join(' | ')} |`;
}

function readOptions() {
  const minutesOption = { type: 'string', default: '5' } as const;
  const browsersOption = { type: 'string', default: Object.keys(starts).join() } as const;
  const { values } = parseArgs({ options: { minutes: minutesOption, browsers: browsersOption } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes is a number above 0');
  const named = values.browsers.split(',');
  const unknown = named.find((name) => !(name in starts));
  if (unknown !== undefined) throw new Error(`--browsers: ${unknown} is none of ${Object.keys(starts).join(', ')}`);
  return { minutes, browsers: Object.entries(starts).filter(([name]) => named.includes(name)) };
}

async function main(): Promise<void> {
  const { minutes, browsers } = readOptions();
  renderV4l2Pictures('MJPG', size);
  const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps], formats: ['MJPG'] });
  // Firefox finds no way between loopback and itself: to it the server is another machine.
  const namespace = new NetworkNamespace();
  const server = await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env, namespace });
  console.log(`| ${columns.join(' | ')} |\n|${columns.map(() => '---|').join('')}`);
  let areWell = true;
  try {
    for (const [, start] of browsers) {
      const browser = await start();
      try {
        const outcome = await watch(browser, server, camera, minutes);
        areWell &&= isWell(outcome);
        console.log(row(outcome));
      } finally {
        await browser.close();
      }
    }
  } finally {
    await server.stop();
    namespace.dispose();
    cameras.dispose();
  }
  process.exitCode = areWell ? 0 : 1;
}

await main();
