import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { megabytes } from '../../support/report.js';
import { startLenscast } from '../../support/servers.js';
import { median } from '../../support/statistics.js';
import { type WebRtcMeasurement, watchByWebRtc } from './watch.js';

const bitrateBps = 1_500_000;
const counts = [1, 10, 50, 100, 200];
const config = `cameras:
  cam:
    source: "test:"
    tiers: { only: { width: 1280, height: 720, fps: 30, bitrate: ${bitrateBps} } }
`;

type Round = readonly WebRtcMeasurement[];

/** What each viewer of one tier costs. */
export const webRtcViewers: Scenario = {
  name: 'webrtc-viewers',
  page: 'webrtc',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    const configFile = join(folder, 'webrtc-viewers.yaml');
    writeFileSync(configFile, config);
    const rounds: Round[] = [];
    for (let i = 0; i < (quick ? 1 : 3); i++) {
      const server = await startLenscast({ configFile, tier: 'only' });
      const round: WebRtcMeasurement[] = [];
      // Heap, JIT and pools as they are after the first few.
      await watchByWebRtc(server, 'only', 5, 2);
      for (const viewers of counts) {
        const one = await watchByWebRtc(server, 'only', viewers, quick ? 3 : 6);
        round.push(one);
        progress(
          `${viewers}: ${one.use.cpuPercent.toFixed(1)} % CPU (others ${one.foreignPercent.toFixed(0)} %, viewers ${one.clientPercent.toFixed(0)} %), ${(one.use.pssBytes / 1e6).toFixed(1)} MB, ${one.use.threads} threads, ${one.fpsPerViewer.toFixed(1)} fps, ${one.freezes} freezes, age p50 ${one.load.ageMs.p50.toFixed(1)} ms`,
        );
      }
      rounds.push(round);
      await server.stop();
    }
    return resultOf(rounds);
  },
};

function resultOf(rounds: readonly Round[]): ScenarioResult {
  const of = (i: number, read: (one: WebRtcMeasurement, first: WebRtcMeasurement) => number) =>
    median(rounds.flatMap((round) => (round[i] && round[0] ? [read(round[i], round[0])] : [])));
  const cpuEach = (i: number) => of(i, (one, first) => (one.use.cpuPercent - first.use.cpuPercent) / (one.viewers - 1));
  const bytesEach = (i: number) => of(i, (one, first) => (one.use.pssBytes - first.use.pssBytes) / (one.viewers - 1));
  const threadsMore = (i: number) => of(i, (one, first) => one.use.threads - first.use.threads);
  const last = counts.length - 1;
  return {
    title: 'Viewers of one tier',
    notes: [
      `A moving test picture, 1280x720 at 30 fps, encoded once by x264 to ${bitrateBps / 1e6} Mb/s for all. The viewers are node-datachannel peers in one process on the other core, with RTX and transport-wide feedback every 100 ms. Medians of ${rounds.length} rounds, each with a fresh server.`,
      'What one viewer more costs is the difference to a single viewer, for whom the encoder runs as well. Age is from capture to the last packet of a picture at the viewer, by the server’s sender reports. A freeze is a pause of more than three frame times and 150 ms.',
      `Other programs took ${of(last, (one) => one.foreignPercent).toFixed(0)} % of the server’s core at ${counts[last]} viewers (median).`,
    ],
    tables: [
      {
        title: '',
        columns: [
          'viewers',
          'CPU, % of a core',
          'one more viewer, %',
          'PSS, MB',
          'one more viewer, MB',
          'threads',
          'Mb/s each',
          'fps each',
          'packets lost',
          'freezes',
          'age p50 / p95 / p99, ms',
        ],
        rows: counts.map((viewers, i) => [
          String(viewers),
          of(i, (one) => one.use.cpuPercent).toFixed(1),
          i === 0 ? '' : cpuEach(i).toFixed(3),
          megabytes(of(i, (one) => one.use.pssBytes)),
          viewers < 50 ? '' : (bytesEach(i) / 1e6).toFixed(2),
          String(of(i, (one) => one.use.threads)),
          (of(i, (one) => one.bitrateBps) / 1e6).toFixed(2),
          of(i, (one) => one.fpsPerViewer).toFixed(1),
          of(i, (one) => one.lost).toFixed(0),
          of(i, (one) => one.freezes).toFixed(0),
          (['p50', 'p95', 'p99'] as const).map((name) => of(i, (one) => one.load.ageMs[name]).toFixed(1)).join(' / '),
        ]),
      },
    ],
    targets: [
      { what: `one viewer more, up to ${counts[last]}`, measured: cpuEach(last), limit: 0.2, unit: '% of a core' },
      { what: `one viewer more, up to ${counts[last]}`, measured: bytesEach(last) / 1e6, limit: 0.3, unit: 'MB' },
      { what: `threads more for ${counts[last]} viewers`, measured: threadsMore(last), limit: 0, unit: '' },
    ],
    samples: rounds.map((round) => round.map(({ load, ...one }) => ({ ...one, ageMs: load.ageMs }))),
  };
}
