import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera } from '../support/http-camera.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { type Family, parsePrometheus } from '../support/prometheus.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

async function scrape(server: Server): Promise<ReadonlyMap<string, Family>> {
  const response = await fetch(`${server.url}/metrics`);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return parsePrometheus(await response.text());
}

/** What must never go down, by series. */
function countersOf(families: ReadonlyMap<string, Family>): Map<string, number> {
  const counting = [...families.values()].filter(({ type }) => type === 'counter' || type === 'histogram');
  return new Map(counting.flatMap(({ samples }) => samples.map(({ series, value }) => [series, value] as const)));
}

function sampleOf(families: ReadonlyMap<string, Family>, family: string, labels: Readonly<Record<string, string>>) {
  const samples = families.get(family)?.samples ?? [];
  return samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value;
}

async function watch(server: Server, path: string): Promise<MjpegClient> {
  return stopAfterTest(await MjpegClient.open(server.url, path));
}

describe('/metrics', () => {
  test('is valid, and no counter of it falls while cameras and tiers come and go', async () => {
    const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 20 }));
    const front = (tiers: string) => `front: { source: "${camera.url}", tiers: { ${tiers} } }`;
    const yard = 'yard: { source: "test:", tiers: { high: { width: 160, height: 90 } } }';
    const configOf = (...cameras: string[]) => `cameras: { ${cameras.join(', ')} }`;
    const both = configOf(front('high: { width: 320 }, low: { width: 160 }'), yard);
    const configs = [configOf(yard), both, configOf(front('low: { width: 160 }'), yard), both];
    const server = stopAfterTest(await Server.start({ config: both }));
    const highest = new Map<string, number>();
    const look = async () => {
      const families = await scrape(server);
      for (const [series, value] of countersOf(families)) {
        expect(value, series).toBeGreaterThanOrEqual(highest.get(series) ?? 0);
        highest.set(series, value);
      }
      return families;
    };
    for (const [times, config] of configs.entries()) {
      for (const path of ['/cameras/yard/stream?tier=high', '/cameras/front/stream?tier=low', '/stream?fps=5']) {
        if ((await fetch(server.url + path, { method: 'HEAD' })).ok) await (await watch(server, path)).parts(5);
      }
      await look();
      server.configure(config);
      await until('it is applied', async () => {
        await look();
        return server.logs.split('configuration applied').length > times + 1;
      });
    }
    const series = [...highest.keys()].filter((name) => name.includes('camera="front",tier="low"'));
    expect(series.length).toBeGreaterThan(20);
  });

  test('tells of each tier how long its encoder took, and how old frames were', async () => {
    const config = 'cameras: { front: { source: "test:", tiers: { high: { width: 640, height: 360 }, low: {} } } }';
    const server = stopAfterTest(await Server.start({ config }));
    const client = await watch(server, '/stream?tier=high');
    const high = { camera: 'front', tier: 'high', medium: 'jpeg' };
    const families = await until('some frames that were encoded', async () => {
      await client.part();
      const found = await scrape(server);
      return (sampleOf(found, 'lenscast_encoded_frames_total', high) ?? 0) > 10 && found;
    });
    const seconds = sampleOf(families, 'lenscast_encode_seconds_total', high) ?? 0;
    const frames = sampleOf(families, 'lenscast_encoded_frames_total', high) ?? 0;
    expect(seconds / frames).toBeGreaterThan(0.0001);
    const ages = families.get('lenscast_frame_age_seconds')?.samples ?? [];
    const of = (name: string) => ages.find((sample) => sample.name === name && sample.labels.tier === 'high')?.value;
    expect(of('lenscast_frame_age_seconds_count')).toBeGreaterThan(0);
    expect(of('lenscast_frame_age_seconds_sum')).toBeGreaterThan(0);
    expect(sampleOf(families, 'lenscast_encoded_frames_total', { camera: 'front', tier: 'low' })).toBe(0);
    expect(sampleOf(families, 'lenscast_viewers', { ...high, transport: 'mjpeg' })).toBe(1);
    expect(sampleOf(families, 'lenscast_frames_dropped_total', { ...high, reason: 'late' })).toBeGreaterThanOrEqual(0);
  });
});
