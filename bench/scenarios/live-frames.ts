import { oneV4l2Camera, renderV4l2Pictures } from '../../test/support/v4l2-camera.js';
import { LiveFramesWatch } from '../support/live-frames.js';
import { measure } from '../support/measure.js';
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
import { startLenscast } from '../support/servers.js';

const size = '1920x1080';
const viewers = 100;
const stalled = 10;

/** How many of the camera's buffers many viewers hold, when some don't read. */
export const liveFrames: Scenario = {
  name: 'live-frames',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [30] });
    try {
      const server = await startLenscast({ cameras });
      const watch = new LiveFramesWatch(server);
      const load = { viewers, stalled, mssBytes: 1448, warmupSeconds: 2, seconds: quick ? 5 : 10 };
      const measurement = await measure({ servers: [server], cameras: [camera], load });
      const frames = await watch.end();
      await server.stop();
      progress(progressLine('Lenscast', measurement));
      return {
        title: `Live buffers: ${viewers} viewers, ${stalled} of them stalled`,
        notes: [
          `1080p30 passthrough; the frames held in memory, asked for ten times a second (${frames.samples} times).`,
          disturbance([measurement]),
        ],
        tables: [
          {
            title: '',
            columns: [...figureColumns, 'most live frames', 'after the last viewer'],
            rows: [[...figureCells(figuresOf([measurement])), String(frames.highest), String(frames.remaining)]],
          },
        ],
        targets: [
          { what: 'live frames, 100 viewers, 10 stalled', measured: frames.highest, limit: 16, unit: '' },
          { what: 'live frames after the last viewer left', measured: frames.remaining, limit: 0, unit: '' },
        ],
        samples: [{ server: 'Lenscast', measurement, liveFrames: frames }],
      };
    } finally {
      cameras.dispose();
    }
  },
};
