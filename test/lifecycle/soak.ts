/**
 * `npm run soak -- [--starts 500] [--connects 5000] [--webrtc 1000] [--minutes 30] [--viewers 50] [--faults 1000]
 * [--seed 1]`: whether memory, threads, descriptors and live frames return to where they were. Prints a table; the exit
 * code is 1 where something didn't. 0 leaves a part out.
 */
import { parseArgs } from 'node:util';
import { HttpCamera } from '../support/http-camera.js';
import { runLoad } from '../support/load-client.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';
import { soakWithFaults } from './fault-soak.js';
import { type Figures, figuresOf, isBack } from './figures.js';
import { startAndStop } from './visits.js';
import { whepVisits } from './whep-visits.js';

interface Counts {
  readonly starts: number;
  readonly connects: number;
  readonly webrtc: number;
  readonly minutes: number;
  readonly viewers: number;
  readonly faults: number;
  readonly seed: number;
}

interface Phase {
  readonly name: string;
  /** Brings the server into the state that it is compared in: caches filled, JIT done. */
  warmUp(server: Server): Promise<void>;
  run(server: Server): Promise<string>;
}

interface Outcome {
  readonly name: string;
  readonly before: Figures;
  readonly after: Figures;
  readonly seconds: number;
  readonly told: string;
  readonly isBack: boolean;
}

const growthToleratedBytes = 40 * 2 ** 20;

function readCounts(): Counts {
  const options = {
    starts: '500',
    connects: '5000',
    webrtc: '1000',
    minutes: '30',
    viewers: '50',
    faults: '1000',
    seed: '1',
  };
  const entries = Object.entries(options).map(([name, value]) => [name, { type: 'string', default: value }] as const);
  const { values } = parseArgs({ options: Object.fromEntries(entries) });
  const count = (name: keyof typeof options) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} is a number from 0 on`);
    return value;
  };
  return {
    starts: count('starts'),
    connects: count('connects'),
    webrtc: count('webrtc'),
    minutes: count('minutes'),
    viewers: count('viewers'),
    faults: count('faults'),
    seed: count('seed'),
  };
}

function startsAndStops(id: string, tier: string, rounds: number): Phase {
  const visit = (server: Server) => startAndStop(server, `/cameras/${id}/stream?tier=${tier}`, id);
  return {
    name: `${rounds} starts and stops, ${id} ${tier}`,
    warmUp: async (server) => {
      for (let round = 0; round < 5; round++) await visit(server);
    },
    run: async (server) => {
      for (let round = 0; round < rounds; round++) await visit(server);
      return '';
    },
  };
}

function comingAndGoing(connects: number): Phase {
  const load = async (server: Server, churn: number) => {
    const url = `${server.url}/cameras/v4l2/stream?tier=source`;
    return (await runLoad({ url, churn, concurrency: 20 })).churn;
  };
  return {
    name: `${connects} connects, half of them cut off`,
    // The heap grows to what such a crowd needs, and stays there.
    warmUp: async (server) => void (await load(server, 2 * connects)),
    run: async (server) => {
      const { closed, reset, refused, timedOut } = await load(server, connects);
      return `${closed} closed, ${reset} reset, ${refused} refused, ${timedOut} timed out`;
    },
  };
}

function visitingByWebRtc(visits: number): Phase {
  const atOnce = 10;
  return {
    name: `${visits} visits by WebRTC, a third left without a word`,
    warmUp: (server) => whepVisits(server, Math.ceil(visits / 2), atOnce),
    run: async (server) => {
      await whepVisits(server, visits, atOnce);
      return '';
    },
  };
}

function watchingForLong(viewers: number, minutes: number): Phase {
  const load = (server: Server, seconds: number) =>
    runLoad({ url: `${server.url}/cameras/v4l2/stream?tier=source`, viewers, seconds });
  return {
    name: `${minutes} minutes at ${viewers} viewers`,
    warmUp: async (server) => void (await load(server, 5)),
    run: async (server) => {
      const { frames, missed, badFrames, framingErrors, closed } = await load(server, minutes * 60);
      return `${frames} frames, ${missed} missed, ${badFrames + framingErrors} bad, ${closed} connections lost`;
    },
  };
}

async function atRest(server: Server): Promise<void> {
  const quiet = async () => (await figuresOf(server)).pipelines === 0;
  await until('rest', quiet, 30_000);
}

async function runPhase(server: Server, phase: Phase): Promise<Outcome> {
  await phase.warmUp(server);
  await atRest(server);
  const before = await figuresOf(server);
  const startMs = performance.now();
  const told = await phase.run(server);
  const seconds = (performance.now() - startMs) / 1000;
  await atRest(server);
  const settled = async () => isBack(await figuresOf(server), before);
  await until('all is where it was', settled, 20_000).catch(() => undefined);
  const after = await figuresOf(server);
  const grown = after.residentBytes - before.residentBytes;
  return {
    name: phase.name,
    before,
    after,
    seconds,
    told,
    isBack: isBack(after, before) && grown < growthToleratedBytes,
  };
}

function row({ name, before, after, seconds, told, isBack: back }: Outcome): string {
  const mebibytes = (figures: Figures) => (figures.residentBytes / 2 ** 20).toFixed(1);
  const pairs = [
    `${mebibytes(before)} → ${mebibytes(after)}`,
    `${before.threads} → ${after.threads}`,
    `${before.descriptors} → ${after.descriptors}`,
    `${before.liveFrames} → ${after.liveFrames}`,
  ];
  return `| ${[name, seconds.toFixed(0), ...pairs, told, back ? 'yes' : 'NO'].join(' | ')} |`;
}

async function main(): Promise<void> {
  const { starts, connects, webrtc, minutes, viewers, faults, seed } = readCounts();
  renderV4l2Pictures('MJPG', '1280x720');
  const { cameras, camera } = oneV4l2Camera({ formats: ['MJPG'], sizes: ['1280x720'], rates: [30] });
  const rtsp = await RtspCamera.start({ width: 640, height: 368, gop: 15 });
  const http = await HttpCamera.start();
  const sources = { v4l2: `v4l2:${camera.device}`, rtsp: rtsp.url, http: http.url };
  const lines = Object.entries(sources).map(([id, source]) => `  ${id}: { source: "${source}", linger_ms: 50 }`);
  const server = await Server.start({ config: `cameras:\n${lines.join('\n')}\n`, env: cameras.env });
  const phases = [
    ...(starts > 0
      ? [
          startsAndStops('v4l2', 'source', starts),
          startsAndStops('v4l2', 'low', Math.round(starts / 5)),
          startsAndStops('rtsp', 'low', Math.round(starts / 5)),
          startsAndStops('http', 'source', Math.round(starts / 5)),
        ]
      : []),
    ...(connects > 0 ? [comingAndGoing(connects)] : []),
    ...(webrtc > 0 ? [visitingByWebRtc(webrtc)] : []),
    ...(minutes > 0 ? [watchingForLong(viewers, minutes)] : []),
  ];
  console.log('| what | s | MiB | threads | descriptors | live frames | | back |\n|---|---|---|---|---|---|---|---|');
  let allBack = true;
  for (const phase of phases) {
    const outcome = await runPhase(server, phase);
    allBack &&= outcome.isBack;
    console.log(row(outcome));
  }
  if (faults > 0) {
    const outcome = await soakWithFaults(faults, seed);
    allBack &&= outcome.isBack;
    console.log(row(outcome));
  }
  await server.stop();
  await Promise.all([rtsp.stop(), http.stop()]);
  cameras.dispose();
  process.exitCode = allBack ? 0 : 1;
}

await main();
