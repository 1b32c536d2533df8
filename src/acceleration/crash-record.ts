/**
 * What is known of server processes that died while a chip's elements ran in them. A driver that crashes takes the server
 * along, and the next one would try the same elements again: what ran is written down before it runs. All of it is pure.
 */

/** One process of all that this machine ever had. */
export interface ProcessId {
  /** Of the machine's start. */
  readonly boot: string;
  readonly pid: number;
  /** When it began, in clock ticks since the boot: numbers of processes are given again. */
  readonly startTicks: number;
}

/** Elements that run in a camera's pipeline now, or ran when their process died. */
export interface Run {
  readonly camera: string;
  /** When it was found out that they work, ISO 8601. */
  readonly probedAt: string;
  /** Their factories. */
  readonly elements: readonly string[];
  readonly process: ProcessId;
}

/** The deaths of a camera's elements since they were probed. */
export interface Deaths {
  readonly camera: string;
  readonly probedAt: string;
  /** By element: how often the process died while it ran. */
  readonly counts: Readonly<Record<string, number>>;
  readonly boot: string;
  /** When the last one was found, of that boot's CLOCK_MONOTONIC. */
  readonly atMs: number;
}

export interface CrashRecord {
  readonly runs: readonly Run[];
  readonly deaths: readonly Deaths[];
}

export const NO_CRASHES: CrashRecord = { runs: [], deaths: [] };

export interface Now {
  readonly boot: string;
  readonly atMs: number;
  readonly isAlive: (process: ProcessId) => boolean;
}

/** Counts the runs that nothing but the death of their process ended. Those of another boot ended when the power did. */
export function countDeaths({ runs, deaths }: CrashRecord, { boot, atMs, isAlive }: Now): CrashRecord {
  const ofThisBoot = runs.filter((run) => run.process.boot === boot);
  const over = ofThisBoot.filter((run) => !isAlive(run.process));
  return {
    runs: ofThisBoot.filter((run) => !over.includes(run)),
    deaths: over.reduce((before, run) => addDeath(before, run, atMs), deaths),
  };
}

function addDeath(all: readonly Deaths[], { camera, probedAt, elements, process }: Run, atMs: number): Deaths[] {
  const before = deathsOf(all, camera, probedAt)?.counts ?? {};
  const added = elements.map((element): [string, number] => [element, (before[element] ?? 0) + 1]);
  const counts = { ...before, ...Object.fromEntries(added) };
  // What was counted before another probe counts no more.
  return [...all.filter((each) => each.camera !== camera), { camera, probedAt, counts, boot: process.boot, atMs }];
}

/** Null where there was none since that probe. */
export function deathsOf(deaths: readonly Deaths[], camera: string, probedAt: string): Deaths | null {
  return deaths.find((each) => each.camera === camera && each.probedAt === probedAt) ?? null;
}

/** A process has one run for a camera at most; null: none from now on. */
export function putRun(
  { runs, deaths }: CrashRecord,
  camera: string,
  process: ProcessId,
  run: Run | null,
): CrashRecord {
  const others = runs.filter((each) => each.camera !== camera || !sameProcess(each.process, process));
  return { runs: run === null ? others : [...others, run], deaths };
}

/** A camera's elements have worked for long enough since. */
export function forgive({ runs, deaths }: CrashRecord, camera: string, elements: readonly string[]): CrashRecord {
  const left = deaths.map((each) => {
    if (each.camera !== camera) return each;
    return {
      ...each,
      counts: Object.fromEntries(Object.entries(each.counts).filter(([one]) => !elements.includes(one))),
    };
  });
  return { runs, deaths: left.filter(({ counts }) => Object.keys(counts).length > 0) };
}

export function sameProcess(one: ProcessId, other: ProcessId): boolean {
  return one.boot === other.boot && one.pid === other.pid && one.startTicks === other.startTicks;
}
