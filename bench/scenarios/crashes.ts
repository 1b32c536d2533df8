import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type PictureKind, PictureWatcher } from '../../test/support/picture-watcher.js';
import { childrenOf, processFigures } from '../../test/support/process-figures.js';
import { Server } from '../../test/support/server.js';
import { renderV4l2Pictures, V4l2Cameras } from '../../test/support/v4l2-camera.js';
import { waitFor } from '../support/children.js';
import type { Context, Scenario, ScenarioResult } from '../support/report.js';
import { SERVER_CPU } from '../support/servers.js';
import { percentile } from '../support/statistics.js';

const size = '1280x720';
const viewersEach = 20;
const fps = 30;
const timeoutMs = 15_000;
// About as long as a crash and what follows takes.
const calmMsEach = 1000;

/** From the signal to the last of the viewers, in milliseconds. */
interface Crash {
  readonly standInMs: number;
  readonly liveMs: number;
}

/** SIGSEGV to a camera's own process, again and again, while viewers watch it and others another camera. */
export const crashes: Scenario = {
  name: 'crashes',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const each = { sizes: [size], rates: [fps], formats: ['MJPG'] as const };
    const cameras = new V4l2Cameras([each, each]);
    const own = '{ source: "v4l2:/dev/video0", isolation: process }';
    const config = `cameras: { crashing: ${own}, other: { source: "v4l2:/dev/video1" } }`;
    const server = await Server.start({ config, env: cameras.env });
    // Not on the core of the viewers, whose process this is.
    execFileSync('taskset', ['-apc', String(SERVER_CPU), String(server.pid)], { stdio: 'ignore' });
    try {
      const crashing = await watch(server, 'crashing');
      const other = await watch(server, 'other');
      const before = processFigures(server.pid);
      const count = quick ? 5 : 50;
      const calm = await missedDuring(other, cameras, () => delay(calmMsEach * count));
      const made: Crash[] = [];
      const missed = await missedDuring(other, cameras, async () => {
        for (let i = 0; i < count; i++) {
          made.push(await crash(server, crashing));
          progress(`${i + 1}: ${JSON.stringify(made.at(-1))}`);
        }
      });
      const after = processFigures(server.pid);
      const ended = sumOf([...crashing, ...other], (one) => Number(one.ended));
      for (const watcher of [...crashing, ...other]) await watcher.stop();
      return resultOf({ crashes: made, calm, missed, ended, before, after, processes: childrenOf(server.pid).length });
    } finally {
      await server.stop();
      cameras.dispose();
    }
  },
};

async function watch(server: Server, id: string): Promise<PictureWatcher[]> {
  const path = `/cameras/${id}/stream?tier=source&extra_headers=1`;
  const watchers = await Promise.all(Array.from({ length: viewersEach }, () => PictureWatcher.open(server.url, path)));
  await Promise.all(watchers.map((watcher) => watcher.next('live')));
  return watchers;
}

async function crash(server: Server, watchers: readonly PictureWatcher[]): Promise<Crash> {
  const [pid] = childrenOf(server.pid);
  if (pid === undefined) throw new Error('the camera has no process of its own');
  const last = async (kind: PictureKind) => {
    const seen = await Promise.all(watchers.map((watcher) => watcher.next(kind, timeoutMs)));
    return Math.max(...seen.map(({ atMs }) => atMs));
  };
  const beganMs = performance.now();
  process.kill(pid, 'SIGSEGV');
  const standInMs = (await last('stand-in')) - beganMs;
  const liveMs = (await last('live')) - beganMs;
  await waitFor('the old process to be gone', timeoutMs, async () =>
    childrenOf(server.pid).includes(pid) ? undefined : true,
  );
  return { standInMs: Math.round(standInMs), liveMs: Math.round(liveMs) };
}

/** Frames that a viewer missed a second, but for those that the emulated camera left out. */
async function missedDuring(
  watchers: readonly PictureWatcher[],
  { cameras }: V4l2Cameras,
  action: () => Promise<unknown>,
): Promise<Missed> {
  const look = () => ({
    missed: sumOf(watchers, ({ missed }) => missed) / watchers.length,
    late: cameras[1]?.counters().late ?? 0,
  });
  const before = look();
  const beganMs = performance.now();
  await action();
  const after = look();
  const frames = Math.max(0, after.missed - before.missed - (after.late - before.late));
  return { frames, seconds: (performance.now() - beganMs) / 1000 };
}

interface Missed {
  readonly frames: number;
  readonly seconds: number;
}

function sumOf<T>(items: readonly T[], read: (item: T) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0);
}

interface Findings {
  readonly crashes: readonly Crash[];
  /** Of the other camera, by each viewer: before the crashes, and meanwhile. */
  readonly calm: Missed;
  readonly missed: Missed;
  readonly ended: number;
  readonly before: ReturnType<typeof processFigures>;
  readonly after: ReturnType<typeof processFigures>;
  readonly processes: number;
}

function resultOf({ crashes: made, calm, missed, ended, before, after, processes }: Findings): ScenarioResult {
  const of = (read: (one: Crash) => number) => [50, 95, 100].map((p) => percentile(made.map(read), p / 100).toFixed(0));
  const figures = (one: Findings['before']) =>
    [one.threads, one.descriptors, (one.residentBytes / 1e6).toFixed(0)].map(String);
  return {
    title: "Crashes of a camera's process",
    notes: [
      `SIGSEGV ${made.length} times to the process of a 720p30 MJPEG camera with ${viewersEach} viewers; ${viewersEach} others watch a camera in the server.`,
      `The server went on as the same process; ${ended} connections ended.`,
      `Each viewer of the other camera missed ${tell(missed)} meanwhile, and ${tell(calm)} before, without any crash.`,
    ],
    tables: [
      {
        title: 'From the signal until the last viewer has it, ms',
        columns: ['', 'p50', 'p95', 'worst'],
        rows: [
          ['what stands in for the camera', ...of(({ standInMs }) => standInMs)],
          ['its picture', ...of(({ liveMs }) => liveMs)],
        ],
      },
      {
        title: 'The server',
        columns: ['', 'threads', 'descriptors', 'memory, MB', 'processes of cameras'],
        rows: [
          ['before', ...figures(before), '1'],
          ['after', ...figures(after), String(processes)],
        ],
      },
    ],
    targets: [
      {
        what: 'crash to pictures again, p95',
        measured: percentile(
          made.map(({ liveMs }) => liveMs),
          0.95,
        ),
        limit: 2000,
        unit: 'ms',
      },
      {
        what: "frames missed by a viewer of the other camera, of the camera's",
        measured: shareOf(missed),
        limit: shareOf(calm),
        unit: '%',
      },
      { what: 'connections that ended', measured: ended, limit: 0, unit: '' },
    ],
    samples: made,
  };
}

function tell({ frames, seconds }: Missed): string {
  return `${frames.toFixed(1)} of ${(fps * seconds).toFixed(0)} frames`;
}

/** In per cent of what the camera gave. */
function shareOf({ frames, seconds }: Missed): number {
  return (100 * frames) / (fps * seconds);
}
