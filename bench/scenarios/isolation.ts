import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from '../../test/support/process-figures.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../../test/support/v4l2-camera.js';
import { type Measurement, measureStreams } from '../support/measure.js';
import {
  type Context,
  disturbance,
  figureCells,
  figureColumns,
  figuresOf,
  progressLine,
  type Scenario,
  type ScenarioResult,
} from '../support/report.js';
import { startLenscast } from '../support/servers.js';

const size = '1920x1080';
const rates = [30, 60] as const;
const ways = ['none', 'process'] as const;

interface Sample {
  readonly isolation: (typeof ways)[number];
  readonly fps: number;
  readonly measurement: Measurement;
}

/** A camera in the server, against the same one in a process of its own: what the second costs. */
export const isolation: Scenario = {
  name: 'isolation',
  async run(context: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const samples: Sample[] = [];
    for (const fps of rates) {
      for (let i = 0; i < (context.quick ? 1 : 5); i++) {
        for (const way of ways) samples.push({ isolation: way, fps, measurement: await measureOne(context, fps, way) });
      }
    }
    return resultOf(samples);
  },
};

async function measureOne({ folder, quick, progress }: Context, fps: number, way: string): Promise<Measurement> {
  const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps] });
  const configFile = join(folder, 'isolation.yaml');
  writeFileSync(configFile, `cameras: { cam1: { source: "v4l2:${camera.device}", isolation: ${way} } }\n`);
  const server = await startLenscast({ cameras, configFile });
  try {
    const pids = [server.pid, ...childrenOf(server.pid)];
    const load = { viewers: 1, mssBytes: 1448, warmupSeconds: 1, seconds: quick ? 2 : 5 };
    const streams = [server.url + server.streamPath];
    const measurement = await measureStreams({ pids, streams, cameras: [camera], load });
    progress(progressLine(`1080p${fps}, isolation: ${way}, ${pids.length} processes`, measurement));
    return measurement;
  } finally {
    await server.stop();
    cameras.dispose();
  }
}

function resultOf(samples: readonly Sample[]): ScenarioResult {
  const row = (fps: number, way: string) => {
    const of = samples.filter((one) => one.fps === fps && one.isolation === way);
    const figures = figuresOf(of.map(({ measurement }) => measurement));
    return [`1080p${fps}`, way, ...figureCells(figures)];
  };
  return {
    title: 'A camera in a process of its own',
    notes: [
      '1080p MJPEG passed through to one viewer, TCP segments of 1448 bytes; medians of five interleaved runs of 5 s.',
      'CPU, memory and threads are those of both processes together, which share one core.',
      disturbance(samples.map(({ measurement }) => measurement)),
    ],
    tables: [
      {
        title: '',
        columns: ['camera', 'isolation', ...figureColumns],
        rows: rates.flatMap((fps) => ways.map((way) => row(fps, way))),
      },
    ],
    targets: [],
    samples,
  };
}
