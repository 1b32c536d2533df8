/**
 * `npm run bench -- [--quick] [SCENARIO…]`: compares Lenscast with its peers on this machine, and keeps the results in
 * bench/results. `--quick` measures less and keeps nothing. USTREAMER names another µStreamer than the one in PATH.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acquisition } from './scenarios/acquisition.js';
import { isolation } from './scenarios/isolation.js';
import { liveFrames } from './scenarios/live-frames.js';
import { mjpegPassthrough } from './scenarios/mjpeg-passthrough.js';
import { passthrough60 } from './scenarios/passthrough-60.js';
import { stalledViewers } from './scenarios/stalled-viewers.js';
import { tenCameras } from './scenarios/ten-cameras.js';
import { yuyvEncode } from './scenarios/yuyv-encode.js';
import { killChildren } from './support/children.js';
import { describeMachine, renderResults, type StoredResult, storePage, storeResult } from './support/result-files.js';
import { LOAD_CPU } from './support/servers.js';

const scenarios = [
  mjpegPassthrough,
  yuyvEncode,
  stalledViewers,
  passthrough60,
  tenCameras,
  acquisition,
  liveFrames,
  isolation,
] as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
  const quick = values.quick ?? false;
  const unknown = positionals.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    throw new Error(`no scenario ${unknown}; there are ${scenarios.map(({ name }) => name).join(', ')}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'lenscast-bench-'));
  process.on('exit', () => {
    killChildren();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  // All threads: what measures must not disturb the server.
  execFileSync('taskset', ['-apc', String(LOAD_CPU), String(process.pid)], { stdio: 'ignore' });

  const scheduling = takePriority();
  const results: StoredResult[] = [];
  const date = new Date().toISOString().slice(0, 10);
  for (const scenario of scenarios) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
    const began = performance.now();
    const progress = (line: string) => process.stdout.write(`${scenario.name}: ${line}\n`);
    const result = await scenario.run({ quick, folder, progress });
    const stored = { scenario: scenario.name, date, machine: describeMachine(scheduling), ...result };
    results.push(stored);
    progress(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
    if (!quick) storeResult(stored);
  }
  // A quick run shows what it found and keeps nothing.
  process.stdout.write(`${quick ? renderResults(results) : storePage(scenarios.map(({ name }) => name))}\n`);
  process.exit(0);
}

/**
 * Round robin before other programs of a shared machine, sched(7), where the user may; all that is started here
 * inherits it. A nice value does not help: it counts among the programs of one session only.
 */
function takePriority(): string {
  try {
    execFileSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(process.pid)], { stdio: 'ignore' });
    return 'SCHED_RR';
  } catch {
    return 'SCHED_OTHER';
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
