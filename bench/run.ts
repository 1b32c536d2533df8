/**
 * `npm run bench -- [--quick] [--realtime] [SCENARIO|PAGE…]`: compares Lenscast with its peers on this machine, and keeps the
 * results in bench/results. USTREAMER names another µStreamer than the one in PATH.
 *
 * `--quick` measures less and keeps nothing. `--realtime` schedules servers and load before all other programs, for
 * delays on a machine that is not idle; a server that writes in small pieces looks worse by it than it is.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acquisition } from './scenarios/acquisition.js';
import { fallingLink } from './scenarios/adaptation/falling-link.js';
import { starvedViewer } from './scenarios/adaptation/starved-viewer.js';
import { steadyLinks } from './scenarios/adaptation/steady-links.js';
import { tierChange } from './scenarios/adaptation/tier-change.js';
import { tierCost } from './scenarios/adaptation/tier-cost.js';
import { chips } from './scenarios/chips.js';
import { crashes } from './scenarios/crashes.js';
import { faults } from './scenarios/faults.js';
import { isolation } from './scenarios/isolation.js';
import { liveFrames } from './scenarios/live-frames.js';
import { mjpegPassthrough } from './scenarios/mjpeg-passthrough.js';
import { passthrough60 } from './scenarios/passthrough-60.js';
import { softwareChain } from './scenarios/software-chain.js';
import { stalledViewers } from './scenarios/stalled-viewers.js';
import { tenCameras } from './scenarios/ten-cameras.js';
import { webRtcFall } from './scenarios/webrtc/falling-link.js';
import { webRtcGlass } from './scenarios/webrtc/glass.js';
import { webRtcLinks } from './scenarios/webrtc/links.js';
import { webRtcPassthrough } from './scenarios/webrtc/passthrough.js';
import { webRtcViewers } from './scenarios/webrtc/viewers.js';
import { yuyvEncode } from './scenarios/yuyv-encode.js';
import { killChildren } from './support/children.js';
import type { Scenario } from './support/report.js';
import {
  describeMachine,
  renderResults,
  type StoredResult,
  storeInReadme,
  storePage,
  storeResult,
  usualPage,
} from './support/result-files.js';
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
  faults,
  crashes,
  chips,
  softwareChain,
  steadyLinks,
  fallingLink,
  starvedViewer,
  tierCost,
  tierChange,
  webRtcViewers,
  webRtcLinks,
  webRtcFall,
  webRtcPassthrough,
  webRtcGlass,
] as const;

async function main(): Promise<void> {
  const options = { quick: { type: 'boolean' }, realtime: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { quick = false, realtime = false } = values;
  const unknown = positionals.find((name) => !scenarios.some((scenario) => isNamed(scenario, name)));
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

  if (realtime) goBeforeOthers();
  const results: StoredResult[] = [];
  const date = new Date().toISOString().slice(0, 10);
  const all: readonly Scenario[] = scenarios;
  for (const scenario of all) {
    if (!isWanted(scenario, positionals)) continue;
    const began = performance.now();
    const progress = (line: string) => process.stdout.write(`${scenario.name}: ${line}\n`);
    const result = await scenario.run({ quick, folder, progress });
    const stored = {
      scenario: scenario.name,
      date,
      machine: describeMachine(realtime ? 'SCHED_RR' : 'SCHED_OTHER'),
      ...result,
    };
    results.push(stored);
    progress(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
    if (!quick) {
      storeResult(stored);
      if (scenario.readme !== undefined) storeInReadme(scenario.name, scenario.readme(stored));
    }
  }
  // A quick run shows what it found and keeps nothing.
  if (quick) process.stdout.write(`${renderResults('Quick run', results)}\n`);
  else for (const page of storePages(results)) process.stdout.write(`${page}\n`);
  process.exit(0);
}

function isWanted(scenario: Scenario, names: readonly string[]): boolean {
  return names.length > 0 ? names.some((name) => isNamed(scenario, name)) : scenario.page === undefined;
}

/** A page's name stands for all of its scenarios. */
function isNamed({ name, page }: Scenario, wanted: string): boolean {
  return name === wanted || page === wanted;
}

/** Makes the pages that have new results anew. */
function storePages(results: readonly StoredResult[]): readonly string[] {
  const all: readonly Scenario[] = scenarios;
  const fresh = all.filter(({ name }) => results.some(({ scenario }) => scenario === name));
  const pages = new Set(fresh.map(({ page = usualPage }) => page));
  return [...pages].map((wanted) => {
    const names = all.filter(({ page = usualPage }) => page === wanted).map(({ name }) => name);
    return storePage(wanted, names);
  });
}

/**
 * Round robin before all that runs normally, sched(7); what is started here inherits it. A nice value does not help: it
 * counts among the programs of one session only. Only root may.
 */
function goBeforeOthers(): void {
  execFileSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(process.pid)], { stdio: 'ignore' });
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
