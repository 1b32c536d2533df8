import type { LoadReport } from '../../test/support/load-client.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../../test/support/v4l2-camera.js';
import { LiveFramesWatch } from '../support/live-frames.js';
import { type Measurement, measure, missedByServer } from '../support/measure.js';
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

const size = '1920x1080';
const fps = 30;
const viewers = 20;
const stalled = 10;
const warmupSeconds = 2;
const afterResumeSeconds = 4;
const oldMs = 1000;
// The kernel doubles it. Left to itself it lets the buffer grow to megabytes, and what lies there no server can take back.
const receiveBufferBytes = 128 * 1024;

interface LiveFrames {
  readonly highest: number;
  readonly remaining: number;
}

/** Half of the viewers read nothing for a minute: what do the others notice, and what do those get who come back? */
export const stalledViewers: Scenario = {
  name: 'stalled-viewers',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps] });
    const stallSeconds = quick ? 10 : 60;
    const load = {
      viewers,
      stalled,
      mssBytes: 1448,
      receiveBufferBytes,
      warmupSeconds,
      seconds: stallSeconds + afterResumeSeconds,
      resumeAfterSeconds: warmupSeconds + stallSeconds,
    };
    try {
      const lenscast = await startLenscast({ cameras });
      const watch = new LiveFramesWatch(lenscast);
      const ours = await measure({ servers: [lenscast], cameras: [camera], load });
      const frames = await watch.end();
      await lenscast.stop();
      progress(progressLine('Lenscast, the ten others', ours));
      const peer = await startUstreamer({ cameras, format: 'MJPEG', size, fps });
      const theirs = await measure({ servers: [peer], cameras: [camera], load });
      await peer.stop();
      progress(progressLine('µStreamer, the ten others', theirs));
      return resultOf(ours, theirs, frames, stallSeconds);
    } finally {
      cameras.dispose();
    }
  },
};

function resultOf(ours: Measurement, theirs: Measurement, frames: LiveFrames, stallSeconds: number): ScenarioResult {
  const row = (server: string, measurement: Measurement) => {
    const { load } = measurement;
    const closed = load.stalled.filter((viewer) => viewer.closed).length;
    return [
      server,
      ...figureCells(figuresOf([measurement])),
      String(closed),
      String(oldFrames(load)),
      worstAgeMs(load).toFixed(0),
    ];
  };
  return {
    title: `${stalled} stalled viewers among ${viewers}`,
    notes: [
      `1080p30 passthrough, TCP segments of 1448 bytes. ${stalled} viewers read one frame, then nothing for ${stallSeconds} s, then on.`,
      `Rates and latencies are those of the other ${viewers - stalled}; old is more than ${oldMs} ms.`,
      `The viewers’ receive buffers are fixed at ${(2 * receiveBufferBytes) / 1024} kB; what came before the stall lies there.`,
      `Lenscast held at most ${frames.highest} frames in memory, and ${frames.remaining} after the last viewer left.`,
      disturbance([ours, theirs]),
    ],
    tables: [
      {
        title: '',
        columns: [
          'server',
          ...figureColumns,
          'stalled ones dropped',
          'old frames on resuming',
          'oldest after these, ms',
        ],
        rows: [row('Lenscast', ours), row('µStreamer', theirs)],
      },
    ],
    targets: [
      { what: 'frames missed by the viewers beside stalled ones', measured: missedByServer(ours), limit: 0, unit: '' },
      {
        what: 'age of what stalled viewers get after a minute',
        measured: worstAgeMs(ours.load),
        limit: 1000,
        unit: 'ms',
      },
    ],
    samples: [
      { server: 'Lenscast', measurement: ours, liveFrames: frames },
      { server: 'µStreamer', measurement: theirs },
    ],
  };
}

/** The most frames of before the stall that one of the viewers still finds in its own receive buffer and on the way. */
function oldFrames({ stalled }: LoadReport): number {
  return Math.max(...stalled.map(({ agesMs }) => agesMs.filter((age) => age > oldMs).length));
}

/** The highest age of what follows the first three frames; infinite where a viewer got nothing any more. */
function worstAgeMs({ stalled }: LoadReport): number {
  return Math.max(...stalled.map((viewer) => viewer.worstAgeAfterSkipMs ?? Number.POSITIVE_INFINITY));
}
