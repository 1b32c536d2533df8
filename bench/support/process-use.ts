/** What a process used of CPU and memory, from /proc: proc(5). */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUse {
  /** User and system time of all threads, in percent of one core. */
  readonly cpuPercent: number;
  readonly cpuPercentByThread: Readonly<Record<string, number>>;
  readonly threads: number;
  /** VmHWM: the highest resident set since the process began. */
  readonly peakRssBytes: number;
  /** Resident memory with shared pages divided among those who share them; at the end. */
  readonly pssBytes: number;
  /** Times that a thread gave the CPU up or lost it, a second. */
  readonly switchesPerSecond: number;
}

interface ThreadTime {
  readonly name: string;
  readonly cpuNs: number;
  readonly switches: number;
}

interface Snapshot {
  readonly timeNs: bigint;
  readonly threads: ReadonlyMap<string, ThreadTime>;
}

/** Measures one process between `begin()` and `end()`. */
export class ProcessMeter {
  readonly #pid: number;
  #began: Snapshot | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  begin(): void {
    this.#began = this.#snapshot();
  }

  end(): ProcessUse {
    const began = this.#began;
    if (began === undefined) throw new Error('end() before begin()');
    const ended = this.#snapshot();
    const elapsedNs = Number(ended.timeNs - began.timeNs);
    const byThread: Record<string, number> = {};
    let cpuNs = 0;
    let switches = 0;
    for (const [id, { name, ...after }] of ended.threads) {
      const before = began.threads.get(id) ?? { cpuNs: 0, switches: 0 };
      cpuNs += after.cpuNs - before.cpuNs;
      switches += after.switches - before.switches;
      byThread[name] = (byThread[name] ?? 0) + (100 * (after.cpuNs - before.cpuNs)) / elapsedNs;
    }
    return {
      cpuPercent: (100 * cpuNs) / elapsedNs,
      cpuPercentByThread: byThread,
      threads: ended.threads.size,
      peakRssBytes: this.#kilobytes('status', 'VmHWM'),
      pssBytes: this.#kilobytes('smaps_rollup', 'Pss'),
      switchesPerSecond: (1e9 * switches) / elapsedNs,
    };
  }

  #snapshot(): Snapshot {
    const folder = `/proc/${this.#pid}/task`;
    const threads = new Map<string, ThreadTime>();
    for (const id of readdirSync(folder)) {
      try {
        // Nanoseconds on the CPU; the 10 ms ticks of /proc/PID/stat are too coarse for a server that is idle mostly.
        const [cpuNs = 0, , switches = 0] = readFileSync(`${folder}/${id}/schedstat`, 'utf8').split(' ').map(Number);
        const name = readFileSync(`${folder}/${id}/comm`, 'utf8').trim();
        threads.set(id, { name, cpuNs, switches });
      } catch {
        // The thread ended meanwhile.
      }
    }
    return { timeNs: process.hrtime.bigint(), threads };
  }

  #kilobytes(file: string, field: string): number {
    const text = readFileSync(`/proc/${this.#pid}/${file}`, 'utf8');
    return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
  }
}

/** What several processes use together; threads by name. */
export function sumOf(uses: readonly ProcessUse[]): ProcessUse {
  const sum = (field: 'cpuPercent' | 'threads' | 'peakRssBytes' | 'pssBytes' | 'switchesPerSecond') =>
    uses.reduce((total, use) => total + use[field], 0);
  const byThread: Record<string, number> = {};
  for (const use of uses) {
    for (const [name, percent] of Object.entries(use.cpuPercentByThread)) {
      byThread[name] = (byThread[name] ?? 0) + percent;
    }
  }
  return {
    cpuPercent: sum('cpuPercent'),
    cpuPercentByThread: byThread,
    threads: sum('threads'),
    peakRssBytes: sum('peakRssBytes'),
    pssBytes: sum('pssBytes'),
    switchesPerSecond: sum('switchesPerSecond'),
  };
}

/** How busy a CPU was with all that runs there, between `begin()` and `end()`; in percent, from its 10 ms ticks. */
export class CpuMeter {
  readonly #cpu: number;
  #began = { busy: 0, total: 0 };

  constructor(cpu: number) {
    this.#cpu = cpu;
  }

  begin(): void {
    this.#began = this.#ticks();
  }

  end(): number {
    const { busy, total } = this.#ticks();
    return (100 * (busy - this.#began.busy)) / (total - this.#began.total);
  }

  #ticks(): { readonly busy: number; readonly total: number } {
    const line = new RegExp(`^cpu${this.#cpu} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '';
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
      .split(' ')
      .map(Number);
    const busy = user + nice + system + irq + softirq + steal;
    return { busy, total: busy + idle + iowait };
  }
}
