import { FakeHardware, type Trouble } from '../../test/support/fake-hardware.js';
import { HttpCamera } from '../../test/support/http-camera.js';
import { PictureWatcher } from '../../test/support/picture-watcher.js';
import { Server } from '../../test/support/server.js';
import { until } from '../../test/support/until.js';
import { WhepViewer } from '../../test/support/whep-viewer.js';
import type { Context, Scenario, ScenarioResult } from '../support/report.js';
import { markdownTable } from '../support/result-files.js';
import { median } from '../support/statistics.js';

const tries = 5;
const limitMs = 2000;
const waitMs = 30_000;

const elements = { decode: 'nvv4l2decoder', jpeg: 'nvjpegenc', h264: 'nvv4l2h264enc' } as const;
const names = { decode: 'decoder', jpeg: 'JPEG encoder', h264: 'H.264 encoder' } as const;
type BrokenJob = keyof typeof elements;
const jobs: readonly BrokenJob[] = ['decode', 'jpeg', 'h264'];

interface Failure {
  readonly trouble: Trouble;
  readonly words: string;
  /** As the pipeline starts for the first viewer, instead of while that watches. */
  readonly atStart?: boolean;
  readonly isolation?: 'process';
  readonly jobs?: readonly BrokenJob[];
}

const failures: readonly Failure[] = [
  { trouble: 'error-at-17', words: 'tells an error' },
  { trouble: 'stall-at-17', words: 'takes frames and gives none' },
  {
    trouble: 'stall-at-17',
    words: 'takes frames and gives none, with `isolation: process`',
    isolation: 'process',
  },
  { trouble: 'segv', words: 'raises SIGSEGV, with `isolation: process`', isolation: 'process' },
  { trouble: 'refuse-caps', words: 'refuses its caps', atStart: true },
  { trouble: 'hang-start', words: 'hangs as it starts', atStart: true },
  { trouble: 'stall-at-once', words: 'gives no frame at all', atStart: true },
  { trouble: 'one-session', words: 'has no session left', atStart: true, jobs: ['h264'] },
];

/** In ms. */
interface Outage {
  readonly job: BrokenJob;
  readonly failure: string;
  /** From the last frame, or from the request of whoever comes first, to the first one in software. */
  readonly totalMs: number;
  /** The part until the server knows. */
  readonly noticedMs: number;
}

/** How long viewers wait when an element of the chip fails: for the elements of a Jetson, as the tests emulate them. */
export const chips: Scenario = {
  name: 'chips',
  page: 'chips',
  readme: chipsReadme,
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    const chip = new FakeHardware('jetson');
    const camera = await HttpCamera.start({ width: 1280, height: 720, fps: 30 });
    try {
      await probe(camera, chip);
      const outages: Outage[] = [];
      for (const failure of failures) {
        for (const job of failure.jobs ?? jobs) {
          for (let i = 0; i < (quick ? 1 : tries); i++) {
            const outage = await tryOne(camera, chip, failure, job);
            outages.push(outage);
            progress(JSON.stringify(outage));
          }
        }
      }
      return resultOf(outages);
    } finally {
      await camera.stop();
      chip.dispose();
    }
  },
};

function startServer(camera: HttpCamera, chip: FakeHardware, isolation: 'none' | 'process'): Promise<Server> {
  // The second one is a second session of the H.264 encoder.
  const tiers = 'tiers: { low: { width: 640, height: 360, fps: 30 }, lower: { width: 320, height: 180, fps: 30 } }';
  const config = `cameras:\n  front: { source: "${camera.url}", linger_ms: 0, isolation: ${isolation}, ${tiers} }\n`;
  return Server.start({ config, env: chip.env });
}

/** What is found out is kept for the servers that follow. */
async function probe(camera: HttpCamera, chip: FakeHardware): Promise<void> {
  const server = await startServer(camera, chip, 'none');
  const viewer = await PictureWatcher.open(server.url, '/stream?tier=low&extra_headers=1');
  await until('the probe', () => server.logs.includes('can be used'), 2 * waitMs);
  await viewer.stop();
  await server.stop();
}

async function tryOne(camera: HttpCamera, chip: FakeHardware, failure: Failure, job: BrokenJob): Promise<Outage> {
  const server = await startServer(camera, chip, failure.isolation ?? 'none');
  const break_ = () => chip.trouble({ [elements[job]]: failure.trouble });
  const closing: (() => unknown)[] = [() => chip.trouble({}), () => server.stop()];
  try {
    if (failure.atStart) break_();
    const beganMs = performance.now();
    const viewer = await watch(server, job);
    closing.unshift(() => viewer.stop());
    if (!failure.atStart) {
      await until('frames from the chip', () => viewer.arrivals.length > 30, waitMs);
      break_();
    }
    const noticed = await until('the failure', () => momentOf(server, 'hardware failed'), waitMs);
    const live = await until('software', () => momentOf(server, ': live', noticed), waitMs);
    const first = await until('a frame', () => viewer.arrivals.find((atMs) => atMs >= live - 1), waitMs);
    const last = failure.atStart ? beganMs : (viewer.arrivals.findLast((atMs) => atMs < noticed) ?? Number.NaN);
    return {
      job,
      failure: failure.words,
      totalMs: Math.round(first - last),
      noticedMs: Math.round(noticed - last),
    };
  } finally {
    for (const close of closing) await close();
  }
}

/** When the log first says something after a moment; as performance.now(). */
function momentOf(server: Server, words: string, afterMs = Number.NEGATIVE_INFINITY): number | false {
  const moments = server.logs.split('\n').flatMap((line) => {
    const at = line.includes(words)
      ? Date.parse(line.slice(0, line.indexOf(' '))) - performance.timeOrigin
      : Number.NaN;
    return at >= afterMs ? [at] : [];
  });
  return moments[0] ?? false;
}

interface Watching {
  /** Of the camera's own frames, not of what stands in for them; performance.now(). */
  readonly arrivals: readonly number[];
  stop(): unknown;
}

async function watch(server: Server, job: BrokenJob): Promise<Watching> {
  const arrivals: number[] = [];
  if (job === 'h264') {
    const viewer = await WhepViewer.watch(`${server.url}/cameras/front/whep?tier=low`);
    const look = () => {
      while (arrivals.length < viewer.pictures) arrivals.push(performance.now());
    };
    const timer = setInterval(look, 2);
    const stop = () => {
      clearInterval(timer);
      viewer.close();
    };
    return { arrivals, stop };
  }
  const viewer = await PictureWatcher.open(server.url, '/stream?tier=low&extra_headers=1');
  let last: Uint8Array = Buffer.alloc(0);
  const look = () => {
    const { atMs, jpeg } = viewer.newest.live ?? {};
    // When nothing new comes the last one is sent again each second.
    if (atMs === undefined || jpeg === undefined || jpeg.equals(last)) return;
    last = jpeg;
    arrivals.push(atMs);
  };
  const timer = setInterval(look, 2);
  const stop = () => {
    clearInterval(timer);
    return viewer.stop();
  };
  return { arrivals, stop };
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

function spread(values: readonly number[]): string {
  return `${seconds(median(values))} / ${seconds(Math.max(...values))}`;
}

/** What README.md shows. */
export function chipsReadme({ samples }: Pick<ScenarioResult, 'samples'>): string {
  const outages = samples as readonly Outage[];
  const cell = (words: string, job: BrokenJob) => {
    const of = outages.filter((outage) => outage.failure === words && outage.job === job);
    return of.length === 0 ? '–' : spread(of.map(({ totalMs }) => totalMs));
  };
  const rows = failures.map(({ words }) => [words, ...jobs.map((job) => cell(words, job))]);
  return markdownTable(['it', ...jobs.map((job) => names[job])], rows);
}

function resultOf(outages: readonly Outage[]): ScenarioResult {
  const groups = failures.flatMap((failure) =>
    (failure.jobs ?? jobs).map((job) => ({
      failure,
      job,
      of: outages.filter((outage) => outage.failure === failure.words && outage.job === job),
    })),
  );
  return {
    title: 'An element of the chip fails',
    notes: [
      'A 720p30 MJPEG camera over HTTP, tiers of 640x360 and 320x180, one viewer of the former: by MJPEG, for the H.264 encoder by WebRTC. The elements are emulated under the names of a Jetson’s and work on the same two cores as everything else.',
      'From the last frame, or from the request where the element fails at the start, to the first frame in software; each try with a server of its own.',
    ],
    tables: [
      {
        title: 'Without frames, median / worst',
        columns: [
          'the element',
          'which',
          'tries',
          'until it is noticed, s',
          'from then to the first frame, s',
          'altogether, s',
        ],
        rows: groups.map(({ failure, job, of }) => [
          failure.words,
          names[job],
          String(of.length),
          spread(of.map(({ noticedMs }) => noticedMs)),
          spread(of.map(({ totalMs, noticedMs }) => totalMs - noticedMs)),
          spread(of.map(({ totalMs }) => totalMs)),
        ]),
      },
    ],
    targets: [
      {
        what: 'A chip’s failure to frames in software, worst',
        measured: Math.max(...outages.map(({ totalMs }) => totalMs)) / 1000,
        limit: limitMs / 1000,
        unit: 's',
      },
    ],
    samples: outages,
  };
}
