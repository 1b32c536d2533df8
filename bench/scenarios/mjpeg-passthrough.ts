import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLoad } from '../../test/support/load-client.js';
import {
  oneV4l2Camera,
  renderV4l2Pictures,
  type V4l2Camera,
  type V4l2Cameras,
} from '../../test/support/v4l2-camera.js';
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
import { type RunningServer, startBare, startLenscast, startUstreamer } from '../support/servers.js';

const size = '1920x1080';
const fps = 30;
const ethernetMss = 1448;
const settleSeconds = 12;

/** A cell of the comparison: who serves, to how many, in segments of which size. */
interface Sample {
  readonly server: string;
  readonly viewers: number;
  /** TCP_MAXSEG; undefined for loopback's own 64 kB. */
  readonly mssBytes: number | undefined;
  readonly measurement: Measurement;
}

/** A camera's own JPEGs to many viewers: what the way through the server costs. */
export const mjpegPassthrough: Scenario = {
  name: 'mjpeg-passthrough',
  async run(context: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps] });
    try {
      const file = await jpegFile(cameras, context.folder);
      const starts = [
        () => startLenscast({ cameras }),
        () => startUstreamer({ cameras, format: 'MJPEG', size, fps }),
        () => startBare(file, fps),
      ];
      const samples: Sample[] = [];
      for (const viewers of context.quick ? [1, 100] : [1, 10, 50, 100, 200]) {
        // The figures to reach are for 1 and 100 viewers; the noise of a shared machine is the more in their way.
        const repetitions = context.quick ? 1 : viewers === 1 || viewers === 100 ? 3 : 2;
        for (let i = 0; i < repetitions; i++) {
          for (const start of starts) samples.push(...(await measureServer(start, viewers, camera, context)));
        }
      }
      return resultOf(samples);
    } finally {
      cameras.dispose();
    }
  },
};

async function jpegFile(cameras: V4l2Cameras, folder: string): Promise<string> {
  const server = await startLenscast({ cameras });
  const response = await fetch(`${server.url}/snapshot?tier=source`);
  const file = join(folder, 'picture.jpg');
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  await server.stop();
  return file;
}

async function measureServer(
  start: () => Promise<RunningServer>,
  viewers: number,
  camera: V4l2Camera,
  { quick, progress }: Context,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const server = await start();
  try {
    // A server's start costs more than a viewer: V8 compiles what is used often and collects what is left of it.
    if (viewers === 1 && !quick)
      await runLoad({ url: server.url + server.streamPath, viewers, seconds: settleSeconds });
    for (const mssBytes of [ethernetMss, undefined]) {
      const segments = mssBytes === undefined ? {} : { mssBytes };
      const load = { viewers, warmupSeconds: 1, seconds: quick ? 2 : 4, ...segments };
      const measurement = await measure({ servers: [server], cameras: [camera], load });
      progress(progressLine(`${server.name}, ${viewers} viewers, ${segmentName(mssBytes)}`, measurement));
      samples.push({ server: server.name, viewers, mssBytes, measurement });
    }
  } finally {
    await server.stop();
  }
  return samples;
}

function segmentName(mssBytes: number | undefined): string {
  return mssBytes === undefined ? '64 kB segments' : `segments of ${mssBytes} bytes`;
}

function resultOf(samples: readonly Sample[]): ScenarioResult {
  const figures = (server: string, viewers: number, mssBytes: number | undefined) =>
    figuresOf(
      samples
        .filter((one) => one.server === server && one.viewers === viewers && one.mssBytes === mssBytes)
        .map(({ measurement }) => measurement),
    );
  const counts = [...new Set(samples.map(({ viewers }) => viewers))];
  const names = [...new Set(samples.map(({ server }) => server))];
  const tables = [ethernetMss, undefined].map((mssBytes) => ({
    title: `TCP ${segmentName(mssBytes)}`,
    columns: ['viewers', 'server', ...figureColumns],
    rows: counts.flatMap((viewers) =>
      names.map((name) => [String(viewers), name, ...figureCells(figures(name, viewers, mssBytes))]),
    ),
  }));
  return {
    title: '1080p30 MJPEG camera, passed through',
    notes: [
      'Frames of 180 kB. CPU without the emulated camera’s own thread, medians of interleaved runs of 4 s; one viewer is measured once the server has run for twelve seconds.',
      '`send()` is a C loop that sends one file to all viewers and captures nothing: the physical limit.',
      disturbance(samples.map(({ measurement }) => measurement)),
    ],
    tables,
    targets: targetsOf(figures),
    samples,
  };
}

type FiguresAt = (server: string, viewers: number, mssBytes: number | undefined) => Figures;

function targetsOf(figures: FiguresAt): Target[] {
  const cpuRatio = (viewers: number, mssBytes: number | undefined, peer: string, limit: number): Target => ({
    what: `CPU, ${viewers} viewers, ${segmentName(mssBytes)}, against ${peer}`,
    measured: figures('Lenscast', viewers, mssBytes).cpuPercent / figures(peer, viewers, mssBytes).cpuPercent,
    limit,
    unit: '×',
  });
  const latency = (viewers: number, which: 'p50' | 'p99') => figures('Lenscast', viewers, ethernetMss)[which];
  const p50Ratio = (viewers: number): Target => ({
    what: `latency p50, ${viewers} viewers, ${segmentName(ethernetMss)}, against µStreamer`,
    measured: latency(viewers, 'p50') / figures('µStreamer', viewers, ethernetMss).p50,
    limit: 0.4,
    unit: '×',
  });
  const p99 = (viewers: number, limit: number): Target => ({
    what: `latency p99, ${viewers} viewers, ${segmentName(ethernetMss)}`,
    measured: latency(viewers, 'p99'),
    limit,
    unit: 'ms',
  });
  return [
    cpuRatio(100, ethernetMss, 'µStreamer', 0.35),
    cpuRatio(100, undefined, 'µStreamer', 0.35),
    cpuRatio(200, undefined, 'µStreamer', 0.35),
    cpuRatio(100, undefined, 'send()', 1.6),
    cpuRatio(200, undefined, 'send()', 1.6),
    cpuRatio(1, ethernetMss, 'µStreamer', 1.4),
    cpuRatio(1, undefined, 'µStreamer', 1.4),
    p50Ratio(50),
    p50Ratio(100),
    p99(1, 1.5),
    p99(50, 3),
    p99(100, 6),
    {
      what: 'peak memory, 100 viewers',
      measured: figures('Lenscast', 100, undefined).peakRssBytes / 1e6,
      limit: 80,
      unit: 'MB',
    },
  ].filter(({ measured }) => !Number.isNaN(measured));
}
