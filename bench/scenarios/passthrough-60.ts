import { oneV4l2Camera, renderV4l2Pictures } from '../../test/support/v4l2-camera.js';
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
const fps = 60;

/** A fast camera and one viewer: nothing may be lost. */
export const passthrough60: Scenario = {
  name: 'passthrough-60',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [fps] });
    const starts = [() => startLenscast({ cameras }), () => startUstreamer({ cameras, format: 'MJPEG', size, fps })];
    const samples: { server: string; measurement: Measurement }[] = [];
    try {
      for (let i = 0; i < (quick ? 1 : 3); i++) {
        for (const start of starts) {
          const server = await start();
          const load = { viewers: 1, mssBytes: 1448, warmupSeconds: 1, seconds: quick ? 2 : 6 };
          const measurement = await measure({ servers: [server], cameras: [camera], load });
          await server.stop();
          progress(progressLine(server.name, measurement));
          samples.push({ server: server.name, measurement });
        }
      }
    } finally {
      cameras.dispose();
    }
    return resultOf(samples);
  },
};

function resultOf(samples: readonly { server: string; measurement: Measurement }[]): ScenarioResult {
  const of = (server: string) => samples.filter((one) => one.server === server).map(({ measurement }) => measurement);
  const row = (server: string) => {
    const lost = of(server).reduce((sum, { cameraLost }) => sum + cameraLost, 0);
    return [server, ...figureCells(figuresOf(of(server))), String(lost)];
  };
  const ours = of('Lenscast');
  return {
    title: '1080p60 MJPEG camera, passed through to one viewer',
    notes: [
      'TCP segments of 1448 bytes; medians of three interleaved runs of 6 s.',
      disturbance(samples.map(({ measurement }) => measurement)),
    ],
    tables: [
      {
        title: '',
        columns: ['server', ...figureColumns, 'lost by the camera'],
        rows: [row('Lenscast'), row('µStreamer')],
      },
    ],
    targets: [
      { what: 'CPU of 1080p60 passthrough, 1 viewer', measured: figuresOf(ours).cpuPercent, limit: 5, unit: '%' },
      {
        what: 'frames missed at 1080p60, 1 viewer, all runs',
        measured: ours.reduce((sum, one) => sum + missedByServer(one), 0),
        limit: 0,
        unit: '',
      },
    ],
    samples,
  };
}
