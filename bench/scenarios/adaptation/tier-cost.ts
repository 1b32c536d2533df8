import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_TIERS } from '../../../src/config/schema.js';
import { planPipeline } from '../../../src/pipeline/plan.js';
import {
  oneV4l2Camera,
  renderV4l2Pictures,
  type V4l2Camera,
  type V4l2Cameras,
} from '../../../test/support/v4l2-camera.js';
import { Child, waitFor } from '../../support/children.js';
import { type Measurement, measureStreams } from '../../support/measure.js';
import { ProcessMeter } from '../../support/process-use.js';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { type RunningServer, SERVER_CPU, startBare, startLenscast } from '../../support/servers.js';
import { median } from '../../support/statistics.js';

const size = '1920x1080';
const fps = 30;
const viewersOf = { high: 34, medium: 33, low: 33 } as const;
const tierNames = Object.keys(viewersOf) as (keyof typeof viewersOf)[];
const allViewers = 100;

interface Round {
  readonly spread: number;
  readonly encoders: number;
  readonly sending: number;
  readonly passthrough: number;
}

/** A hundred viewers over three tiers, against the same encoders without a server and the sending alone. */
export const tierCost: Scenario = {
  name: 'adaptation-cost',
  page: 'adaptation',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps] });
    const seconds = quick ? 3 : 8;
    const rounds: Round[] = [];
    const samples: unknown[] = [];
    try {
      for (let i = 0; i < (quick ? 1 : 4); i++) {
        const lenscast = await startLenscast({ cameras });
        const spread = await measureSpread(lenscast, camera, seconds);
        const files = await keepPictures(lenscast, folder);
        const passthrough = await watch(
          [lenscast],
          [`${lenscast.url}/stream?tier=source`],
          [allViewers],
          camera,
          seconds,
        );
        await lenscast.stop();
        const encoders = await measureEncoders(cameras, camera, seconds);
        const sending = await measureSending(files, camera, seconds);
        const of = ({ use }: Measurement) => use.cpuPercent;
        const round = { spread: of(spread), encoders, sending: of(sending), passthrough: of(passthrough) };
        progress(JSON.stringify(round));
        rounds.push(round);
        samples.push({ ...round, spread, passthrough, sending });
      }
      return resultOf(rounds, samples);
    } finally {
      cameras.dispose();
    }
  },
};

function measureSpread(lenscast: RunningServer, camera: V4l2Camera, seconds: number): Promise<Measurement> {
  const streams = tierNames.map((tier) => `${lenscast.url}/stream?tier=${tier}`);
  return watch(
    [lenscast],
    streams,
    tierNames.map((tier) => viewersOf[tier]),
    camera,
    seconds,
  );
}

async function watch(
  servers: readonly RunningServer[],
  streams: readonly string[],
  counts: readonly number[],
  camera: V4l2Camera,
  seconds: number,
): Promise<Measurement> {
  const load = { warmupSeconds: 3, seconds };
  return measureStreams({ pids: servers.map(({ pid }) => pid), streams, counts, cameras: [camera], load });
}

async function keepPictures({ url }: RunningServer, folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const tier of tierNames) {
    const picture = await fetch(`${url}/snapshot?tier=${tier}`).then((response) => response.arrayBuffer());
    const file = join(folder, `${tier}.jpg`);
    writeFileSync(file, Buffer.from(picture));
    files.set(tier, file);
  }
  return files;
}

/** Nothing but `send()` of such pictures, as often, to as many. */
async function measureSending(files: ReadonlyMap<string, string>, camera: V4l2Camera, seconds: number) {
  const servers = await Promise.all(
    tierNames.map((tier) => startBare(files.get(tier) ?? '', Math.min(fps, DEFAULT_TIERS[tier].fps))),
  );
  const streams = servers.map(({ url, streamPath }) => url + streamPath);
  const measurement = await watch(
    servers,
    streams,
    tierNames.map((tier) => viewersOf[tier]),
    camera,
    seconds,
  );
  await Promise.all(servers.map((server) => server.stop()));
  return measurement;
}

/** The pipeline that Lenscast would run, by gst-launch: valves open, frames thrown away. */
async function measureEncoders(cameras: V4l2Cameras, camera: V4l2Camera, seconds: number): Promise<number> {
  const mode = { format: 'JPEG', width: 1920, height: 1080, fps: { numerator: fps, denominator: 1 } } as const;
  const { description } = planPipeline(
    { kind: 'v4l2', device: '/dev/video0', mode },
    new Map(Object.entries(DEFAULT_TIERS).map(([name, tier]) => [name, { ...tier, bitrateBps: tier.bitrate }])),
    { h264: null },
  );
  const child = new Child('gst-launch-1.0', ['-q', ...wordsOf(asLaunched(description))], {
    cpu: SERVER_CPU,
    env: cameras.env,
  });
  const before = camera.counters().captured;
  await waitFor('the pipeline to run', 15_000, async () => {
    if (!child.running) throw new Error(`gst-launch ended:\n${child.output}`);
    return camera.counters().captured > before + 2 * fps ? true : undefined;
  });
  const meter = new ProcessMeter(child.pid);
  meter.begin();
  const [beganNs, beganMs] = [camera.counters().captureCpuNs, performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const { cpuPercent } = meter.end();
  const cameraPercent = (camera.counters().captureCpuNs - beganNs) / (1e4 * (performance.now() - beganMs));
  await child.stop();
  return cpuPercent - cameraPercent;
}

/** Without the elements that are the addon's own; what they do is done by what GStreamer has. */
function asLaunched(description: string): string {
  return description
    .replaceAll('drop=true ! ', 'drop=false ! ')
    .replace(/lenscast(stillgate|jfifcolors|videocolors)[^!]*! /g, '')
    .replaceAll('lenscastscale', 'videoscale')
    .replace(/lenscastratelimit name=\S+ max-rate=(\d+)/g, 'videorate drop-only=true skip-to-first=true max-rate=$1')
    .replace(/lenscastratelimit[^!]*! /g, '');
}

/** As a shell would take them apart. */
function wordsOf(description: string): string[] {
  return (description.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

function resultOf(rounds: readonly Round[], samples: readonly unknown[]): ScenarioResult {
  const of = (read: (round: Round) => number) => median(rounds.map(read));
  const spread = of((round) => round.spread);
  const encoders = of((round) => round.encoders);
  const sending = of((round) => round.sending);
  const passthrough = of((round) => round.passthrough);
  const ratio = (send: (round: Round) => number) => of((round) => round.spread / (round.encoders + send(round)));
  const row = (what: string, percent: number) => [what, percent.toFixed(1)];
  return {
    title: `${allViewers} viewers over three tiers`,
    notes: [
      `1080p30 MJPEG camera, decoded once; ${tierNames.map((tier) => `${viewersOf[tier]} on ${tier}`).join(', ')}. The encoders alone are gst-launch with the pipeline that Lenscast makes, its valves open.`,
      `Medians of ${rounds.length} rounds, each of all four; ratios are those within a round.`,
    ],
    tables: [
      {
        title: '',
        columns: ['what', 'CPU, % of a core'],
        rows: [
          row('Lenscast, 100 viewers over three tiers', spread),
          row('gst-launch with three encoders', encoders),
          row('Lenscast, 100 viewers of the camera’s own pictures', passthrough),
          row('nothing but send() of the tiers’ pictures to as many', sending),
        ],
      },
    ],
    targets: [
      {
        what: 'cost of three encoders and the sending of 100 passthrough viewers',
        measured: ratio((round) => round.passthrough),
        limit: 1.1,
        unit: 'times',
      },
      {
        what: 'cost of three encoders and a bare send() of the same',
        measured: ratio((round) => round.sending),
        limit: 1.1,
        unit: 'times',
      },
    ],
    samples,
  };
}
