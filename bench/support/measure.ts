/** One measurement: a server, its viewers, and what both saw in the same seconds. */
import { type LoadOptions, type LoadReport, runLoad } from '../../test/support/load-client.js';
import type { V4l2Camera, V4l2CameraCounters } from '../../test/support/v4l2-camera.js';
import { CpuMeter, ProcessMeter, type ProcessUse, sumOf } from './process-use.js';
import { LOAD_CPU, type RunningServer, SERVER_CPU } from './servers.js';

export interface Measurement {
  /** Without the emulated cameras' own threads, which run inside the server's process. */
  readonly use: ProcessUse;
  readonly load: LoadReport;
  readonly fpsPerViewer: number;
  readonly bytesPerFrame: number;
  /** Frames that the cameras lost since no buffer was free. */
  readonly cameraLost: number;
  /** Frames that the cameras left out since their own threads got no CPU: the machine's doing, not the server's. */
  readonly cameraLate: number;
  /** What other programs took of the server's core: how far to trust the rest. */
  readonly foreignPercent: number;
}

/** What viewers missed, less what the camera never gave. */
export function missedByServer({ load, cameraLate }: Measurement): number {
  return Math.max(0, load.missed - load.viewers * cameraLate);
}

export interface MeasureOptions {
  readonly servers: readonly RunningServer[];
  readonly cameras: readonly V4l2Camera[];
  readonly load: Omit<LoadOptions, 'url' | 'cpu'>;
}

/** Several servers are watched by so many viewers each, and count as one. */
export async function measure(options: MeasureOptions): Promise<Measurement> {
  const streams = options.servers.map(({ url, streamPath }) => url + streamPath);
  return measureStreams({ ...options, pids: options.servers.map(({ pid }) => pid), streams });
}

export interface StreamsOptions extends Pick<MeasureOptions, 'cameras' | 'load'> {
  readonly pids: readonly number[];
  readonly streams: readonly string[];
  /** The viewers of each stream, where they aren't as many of each. */
  readonly counts?: readonly number[];
}

export async function measureStreams({ pids, streams, counts, cameras, load }: StreamsOptions): Promise<Measurement> {
  const meters = pids.map((pid) => new ProcessMeter(pid));
  const counters = () => cameras.map((camera) => camera.counters());
  const core = new CpuMeter(SERVER_CPU);
  let busyPercent = 0;
  let before = counters();
  let after = before;
  let uses: ProcessUse[] = [];
  let beganMs = 0;
  let elapsedMs = 0;
  // The first of the load clients gives the time.
  const hooks = {
    onMeasuring: () => {
      for (const meter of meters) meter.begin();
      core.begin();
      before = counters();
      beganMs = performance.now();
    },
    onMeasured: () => {
      uses = meters.map((meter) => meter.end());
      busyPercent = core.end();
      after = counters();
      elapsedMs = performance.now() - beganMs;
    },
  };
  const reports = await Promise.all(
    streams.map((url, i) => {
      const viewers = counts?.[i] ?? load.viewers;
      return runLoad(
        { ...load, ...(viewers === undefined ? {} : { viewers }), url, cpu: LOAD_CPU },
        i === 0 ? hooks : {},
      );
    }),
  );
  const total = (read: (counters: V4l2CameraCounters) => number) =>
    after.reduce((sum, now, i) => sum + read(now) - (before[i] ? read(before[i]) : 0), 0);
  const cameraNs = total(({ captureCpuNs }) => captureCpuNs);
  const use = withoutCameras(sumOf(uses), cameraNs / (1e4 * elapsedMs));
  const merged = mergeReports(reports);
  return {
    use,
    load: merged,
    fpsPerViewer: merged.frames / merged.viewers / merged.seconds,
    bytesPerFrame: merged.bytes / merged.frames,
    cameraLost: total(({ lost }) => lost),
    cameraLate: total(({ late }) => late),
    foreignPercent: Math.max(0, busyPercent - sumOf(uses).cpuPercent),
  };
}

const cameraThread = 'v4l2-camera';

function withoutCameras(use: ProcessUse, cameraPercent: number): ProcessUse {
  const { [cameraThread]: _, ...byThread } = use.cpuPercentByThread;
  return { ...use, cpuPercent: use.cpuPercent - cameraPercent, cpuPercentByThread: byThread };
}

const counted = [
  'viewers',
  'closed',
  'frames',
  'bytes',
  'badFrames',
  'framingErrors',
  'gaps',
  'missed',
  'duplicates',
  'backwards',
] as const;

/** Counts add up; of the distributions the worst one stands for all. */
function mergeReports(reports: readonly LoadReport[]): LoadReport {
  const worst = [...reports].sort((a, b) => (b.latencyMs?.p99 ?? 0) - (a.latencyMs?.p99 ?? 0))[0];
  if (worst === undefined) throw new Error('no load');
  const sums: Partial<Record<(typeof counted)[number], number>> = {};
  for (const name of counted) sums[name] = reports.reduce((sum, report) => sum + report[name], 0);
  return { ...worst, ...sums, perViewer: reports.flatMap(({ perViewer }) => perViewer) };
}
