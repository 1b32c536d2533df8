import { setTimeout as delay } from 'node:timers/promises';
import { BUCKET } from '../../../test/support/tbf.js';
import { runWebRtcLoad, type WebRtcViewerReport } from '../../../test/support/webrtc-client.js';
import { LinkNetwork } from '../../support/link-network.js';
import { LinkedLenscast } from '../../support/link-servers.js';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { percentile } from '../../support/statistics.js';
import { agesOf, changesOf, fittingTier, longestPauseMs, tierAt, tiers, tiersNote, writeConfig } from './tiers.js';

const highMbit = 6;
const lowMbit = 0.7;
const viewers = 3;
const cpus = '0,1';
const phasesMs = { before: 12_000, low: 15_000, after: 20_000 };
/** So that they meet probes at different moments. */
const apartMs = 1700;
const freshMs = 500;
/** What a viewer sees is older than this where nothing came for so long, too. */
const staleMs = 1000;

interface Fall {
  readonly report: WebRtcViewerReport;
  /** From the offer on. */
  readonly fellMs: number;
  readonly roseMs: number;
  readonly endMs: number;
}

/** Links that fall and rise again. */
export const webRtcFall: Scenario = {
  name: 'webrtc-fall',
  page: 'webrtc',
  async run({ folder, progress }: Context): Promise<ScenarioResult> {
    const network = new LinkNetwork(Array.from({ length: viewers }, () => highMbit));
    try {
      const config = ['--config', writeConfig(folder)];
      const server = await LinkedLenscast.startWith(network.serverNamespace, config, cpus);
      const falls = await Promise.all(network.links.map((_, i) => watch(server.port, network, i)));
      const { switches } = server;
      await server.stop();
      for (const fall of falls) progress(cellsOf(fall).join(', '));
      return resultOf(falls, switches);
    } finally {
      network.dispose();
    }
  },
};

async function watch(port: number, network: LinkNetwork, i: number): Promise<Fall> {
  const link = network.links[i];
  if (link === undefined) throw new Error(`no link ${i}`);
  let tellConnected: () => void = () => undefined;
  const connected = new Promise<void>((resolve) => {
    tellConnected = resolve;
  });
  const lengthMs = phasesMs.before + phasesMs.low + phasesMs.after + viewers * apartMs;
  const loading = runWebRtcLoad(
    {
      url: `http://${link.serverAddress}:${port}/whep?tier=auto`,
      namespace: link.namespace,
      seconds: lengthMs / 1000,
      warmupSeconds: 0,
      keepPictures: true,
    },
    { onConnected: () => tellConnected() },
  );
  await Promise.race([connected, loading]);
  await delay(phasesMs.before + apartMs * i);
  network.setRate(i, lowMbit);
  const fellAtMs = Date.now();
  await delay(phasesMs.low);
  network.setRate(i, highMbit);
  const roseAtMs = Date.now();
  const [report] = (await loading).perViewer;
  if (report === undefined) throw new Error('no viewer');
  const last = report.shown.at(-1)?.atMs ?? roseAtMs;
  const { beganMs } = report;
  return { report, fellMs: fellAtMs - beganMs, roseMs: roseAtMs - beganMs, endMs: last - beganMs };
}

/** When the first picture came behind which none was old until the rise. */
function freshAgainMs({ report: { shown, beganMs }, fellMs, roseMs }: Fall): number {
  const later = shown.filter(({ atMs }) => atMs - beganMs > fellMs && atMs - beganMs < roseMs);
  const lastOld = later.findLastIndex(({ ageMs }) => ageMs !== null && ageMs >= freshMs);
  return (later[lastOld + 1]?.atMs ?? Number.POSITIVE_INFINITY) - beganMs - fellMs;
}

/** From when on, after the fall, what was on the screen was never stale until the rise; 0 where it never was. */
function seenFreshMs({ report: { shown, beganMs }, fellMs, roseMs }: Fall): number {
  const [from, to] = [beganMs + fellMs, beganMs + roseMs];
  const ends = shown.flatMap(({ atMs, ageMs }, i) => {
    const nextMs = shown[i + 1]?.atMs ?? to;
    const staleAtNext = ageMs !== null && nextMs - (atMs - ageMs) >= staleMs;
    return staleAtNext && nextMs > from && atMs < to ? [nextMs - from] : [];
  });
  return Math.max(0, ...ends);
}

function bestAgainMs({ report, roseMs }: Fall): number {
  const { shown, beganMs } = report;
  const best = shown.find(({ atMs, height }) => atMs - beganMs > roseMs && height === tiers[0].height);
  return (best?.atMs ?? Number.POSITIVE_INFINITY) - beganMs - roseMs;
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

function cellsOf(fall: Fall): readonly string[] {
  const { report, fellMs, roseMs, endMs } = fall;
  return [
    seconds(longestPauseMs(report, fellMs, fellMs + 10_000)),
    seconds(freshAgainMs(fall)),
    seconds(seenFreshMs(fall)),
    tierAt(report, roseMs)?.name ?? 'none',
    percentile(agesOf(report, fellMs + 10_000, roseMs), 0.95).toFixed(0),
    seconds(longestPauseMs(report, fellMs + 10_000, roseMs)),
    seconds(bestAgainMs(fall)),
    seconds(longestPauseMs(report, roseMs, endMs)),
    String(changesOf(report, fellMs).length),
  ];
}

function resultOf(falls: readonly Fall[], switches: readonly unknown[]): ScenarioResult {
  const worst = (read: (fall: Fall) => number) => Math.max(...falls.map(read));
  const fits = fittingTier(1e6 * lowMbit);
  return {
    title: `A link that falls from ${highMbit} to ${lowMbit} Mb/s, and rises again`,
    notes: [
      `${tiersNote} ${viewers} viewers on links of their own (tbf, bucket ${BUCKET}, 400 ms of queue), which fall one after the other, for ${phasesMs.low / 1000} s each. Fresh is younger than ${freshMs / 1000} s when it is there; stale on the screen is what was captured ${staleMs / 1000} s ago, also where no other picture came. ${fits.name} fits in ${lowMbit} Mb/s.`,
    ],
    tables: [
      {
        title: '',
        columns: [
          'longest pause at the fall, s',
          'fresh from, s after the fall',
          'never stale on the screen from, s after it',
          'tier before the rise',
          'age p95 there, ms',
          'longest pause there, s',
          'best tier again, s after the rise',
          'longest pause after the rise, s',
          'switches',
        ],
        rows: falls.map(cellsOf),
      },
    ],
    targets: [
      {
        what: 'not on what fits before the rise, viewers',
        measured: falls.filter(({ report, roseMs }) => tierAt(report, roseMs) !== fits).length,
        limit: 0,
        unit: '',
      },
      {
        what: 'never stale on the screen after the fall, the worst',
        measured: worst(seenFreshMs),
        limit: 2000,
        unit: 'ms',
      },
      {
        what: 'pause from 10 s after the fall on, the worst',
        measured: worst(({ report, fellMs, roseMs }) => longestPauseMs(report, fellMs + 10_000, roseMs)),
        limit: 1000,
        unit: 'ms',
      },
      { what: 'best tier after the rise, the worst', measured: worst(bestAgainMs), limit: 15_000, unit: 'ms' },
    ],
    samples: [
      ...falls.map(({ report: { shown, beganMs }, fellMs, roseMs }) => ({
        fellMs,
        roseMs,
        shown: shown.map(({ atMs, ageMs, height }) => [Math.round(atMs - beganMs), Math.round(ageMs ?? -1), height]),
      })),
      switches,
    ],
  };
}
