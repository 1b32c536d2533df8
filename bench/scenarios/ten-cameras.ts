import { renderV4l2Pictures, V4l2Cameras } from '../../test/support/v4l2-camera.js';
import { type Measurement, measure, measureStreams } from '../support/measure.js';
import {
  type Context,
  disturbance,
  figureCells,
  figureColumns,
  figuresOf,
  progressLine,
  type Scenario,
  type ScenarioResult,
} from '../support/report.js';
import { startLenscast, startUstreamer } from '../support/servers.js';

const size = '1280x720';
const fps = 30;
const cameraCount = 10;
const viewersEach = 2;

/** Ten cameras in one process, against a process for each. */
export const tenCameras: Scenario = {
  name: 'ten-cameras',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const settings = Array.from({ length: cameraCount }, () => ({ sizes: [size], rates: [fps] }));
    const cameras = new V4l2Cameras(settings);
    const load = { viewers: viewersEach, mssBytes: 1448, warmupSeconds: 2, seconds: quick ? 3 : 8 };
    const ours: Measurement[] = [];
    const theirs: Measurement[] = [];
    try {
      for (let i = 0; i < (quick ? 1 : 2); i++) {
        const one = await measureLenscast(cameras, load);
        progress(progressLine('Lenscast', one));
        ours.push(one);
        const other = await measureUstreamers(cameras, load);
        progress(progressLine('ten of µStreamer', other));
        theirs.push(other);
      }
    } finally {
      cameras.dispose();
    }
    return resultOf(ours, theirs);
  },
};

interface Load {
  readonly viewers: number;
  readonly seconds: number;
}

async function measureLenscast(cameras: V4l2Cameras, load: Load): Promise<Measurement> {
  const server = await startLenscast({ cameras, cameraCount });
  const listed: unknown = await fetch(`${server.url}/api/cameras`).then((response) => response.json());
  const streams = cameraIds(listed).map((id) => `${server.url}/cameras/${id}/stream?tier=source`);
  if (streams.length !== cameraCount) throw new Error(`Lenscast lists ${streams.length} cameras`);
  const measurement = await measureStreams({ pids: [server.pid], streams, cameras: cameras.cameras, load });
  await server.stop();
  return measurement;
}

function cameraIds(listed: unknown): string[] {
  const list =
    typeof listed === 'object' && listed !== null && 'cameras' in listed ? listed.cameras : (listed as unknown);
  if (!Array.isArray(list)) throw new Error(`no list of cameras: ${JSON.stringify(listed)}`);
  return list.map((camera: { id: string }) => camera.id);
}

async function measureUstreamers(cameras: V4l2Cameras, load: Load): Promise<Measurement> {
  const servers = await Promise.all(
    cameras.cameras.map((_, node) => startUstreamer({ cameras, node, format: 'MJPEG', size, fps })),
  );
  const measurement = await measure({ servers, cameras: cameras.cameras, load });
  await Promise.all(servers.map((server) => server.stop()));
  return measurement;
}

function resultOf(ours: readonly Measurement[], theirs: readonly Measurement[]): ScenarioResult {
  return {
    title: `${cameraCount} cameras at once`,
    notes: [
      `720p30 MJPEG cameras, ${viewersEach} viewers each, passed through; one process of Lenscast, ten of µStreamer (sums of theirs).`,
      'Latency is that of the camera with the highest p99.',
      disturbance([...ours, ...theirs]),
    ],
    tables: [
      {
        title: '',
        columns: ['server', ...figureColumns],
        rows: [
          ['Lenscast', ...figureCells(figuresOf(ours))],
          ['10 × µStreamer', ...figureCells(figuresOf(theirs))],
        ],
      },
    ],
    targets: [],
    samples: [
      ...ours.map((measurement) => ({ server: 'Lenscast', measurement })),
      ...theirs.map((measurement) => ({ server: 'µStreamer', measurement })),
    ],
  };
}
