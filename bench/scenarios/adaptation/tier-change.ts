import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type LoadReport, runLoad } from '../../../test/support/load-client.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../../../test/support/v4l2-camera.js';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { LOAD_CPU, type RunningServer, startLenscast } from '../../support/servers.js';
import { TimedViewer, type TimeSeries } from '../../support/timed-viewers.js';

const size = '1920x1080';
const viewers = 20;
const changes = [
  { width: 960, height: 540 },
  { width: 320, height: 180 },
  { width: 1280, height: 720 },
  { width: 640, height: 360 },
] as const;
const everyMs = 2500;

interface Change {
  readonly width: number;
  /** From the request to the first frame of that size. */
  readonly tookMs: number;
}

/** A tier's size is changed again and again while twenty watch it, and one records. */
export const tierChange: Scenario = {
  name: 'adaptation-change',
  page: 'adaptation',
  async run({ folder, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras } = oneV4l2Camera({ sizes: [size], rates: [30] });
    const configFile = join(folder, 'tiers.yaml');
    const tier = '{ width: 640, height: 360, fps: 30, quality: 70 }';
    writeFileSync(configFile, `cameras: { front: { source: "v4l2:/dev/video0", tiers: { high: ${tier} } } }\n`);
    try {
      const server = await startLenscast({ cameras, configFile, tier: 'high' });
      const stream = `${server.url}/stream?tier=high`;
      const seconds = (everyMs * (changes.length + 1)) / 1000;
      const recording = join(folder, 'recording.mjpeg');
      const recorder = spawn(
        'ffmpeg',
        [
          '-v',
          'error',
          '-f',
          'mpjpeg',
          '-i',
          stream,
          '-c',
          'copy',
          '-f',
          'mjpeg',
          '-t',
          String(seconds + 20),
          '-y',
          recording,
        ],
        { stdio: 'ignore' },
      );
      const viewer = new TimedViewer(stream, seconds + 3, folder);
      await viewer.connected();
      const load = runLoad({ url: stream, viewers, warmupSeconds: 1, seconds, cpu: LOAD_CPU });
      await delay(2000);
      const moments = await changeAll(server);
      const report = await load;
      const series = await viewer.end();
      const exited = once(recorder, 'exit');
      recorder.kill('SIGINT');
      await exited;
      await server.stop();
      const done = moments.map(({ width, atMs }) => ({ width, tookMs: tookMs(series, width, atMs) }));
      progress(JSON.stringify(done));
      return resultOf(report, done, decoded(recording));
    } finally {
      cameras.dispose();
    }
  },
};

async function changeAll({ url }: RunningServer) {
  const moments: { width: number; atMs: number }[] = [];
  for (const change of changes) {
    const atMs = Date.now();
    const response = await fetch(`${url}/api/cameras/front/tiers/high`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(await response.text());
    moments.push({ width: change.width, atMs });
    await delay(everyMs);
  }
  return moments;
}

function tookMs({ startMs, frames }: TimeSeries, width: number, atMs: number): number {
  const first = frames.find((frame) => frame.width === width && startMs + frame.atMs >= atMs);
  return first === undefined ? Number.POSITIVE_INFINITY : startMs + first.atMs - atMs;
}

/** How many pictures ffmpeg decodes, and what it complains of. */
function decoded(recording: string): { readonly frames: number; readonly complaints: string } {
  const words = ['-v', 'error', '-xerror', '-err_detect', 'explode', '-f', 'mjpeg', '-i', recording];
  try {
    execFileSync('ffmpeg', [...words, '-f', 'null', '-'], { stdio: 'pipe' });
  } catch (error) {
    return { frames: 0, complaints: String(error) };
  }
  const probe = ['-v', 'error', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0'];
  const frames = Number(
    execFileSync('ffprobe', [...probe, '-f', 'mjpeg', recording])
      .toString()
      .trim(),
  );
  return { frames, complaints: '' };
}

function resultOf(
  report: LoadReport,
  done: readonly Change[],
  { frames, complaints }: ReturnType<typeof decoded>,
): ScenarioResult {
  return {
    title: 'A tier that is changed while it plays',
    notes: [
      `1080p30 camera; the tier plays at 30 fps for ${viewers} viewers, of whom none loses its connection, one that notes when each size comes, and ffmpeg, which records it all and then decodes ${frames} pictures.${complaints}`,
    ],
    tables: [
      {
        title: '',
        columns: ['PUT', 'first JPEG of that size at the viewer, ms'],
        rows: done.map(({ width, tookMs: ms }) => [`width ${width}`, ms.toFixed(0)]),
      },
    ],
    targets: [
      {
        what: 'a PUT until the size changes, the worst',
        measured: Math.max(...done.map((change) => change.tookMs)),
        limit: 500,
        unit: 'ms',
      },
      { what: 'connections closed by it', measured: report.closed, limit: 0, unit: '' },
      { what: 'broken parts', measured: report.badFrames + report.framingErrors, limit: 0, unit: '' },
      { what: 'recordings that ffmpeg can’t decode', measured: frames > 0 ? 0 : 1, limit: 0, unit: '' },
    ],
    samples: [{ report, done, frames, complaints }],
  };
}
