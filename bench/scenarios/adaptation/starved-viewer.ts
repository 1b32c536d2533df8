import { setTimeout as delay } from 'node:timers/promises';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2Camera } from '../../../test/support/v4l2-camera.js';
import { LinkNetwork } from '../../support/link-network.js';
import { CAMERA_FPS, LinkedLenscast } from '../../support/link-servers.js';
import { type Measurement, measureStreams } from '../../support/measure.js';
import {
  type Context,
  figureCells,
  figureColumns,
  figuresOf,
  type Scenario,
  type ScenarioResult,
} from '../../support/report.js';
import { SERVER_CPU } from '../../support/servers.js';
import { agePercentile, type TimeSeries, viewerAt } from '../../support/timed-viewers.js';

const size = '1920x1080';
const viewers = 50;
const starvedMbit = 0.5;
const settleMs = 6000;
/** Until V8 has compiled what runs often: its compiler's threads have a core's time slices meanwhile. */
const warmUps = 2;

interface Sample {
  readonly starved: TimeSeries | null;
  readonly measurement: Measurement;
}

/** What fifty viewers notice of one whose link carries next to nothing. */
export const starvedViewer: Scenario = {
  name: 'adaptation-starved',
  page: 'adaptation',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [CAMERA_FPS] });
    const network = new LinkNetwork([starvedMbit]);
    const samples: Sample[] = [];
    try {
      const server = await LinkedLenscast.start(network.serverNamespace, cameras, camera.device, String(SERVER_CPU));
      await server.tiers();
      const seconds = quick ? 4 : 12;
      const stage = { server, network, camera, folder, seconds };
      for (let i = 0; i < warmUps; i++) await measureOnce(stage, true);
      for (let i = 0; i < (quick ? 1 : 5); i++) {
        for (const isStarved of i % 2 === 0 ? [false, true] : [true, false]) {
          const sample = await measureOnce(stage, isStarved);
          const { load, fpsPerViewer, use } = sample.measurement;
          const cpu = `${use.cpuPercent.toFixed(1)} % CPU`;
          progress(
            `${isStarved ? 'with' : 'without'}: ${fpsPerViewer.toFixed(2)} fps, p99 ${load.latencyMs?.p99} ms, ${cpu}`,
          );
          samples.push(sample);
        }
      }
      await server.stop();
      return resultOf(samples);
    } finally {
      network.dispose();
      cameras.dispose();
    }
  },
};

interface Stage {
  readonly server: LinkedLenscast;
  readonly network: LinkNetwork;
  readonly camera: V4l2Camera;
  readonly folder: string;
  readonly seconds: number;
}

async function measureOnce({ server, network, camera, folder, seconds }: Stage, isStarved: boolean): Promise<Sample> {
  const [link] = network.links;
  if (link === undefined) throw new Error('no link');
  const warmupSeconds = 3;
  const wholeSeconds = settleMs / 1000 + warmupSeconds + seconds;
  const starved = isStarved ? viewerAt(link, server.port, '/stream', wholeSeconds, folder) : null;
  await starved?.connected();
  await delay(isStarved ? settleMs : 1000);
  const measurement = await measureStreams({
    pids: [server.pid],
    streams: [`http://127.0.0.1:${server.port}/stream`],
    cameras: [camera],
    load: { viewers, mssBytes: 1448, warmupSeconds, seconds, namespace: network.serverNamespace },
  });
  return { measurement, starved: starved === null ? null : await starved.end() };
}

function resultOf(samples: readonly Sample[]): ScenarioResult {
  const of = (isStarved: boolean) =>
    figuresOf(samples.filter(({ starved }) => (starved !== null) === isStarved).map(({ measurement }) => measurement));
  const [without, withOne] = [of(false), of(true)];
  const starved = samples.flatMap((sample) => (sample.starved === null ? [] : [sample.starved]));
  const worstAge = Math.max(...starved.map((series) => agePercentile(series, 0.95, settleMs)));
  return {
    title: `One viewer on ${starvedMbit} Mb/s among ${viewers} good ones`,
    notes: [
      `1080p30 camera. The ${viewers} watch over loopback (segments of 1448 bytes) inside the server’s namespace, each of them \`auto\`; the starved one has its tier encoded for itself alone.`,
      `Medians of ${samples.length / 2} measurements of 12 s each, with and without in turn, on a server that has run so for ${warmUps} before. The starved viewer’s own frames were at most ${worstAge.toFixed(0)} ms old (p95).`,
    ],
    tables: [
      {
        title: '',
        columns: ['the fifty', ...figureColumns],
        rows: [
          ['without it', ...figureCells(without)],
          ['with it', ...figureCells(withOne)],
        ],
      },
    ],
    targets: [
      {
        what: `the ${viewers}’ distance from 30 fps`,
        measured: Math.abs(CAMERA_FPS - withOne.fpsPerViewer),
        limit: 0.1,
        unit: 'fps',
      },
      {
        what: `the ${viewers}’ latency p99, of that without it`,
        measured: withOne.p99 / without.p99,
        limit: 1.1,
        unit: '',
      },
    ],
    samples: samples.map(({ starved: series, measurement }) => ({ starved: series !== null, measurement })),
  };
}
