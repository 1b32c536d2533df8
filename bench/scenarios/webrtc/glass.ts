import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestBrowser } from '../../../test/support/browsers/browser.js';
import { startTestChromium } from '../../../test/support/browsers/chromium-browser.js';
import { until } from '../../../test/support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../../../test/support/v4l2-camera.js';
import { type Glass, type GlassSample, watchGlass } from '../../support/glass.js';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { startLenscast } from '../../support/servers.js';
import { percentile } from '../../support/statistics.js';

const size = '1280x720';
const fps = 30;
const bitrateBps = 2_500_000;
const formats = ['MJPG', 'YUYV'] as const;

interface Sample {
  readonly format: (typeof formats)[number];
  readonly seconds: number;
  readonly glass: Glass;
  /** Runnable threads on the machine, of whatever programs; over the last minute. */
  readonly load: number;
}

/** From a camera's exposure to what a browser shows, by WebRTC. */
export const webRtcGlass: Scenario = {
  name: 'webrtc-glass',
  page: 'webrtc',
  async run(context: Context): Promise<ScenarioResult> {
    const browser = await startTestChromium();
    try {
      const samples: Sample[] = [];
      for (const format of formats) samples.push(await measureOne(browser, format, context));
      return resultOf(samples);
    } finally {
      await browser.close();
    }
  },
};

async function measureOne(
  browser: TestBrowser,
  format: Sample['format'],
  { folder, quick, progress }: Context,
): Promise<Sample> {
  renderV4l2Pictures(format, size);
  const { cameras } = oneV4l2Camera({ sizes: [size], rates: [fps], formats: [format] });
  const configFile = join(folder, 'glass.yaml');
  const tier = `{ width: 1280, height: 720, fps: ${fps}, bitrate: ${bitrateBps} }`;
  writeFileSync(configFile, `cameras: { cam1: { source: "v4l2:/dev/video0", tiers: { hd: ${tier} } } }\n`);
  try {
    const server = await startLenscast({ cameras, configFile, tier: 'hd' });
    const page = await browser.open(`${server.url}/cameras/cam1/`, { width: 1280, height: 840 });
    const plays = () => page.evaluate<boolean>('document.body.dataset.way === "webrtc"');
    await until('a picture by WebRTC', plays, 30_000);
    // What a start needs to settle is not measured.
    await delay(3000);
    const seconds = quick ? 5 : 60;
    const glass = await watchGlass(page, () => delay(1000 * seconds));
    await page.close();
    await server.stop();
    const [load = Number.NaN] = loadavg();
    progress(`${format}: ${agesIn(glass.samples, toDisplay)} ms to the glass, load ${load.toFixed(1)}`);
    return { format, seconds, glass, load };
  } finally {
    cameras.dispose();
  }
}

const toDisplay = ({ capturedMs, displayedMs }: GlassSample) => displayedMs - capturedMs;
const toReceipt = ({ capturedMs, receivedMs }: GlassSample) => receivedMs - capturedMs;
const receiptToDisplay = ({ receivedMs, displayedMs }: GlassSample) => displayedMs - receivedMs;

function agesIn(samples: readonly GlassSample[], read: (sample: GlassSample) => number): string {
  const ages = samples.map(read);
  return [0.5, 0.95, 0.99].map((fraction) => percentile(ages, fraction).toFixed(0)).join(' / ');
}

function resultOf(samples: readonly Sample[]): ScenarioResult {
  const error = Math.max(...samples.map(({ glass }) => glass.clockErrorMs));
  const load = Math.max(...samples.map((sample) => sample.load));
  const p95 = samples.map(({ glass }) => percentile(glass.samples.map(toDisplay), 0.95));
  return {
    title: 'Camera to glass by WebRTC, in Chromium',
    notes: [
      `An emulated V4L2 camera of ${size} at ${fps} fps draws the time into each picture; the tier has ${bitrateBps / 1e6} Mb/s.`,
      'Headless Chromium without a graphics card shows the player’s page, reads the time back, and tells when it expects the picture to be visible (requestVideoFrameCallback).',
      `The two clocks are compared to ±${error.toFixed(1)} ms. The load average was ${load.toFixed(1)} on two cores.`,
    ],
    tables: [
      {
        title: '',
        columns: [
          'camera',
          'pictures a second',
          'capture to glass p50 / p95 / p99, ms',
          'until the last packet came',
          'from there on, in the browser',
        ],
        rows: samples.map(({ format, seconds, glass }) => [
          format,
          ((glass.samples.length + glass.unseen) / seconds).toFixed(1),
          agesIn(glass.samples, toDisplay),
          agesIn(glass.samples, toReceipt),
          agesIn(glass.samples, receiptToDisplay),
        ]),
      },
    ],
    targets: [{ what: 'WebRTC camera to glass in Chromium, p95', measured: Math.max(...p95), limit: 100, unit: 'ms' }],
    samples: samples.map(stored),
  };
}

const kept = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] as const;

/** Single pictures say no more than how their ages are spread. */
function stored({ glass: { samples, unseen, clockErrorMs }, ...rest }: Sample) {
  const spread = (read: (sample: GlassSample) => number) => {
    const ages = samples.map(read);
    return Object.fromEntries(kept.map((fraction) => [`p${100 * fraction}`, percentile(ages, fraction)]));
  };
  const [toDisplayMs, toReceiptMs] = [spread(toDisplay), spread(toReceipt)];
  return { ...rest, pictures: samples.length, unseen, clockErrorMs, toDisplayMs, toReceiptMs };
}
