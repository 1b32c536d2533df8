import { setTimeout as delay } from 'node:timers/promises';
import { choose } from '../../../src/adaptation/options.js';
import { BUCKET } from '../../../test/support/tbf.js';
import { renderV4l2Pictures, V4l2Cameras } from '../../../test/support/v4l2-camera.js';
import { LinkNetwork } from '../../support/link-network.js';
import { CAMERA_FPS, LinkedLenscast, type LoggedSwitch, type TierFacts } from '../../support/link-servers.js';
import { storePlot } from '../../support/plot.js';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { agePercentile, type TimeSeries, viewerAt } from '../../support/timed-viewers.js';
import { compact } from './steady-links.js';

const size = '1920x1080';
const highMbit = 20;
const lowMbit = 1;
const viewers = 3;
const staleMs = 1000;
const cpus = '0,1';
const phasesSeconds = { before: 15, low: 25, after: 25 };

interface Fall {
  readonly series: TimeSeries;
  readonly switches: readonly LoggedSwitch[];
  /** From the connection on. */
  readonly fallMs: number;
  readonly riseMs: number;
}

/** Links that fall to a twentieth and rise again, one after the other. */
export const fallingLink: Scenario = {
  name: 'adaptation-fall',
  page: 'adaptation',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const cameras = new V4l2Cameras([{ sizes: [size], rates: [CAMERA_FPS] }]);
    const network = new LinkNetwork(Array.from({ length: viewers }, () => highMbit));
    try {
      const server = await LinkedLenscast.start(network.serverNamespace, cameras, '/dev/video0', cpus);
      const tiers = await server.tiers();
      const seconds = phasesSeconds.before + phasesSeconds.low + phasesSeconds.after + 10;
      const falls = await Promise.all(network.links.map((_, i) => watchFall(server, network, i, seconds, folder)));
      await server.stop();
      const [first] = falls;
      if (first !== undefined && !quick) {
        const { fallMs, riseMs, series, switches } = first;
        const rates = [
          { atMs: 0, mbit: highMbit },
          { atMs: fallMs, mbit: lowMbit },
          { atMs: riseMs, mbit: highMbit },
        ];
        progress(storePlot('adaptation', { series, switches, rates, tiers }));
      }
      return resultOf(falls, tiers);
    } finally {
      network.dispose();
      cameras.dispose();
    }
  },
};

async function watchFall(
  server: LinkedLenscast,
  network: LinkNetwork,
  i: number,
  seconds: number,
  folder: string,
): Promise<Fall> {
  const link = network.links[i];
  if (link === undefined) throw new Error(`no link ${i}`);
  const viewer = viewerAt(link, server.port, '/stream', seconds, folder);
  await viewer.connected();
  const id = (await server.viewerIds()).get(link.address);
  // So that they meet probes at different moments.
  await delay(1000 * (phasesSeconds.before + 2.3 * i));
  network.setRate(i, lowMbit);
  const fellMs = Date.now();
  await delay(1000 * phasesSeconds.low);
  network.setRate(i, highMbit);
  const roseMs = Date.now();
  const series = await viewer.end();
  const switches = server.switches.filter((one) => one.viewer === id);
  return { series, switches, fallMs: fellMs - series.startMs, riseMs: roseMs - series.startMs };
}

function resultOf(falls: readonly Fall[], tiers: readonly TierFacts[]): ScenarioResult {
  const fits = choose(tiers, 1e6 * highMbit);
  const rows = falls.map((fall) => {
    const { series, fallMs, riseMs } = fall;
    const p95 = agePercentile(series, 0.95, fallMs + 2000, riseMs);
    return [
      seconds(freshAgainMs(fall)),
      seconds(longestStaleMs(fall)),
      p95.toFixed(0),
      seconds(bestAgainMs(fall, fits.tier)),
      String(fall.switches.filter(({ atMs }) => atMs > series.startMs + 5000).length),
    ];
  });
  const worst = (read: (fall: Fall) => number) => Math.max(...falls.map(read));
  return {
    title: `A link that falls from ${highMbit} to ${lowMbit} Mb/s, and rises again`,
    notes: [
      `${viewers} viewers on links of their own (bucket ${BUCKET}), which fall one after the other, for ${phasesSeconds.low} s each. Fresh is younger than ${staleMs / 1000} s when it is there.`,
      'The picture that a viewer sees ages until the next one comes: its greatest age counts as well.',
      `![Bandwidth, tier and age](${plotName})`,
    ],
    tables: [
      {
        title: '',
        columns: [
          'fresh from, s after the fall',
          'oldest picture on the screen later, s',
          'age p95 later, ms',
          `${fits.tier} again, s after the rise`,
          'switches in all',
        ],
        rows,
      },
    ],
    targets: [
      {
        what: 'time until frames are fresh after the fall, the worst',
        measured: worst(freshAgainMs),
        limit: 2000,
        unit: 'ms',
      },
      {
        what: 'time until the best tier after the rise, the worst',
        measured: worst((fall) => bestAgainMs(fall, fits.tier)),
        limit: 15_000,
        unit: 'ms',
      },
    ],
    samples: falls.map(({ series, switches, fallMs, riseMs }) => ({
      fallMs,
      riseMs,
      switches,
      frames: compact(series),
    })),
  };
}

const plotName = 'adaptation.svg';

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** When the first frame came behind which none was stale until the rise. */
function freshAgainMs({ series, fallMs, riseMs }: Fall): number {
  const later = series.frames.filter(({ atMs }) => atMs > fallMs && atMs < riseMs);
  const lastStale = later.findLastIndex(({ ageMs }) => ageMs >= staleMs);
  return (later[lastStale + 1]?.atMs ?? Number.POSITIVE_INFINITY) - fallMs;
}

/** The greatest age of what was on the screen, from two seconds after the fall to the rise. */
function longestStaleMs({ series, fallMs, riseMs }: Fall): number {
  const shown = series.frames.filter(({ atMs }) => atMs > fallMs + 2000 && atMs < riseMs);
  return Math.max(...shown.slice(1).map(({ atMs }, i) => atMs - (shown[i]?.atMs ?? 0) + (shown[i]?.ageMs ?? 0)));
}

function bestAgainMs({ series, switches, riseMs }: Fall, tier: string): number {
  const move = switches.find((one) => one.tier === tier && one.fps === undefined && one.atMs - series.startMs > riseMs);
  return (move?.atMs ?? Number.POSITIVE_INFINITY) - series.startMs - riseMs;
}
