import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2Cameras } from '../../test/support/v4l2-camera.js';
import { type Measurement, measure } from '../support/measure.js';
import {
  type Context,
  disturbance,
  type Figures,
  figureCells,
  figureColumns,
  figuresOf,
  progressLine,
  type Scenario,
  type ScenarioResult,
  type Target,
} from '../support/report.js';
import { type RunningServer, startLenscast, startUstreamer } from '../support/servers.js';

const size = '1920x1080';
const fps = 30;
const peerQuality = 80;

interface Sample {
  readonly server: string;
  readonly viewers: number;
  readonly quality: number;
  readonly measurement: Measurement;
}

/** A camera without JPEG: what encoding costs on top, for frames of the peer's size. */
export const yuyvEncode: Scenario = {
  name: 'yuyv-encode',
  async run(context: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('YUYV', size);
    const { cameras, camera } = oneV4l2Camera({ formats: ['YUYV'], sizes: [size], rates: [fps] });
    const lenscast = (quality: number) => async () => encodingLenscast(cameras, context.folder, quality);
    const ustreamer = () => startUstreamer({ cameras, format: 'YUYV', size, fps, quality: peerQuality });
    try {
      const quality = await alikeQuality(ustreamer, lenscast);
      context.progress(`quality ${quality} of Lenscast gives frames like ${peerQuality} of µStreamer`);
      const starts = [
        { quality, start: lenscast(quality) },
        { quality: peerQuality, start: ustreamer },
      ];
      const samples: Sample[] = [];
      for (const viewers of [1, 100]) {
        for (let i = 0; i < (context.quick ? 1 : 3); i++) {
          for (const { quality: used, start } of starts) {
            const server = await start();
            const load = {
              viewers,
              mssBytes: 1448,
              decodeTimecode: true,
              decodeSample: 1,
              warmupSeconds: 1.5,
              seconds: context.quick ? 2 : 5,
            };
            const measurement = await measure({ servers: [server], cameras: [camera], load });
            await server.stop();
            context.progress(progressLine(`${server.name}, ${viewers} viewers`, measurement));
            samples.push({ server: server.name, viewers, quality: used, measurement });
          }
        }
      }
      return resultOf(samples);
    } finally {
      cameras.dispose();
    }
  },
};

async function encodingLenscast(cameras: V4l2Cameras, folder: string, quality: number): Promise<RunningServer> {
  const configFile = join(folder, `quality-${quality}.yaml`);
  const tier = `{ width: 1920, height: 1080, fps: ${fps}, quality: ${quality} }`;
  writeFileSync(configFile, `cameras:\n  front:\n    source: v4l2:/dev/video0\n    tiers:\n      high: ${tier}\n`);
  return startLenscast({ cameras, configFile, tier: 'high' });
}

/** The quality at which Lenscast's frames are as large as the peer's, found by halving. */
async function alikeQuality(
  peer: () => Promise<RunningServer>,
  lenscast: (quality: number) => () => Promise<RunningServer>,
): Promise<number> {
  const wanted = await frameBytes(await peer());
  let low = 40;
  let high = 95;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await frameBytes(await lenscast(middle)())) > wanted) high = middle - 1;
    else low = middle;
  }
  return low;
}

async function frameBytes(server: RunningServer): Promise<number> {
  const tier = new URL(server.url + server.streamPath).search;
  const response = await fetch(`${server.url}/snapshot${tier}`);
  const { byteLength } = await response.arrayBuffer();
  await server.stop();
  return byteLength;
}

function resultOf(samples: readonly Sample[]): ScenarioResult {
  const counts = [...new Set(samples.map(({ viewers }) => viewers))];
  const figures = (server: string, viewers: number) =>
    figuresOf(
      samples.filter((one) => one.server === server && one.viewers === viewers).map(({ measurement }) => measurement),
    );
  const quality = (server: string) => samples.find((one) => one.server === server)?.quality ?? Number.NaN;
  const row = (server: string, viewers: number) => {
    const median = figures(server, viewers);
    const bytes = `${(median.bytesPerFrame / 1000).toFixed(0)} (${quality(server)})`;
    return [String(viewers), server, bytes, ...figureCells(median)];
  };
  return {
    title: '1080p30 YUYV camera, encoded to JPEG',
    notes: [
      'Lenscast’s quality is set so that its frames are as large as those of µStreamer at 80; TCP segments of 1448 bytes.',
      'Latency by the time code in the picture, of one viewer; medians of three interleaved runs.',
      disturbance(samples.map(({ measurement }) => measurement)),
    ],
    tables: [
      {
        title: '',
        columns: ['viewers', 'server', 'kB per frame (quality)', ...figureColumns],
        rows: counts.flatMap((viewers) => ['Lenscast', 'µStreamer'].map((server) => row(server, viewers))),
      },
    ],
    targets: counts.flatMap((viewers) =>
      targetsOf(viewers, figures('Lenscast', viewers), figures('µStreamer', viewers)),
    ),
    samples,
  };
}

function targetsOf(viewers: number, lenscast: Figures, peer: Figures): Target[] {
  return [
    {
      what: `CPU of YUYV to JPEG, ${viewers} viewers, against µStreamer`,
      measured: lenscast.cpuPercent / peer.cpuPercent,
      limit: viewers === 1 ? 0.85 : 0.6,
      unit: '×',
    },
    { what: `latency p95 of YUYV to JPEG, ${viewers} viewers`, measured: lenscast.p95, limit: 10, unit: 'ms' },
  ];
}
