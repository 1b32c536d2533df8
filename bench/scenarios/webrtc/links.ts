import { BUCKET } from '../../../test/support/tbf.js';
import { runWebRtcLoad, type WebRtcViewerReport } from '../../../test/support/webrtc-client.js';
import { LinkNetwork } from '../../support/link-network.js';
import { LinkedLenscast } from '../../support/link-servers.js';
import type { Context, Scenario, ScenarioResult, Target } from '../../support/report.js';
import { percentile } from '../../support/statistics.js';
import { agesOf, changesOf, fittingTier, fpsOf, longestPauseMs, tierAt, tiersNote, writeConfig } from './tiers.js';

interface Link {
  /** Null where it isn't shaped. */
  readonly mbit: number | null;
  /** Share of datagrams lost, each way. */
  readonly loss: number;
}

const links: readonly Link[] = [
  { mbit: null, loss: 0 },
  { mbit: 0.7, loss: 0 },
  { mbit: 1.5, loss: 0 },
  { mbit: 3, loss: 0 },
  { mbit: 6, loss: 0 },
  { mbit: 6, loss: 0.01 },
  { mbit: 6, loss: 0.03 },
  { mbit: 6, loss: 0.05 },
];
const settledMs = 10_000;
const cpus = '0,1';

interface Watched extends Link {
  readonly report: WebRtcViewerReport;
}

/** Viewers of one camera at once, each behind a link of its own. */
export const webRtcLinks: Scenario = {
  name: 'webrtc-links',
  page: 'webrtc',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    const network = new LinkNetwork(links.map(({ mbit }) => mbit));
    const seconds = quick ? 20 : 60;
    try {
      for (const [i, { loss }] of links.entries()) if (loss > 0) network.setDatagramLoss(i, loss);
      const config = ['--config', writeConfig(folder)];
      const server = await LinkedLenscast.startWith(network.serverNamespace, config, cpus);
      const watched = await Promise.all(
        network.links.map(async ({ namespace, serverAddress }, i): Promise<Watched> => {
          const url = `http://${serverAddress}:${server.port}/whep?tier=auto`;
          const load = await runWebRtcLoad({ url, namespace, seconds, warmupSeconds: 0, keepPictures: true });
          const [report] = load.perViewer;
          const link = links[i];
          if (report === undefined || link === undefined) throw new Error('no viewer');
          return { ...link, report };
        }),
      );
      const { switches } = server;
      await server.stop();
      for (const one of watched) progress(cellsOf(one, seconds).join(', '));
      return resultOf(watched, seconds, switches);
    } finally {
      network.dispose();
    }
  },
};

function cellsOf({ mbit, loss, report }: Watched, seconds: number): readonly string[] {
  const ages = agesOf(report, settledMs);
  return [
    nameOf({ mbit, loss }),
    fittingTier(1e6 * (mbit ?? Number.POSITIVE_INFINITY)).name,
    tierAt(report, settledMs)?.name ?? 'none',
    ((changesOf(report).findLast((atMs) => atMs <= settledMs) ?? report.firstPictureMs) / 1000).toFixed(1),
    String(changesOf(report, settledMs).length),
    fpsOf(report, settledMs, 1000 * seconds).toFixed(1),
    (report.firstPictureMs / 1000).toFixed(1),
    (longestPauseMs(report, report.firstPictureMs, settledMs) / 1000).toFixed(2),
    (longestPauseMs(report, settledMs, 1000 * seconds) / 1000).toFixed(2),
    [0.5, 0.95].map((share) => percentile(ages, share).toFixed(0)).join(' / '),
    `${report.lost} / ${report.rtxPackets} / ${report.keyframeRequests}`,
  ];
}

function nameOf({ mbit, loss }: Link): string {
  const rate = mbit === null ? 'not shaped' : `${mbit} Mb/s`;
  return loss === 0 ? rate : `${rate}, ${100 * loss} % loss`;
}

function resultOf(watched: readonly Watched[], seconds: number, switches: readonly unknown[]): ScenarioResult {
  const targets = watched.flatMap(({ mbit, loss, report }): Target[] => {
    const link = nameOf({ mbit, loss });
    const isRight = tierAt(report, settledMs) === fittingTier(1e6 * (mbit ?? Number.POSITIVE_INFINITY));
    const pauseMs = longestPauseMs(report, settledMs, 1000 * seconds);
    return [
      { what: `${link}: not on what fits at 10 s`, measured: isRight ? 0 : 1, limit: 0, unit: '' },
      { what: `${link}: longest pause after that`, measured: pauseMs, limit: 1000, unit: 'ms' },
    ];
  });
  return {
    title: 'Links that stay as they are',
    notes: [
      `${tiersNote} ${watched.length} viewers with tier=auto at once, each in a network namespace behind a veth pair with tbf (bucket ${BUCKET}, 400 ms of queue), for ${seconds} s; datagrams are lost at random, both ways. The one that isn’t shaped is the good viewer beside the bad ones.`,
      'What fits is the best tier that takes at most 85 % of the link with all headers. Times are from the offer on. Age is from capture to the last packet of a picture.',
    ],
    tables: [
      {
        title: '',
        columns: [
          'link',
          'fits',
          'given at 10 s',
          'on it from, s',
          'switches after 10 s',
          'fps',
          'first picture, s',
          'longest pause before 10 s, s',
          'after 10 s, s',
          'age p50 / p95, ms',
          'packets lost / sent again / keyframes asked for',
        ],
        rows: watched.map((one) => cellsOf(one, seconds)),
      },
    ],
    targets,
    samples: [
      ...watched.map(({ mbit, loss, report: { shown, beganMs, ...rest } }) => ({
        mbit,
        loss,
        ...rest,
        shown: shown.map(({ atMs, ageMs, height, bytes }) => [
          Math.round(atMs - beganMs),
          Math.round(ageMs ?? -1),
          height,
          bytes,
        ]),
      })),
      switches,
    ],
  };
}
