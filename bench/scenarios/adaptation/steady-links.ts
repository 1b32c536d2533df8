import { bitrateBps, choose, compareChoices, linkShare } from '../../../src/adaptation/options.js';
import { BUCKET } from '../../../test/support/tbf.js';
import { renderV4l2Pictures, V4l2Cameras } from '../../../test/support/v4l2-camera.js';
import { LinkNetwork } from '../../support/link-network.js';
import {
  CAMERA_FPS,
  LinkedLenscast,
  type LoggedSwitch,
  startLinkedUstreamer,
  type TierFacts,
} from '../../support/link-servers.js';
import type { Context, Scenario, ScenarioResult, Target } from '../../support/report.js';
import { agePercentile, rateOf, type TimeSeries, timecodeDifferenceMs, viewerAt } from '../../support/timed-viewers.js';

const size = '1920x1080';
const rates = [0.5, 1, 2, 4, 8, 16, 50] as const;
const settledMs = 5000;
const cpus = '0,1';
const ustreamerPort = 8081;

interface Watched {
  readonly mbit: number;
  readonly ours: TimeSeries;
  readonly theirs: TimeSeries;
  readonly switches: readonly LoggedSwitch[];
}

/** Seven viewers of one server at once, each behind a link of its own, and µStreamer's seven beside them. */
export const steadyLinks: Scenario = {
  name: 'adaptation-links',
  page: 'adaptation',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const settings = { sizes: [size], rates: [CAMERA_FPS] };
    const cameras = new V4l2Cameras([settings, settings]);
    const network = new LinkNetwork([...rates, ...rates]);
    const seconds = quick ? 15 : 65;
    try {
      const server = await LinkedLenscast.start(network.serverNamespace, cameras, '/dev/video0', cpus);
      const stopPeer = await startLinkedUstreamer(network.serverNamespace, cameras, '/dev/video1', ustreamerPort, cpus);
      const tiers = await server.tiers();
      progress(tiers.map((tier) => `${tier.name} ${(bitrateBps(tier) / 1e6).toFixed(2)} Mb/s`).join(', '));
      const viewers = network.links.map((link, i) =>
        i < rates.length
          ? viewerAt(link, server.port, '/stream', seconds, folder)
          : viewerAt(link, ustreamerPort, '/stream', seconds, folder),
      );
      await Promise.all(viewers.map((viewer) => viewer.connected()));
      const ids = await server.viewerIds();
      const series = await Promise.all(viewers.map((viewer) => viewer.end()));
      const { switches } = server;
      await server.stop();
      await stopPeer();
      const watched = rates.flatMap((mbit, i): Watched[] => {
        const [ours, theirs, link] = [series[i], series[i + rates.length], network.links[i]];
        if (ours === undefined || theirs === undefined || link === undefined) return [];
        const id = ids.get(link.address);
        return [{ mbit, ours, theirs, switches: switches.filter(({ viewer }) => viewer === id) }];
      });
      const differenceMs = await timecodeDifferenceMs(series.slice(0, rates.length));
      return resultOf(watched, tiers, differenceMs, seconds);
    } finally {
      network.dispose();
      cameras.dispose();
    }
  },
};

function resultOf(
  watched: readonly Watched[],
  tiers: readonly TierFacts[],
  differenceMs: number,
  seconds: number,
): ScenarioResult {
  const facts = watched.map((one) => factsOf(one, tiers, 1000 * seconds));
  return {
    title: 'Links that stay as they are',
    notes: [
      `A 1080p30 MJPEG camera; one server, seven viewers at once, each in a network namespace behind a veth pair with tbf (bucket ${BUCKET}), for ${seconds} s; µStreamer (pictures passed through) with seven viewers of its own on links of the same rates in the same seconds.`,
      `The tiers weigh ${tiers.map((tier) => `${tier.name} ${(bitrateBps(tier) / 1e6).toFixed(2)} Mb/s (${tier.fps} fps)`).join(', ')}.`,
      `What fits is the best whose bit rate is at most ${100 * linkShare} % of the link’s; a rate of the link that is 5 % lower or higher, and a frame rate that differs by less than a seventh, count as the same. Age is from capture to the frame’s last byte at the viewer; the time codes in the pictures differ from what X-Timestamp tells by at most ${differenceMs.toFixed(1)} ms.`,
      `Frames, ages and switches are those after the first ${settledMs / 1000} s.`,
    ],
    tables: [
      {
        title: '',
        columns: [
          'link, Mb/s',
          'fits',
          'given at 5 s',
          'on it from, s',
          'switches after 5 s',
          'fps',
          'age p50 / p95, ms',
          'µStreamer: fps',
          'age p50 / p95, ms',
        ],
        rows: facts.map(({ cells }) => cells),
      },
    ],
    targets: facts.flatMap(({ targets }) => targets),
    samples: watched.map(({ mbit, ours, theirs, switches }) => ({
      mbit,
      switches,
      ours: compact(ours),
      theirs: compact(theirs),
    })),
  };
}

function factsOf({ mbit, ours, theirs, switches }: Watched, tiers: readonly TierFacts[], untilMs: number) {
  const fits = choose(tiers, 1e6 * mbit);
  const moves = switches.map((one) => ({ ...one, atMs: one.atMs - ours.startMs }));
  const given = givenAt(moves, tiers, settledMs);
  const fromMs = moves.findLast(({ atMs }) => atMs <= settledMs)?.atMs ?? 0;
  const later = moves.filter(({ atMs }) => atMs > settledMs && atMs <= untilMs).length;
  const ages = (series: TimeSeries) =>
    [0.5, 0.95].map((fraction) => agePercentile(series, fraction, settledMs).toFixed(0)).join(' / ');
  const misses = isRight(tiers, 1e6 * mbit, given) ? 0 : 1;
  const limitMs = mbit >= 2 ? 400 : 1000;
  const targets: Target[] = [
    { what: `${mbit} Mb/s: not on what fits at 5 s`, measured: misses, limit: 0, unit: '' },
    { what: `${mbit} Mb/s: switches after 5 s`, measured: later, limit: 1, unit: '' },
    { what: `${mbit} Mb/s: age p95`, measured: agePercentile(ours, 0.95, settledMs), limit: limitMs, unit: 'ms' },
  ];
  const name = ({ tier, fps }: { tier: string; fps: number }) => `${tier}, ${fps.toFixed(1)} fps`;
  const cells = [
    String(mbit),
    name(fits),
    name(given),
    (fromMs / 1000).toFixed(1),
    String(later),
    rateOf(ours, settledMs, untilMs).toFixed(1),
    ages(ours),
    rateOf(theirs, settledMs, untilMs).toFixed(1),
    ages(theirs),
  ];
  return { cells, targets };
}

/** A link's rate can be told to a twentieth; and between frame rates that differ by less than a seventh nobody is moved. */
function isRight(tiers: readonly TierFacts[], linkBps: number, given: { tier: string; fps: number }): boolean {
  const choice = { ...given, full: true };
  const [worst, best] = [choose(tiers, linkBps / 1.05), choose(tiers, 1.05 * linkBps)];
  return compareChoices(tiers, choice, worst) >= 0 && compareChoices(tiers, choice, best) <= 0;
}

function givenAt(moves: readonly LoggedSwitch[], tiers: readonly TierFacts[], atMs: number) {
  const last = moves.findLast((move) => move.atMs <= atMs);
  const tier = tiers.find(({ name }) => name === last?.tier) ?? tiers[0];
  return { tier: tier?.name ?? '', fps: last?.fps ?? tier?.fps ?? Number.NaN };
}

/** Seconds, ms, width, bytes. */
export function compact({ frames }: TimeSeries) {
  return frames.map(({ atMs, ageMs, width, bytes }) => [atMs / 1000, Math.round(ageMs), width, bytes]);
}
