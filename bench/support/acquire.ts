/**
 * `node --import tsx bench/support/acquire.ts DEVICE FRAMES`: takes frames of a camera as the server does, and prints as
 * JSON how many milliseconds each took from the appsink to JavaScript.
 */
import { monotonicMs } from '../../src/core/clock.js';
import { loadAddon } from '../../src/native/addon.js';
import { planPipeline } from '../../src/pipeline/plan.js';

const [device = '', wanted = ''] = process.argv.slice(2);
const mode = { format: 'JPEG', width: 1920, height: 1080, fps: { numerator: 60, denominator: 1 } } as const;
const { description, tap, outputs } = planPipeline({ kind: 'v4l2', device, mode }, new Map(), { h264: null });
const source = outputs[0];
if (source === undefined) throw new Error('the camera passes nothing through');

const addon = loadAddon();
const delaysMs: number[] = [];
const pipeline = addon.openPipeline(
  description,
  { sinks: [source.sink], tap },
  {
    onFrames: () => {
      const frame = pipeline.take(source.sink);
      if (frame === null) return;
      delaysMs.push(monotonicMs() - frame.arrivalMs);
      addon.releaseFrame(frame.handle);
      if (delaysMs.length === Number(wanted)) void end();
    },
    onEvent: (event) => {
      if (event.type === 'error') throw new Error(event.message);
    },
  },
);

async function end(): Promise<void> {
  const { sinks } = pipeline.stats();
  clearInterval(alive);
  await pipeline.close(2000);
  process.stdout.write(`${JSON.stringify({ delaysMs, dropped: sinks[source?.sink ?? '']?.dropped })}\n`);
}

// A playing pipeline doesn't keep the process running.
const alive = setInterval(() => undefined, 1000);
for (const valve of source.valves) pipeline.setProperty(valve, 'drop', false);
await pipeline.start();
