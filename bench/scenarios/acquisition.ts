import { fileURLToPath } from 'node:url';
import { oneV4l2Camera, renderV4l2Pictures } from '../../test/support/v4l2-camera.js';
import { Child } from '../support/children.js';
import type { Context, Scenario, ScenarioResult } from '../support/report.js';
import { SERVER_CPU } from '../support/servers.js';
import { percentile } from '../support/statistics.js';

const size = '1920x1080';
const program = fileURLToPath(new URL('../support/acquire.ts', import.meta.url));

/** The hand-over from GStreamer's thread to JavaScript's. */
export const acquisition: Scenario = {
  name: 'acquisition',
  async run({ quick, progress }: Context): Promise<ScenarioResult> {
    renderV4l2Pictures('MJPG', size);
    const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [60] });
    const frames = quick ? 200 : 1200;
    try {
      const child = new Child(process.execPath, ['--import', 'tsx', program, camera.device, String(frames)], {
        cpu: SERVER_CPU,
        env: cameras.env,
      });
      const line = await child.waitForOutput(/^(\{"delaysMs".*\})$/m, 10_000 + (1000 * frames) / 30);
      await child.stop();
      const { delaysMs, dropped } = JSON.parse(line) as { delaysMs: number[]; dropped: number };
      const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((fraction) => percentile(delaysMs, fraction));
      const cells = [p50, p95, p99, most].map((ms) => (ms ?? Number.NaN).toFixed(3));
      progress(`p50 ${cells[0]} ms, p99 ${cells[2]} ms, ${dropped} dropped`);
      return {
        title: 'From the appsink to TypeScript',
        notes: [`${frames} frames of a 1080p60 MJPEG camera, nobody watching, one core for all threads.`],
        tables: [
          {
            title: '',
            columns: ['p50, ms', 'p95, ms', 'p99, ms', 'most, ms', 'dropped'],
            rows: [[...cells, String(dropped)]],
          },
        ],
        targets: [{ what: 'appsink to TypeScript, p99', measured: p99 ?? Number.NaN, limit: 1, unit: 'ms' }],
        samples: [{ delaysMs, dropped }],
      };
    } finally {
      cameras.dispose();
    }
  },
};
