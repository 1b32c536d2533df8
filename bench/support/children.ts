/** The programs that a benchmark starts, each pinned to a CPU. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

export interface StartOptions {
  /** One, or several as taskset(1) takes them. */
  readonly cpu: number | string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** One program that runs until it is stopped. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  #output = '';

  constructor(program: string, args: readonly string[], { cpu, env, cwd }: StartOptions) {
    this.#name = program;
    // taskset becomes the program: the pid is the program's.
    this.#process = spawn('taskset', ['-c', String(cpu), program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk).slice(-64 * 1024);
      });
    }
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.#name} didn't start`);
    return this.#process.pid;
  }

  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The first group of the first match in what the program prints. Rejects where it ends before, or after `timeoutMs`. */
  async waitForOutput(pattern: RegExp, timeoutMs: number): Promise<string> {
    return waitFor(`${this.#name} to print ${pattern}`, timeoutMs, async () => {
      const found = pattern.exec(this.#output)?.[1];
      if (found === undefined && !this.running) throw new Error(`${this.#name} ended:\n${this.#output}`);
      return found;
    });
  }

  /** SIGTERM, and SIGKILL after `graceMs`. Idempotent. */
  async stop(graceMs = 3000): Promise<void> {
    if (!this.running) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    await exit;
    clearTimeout(timer);
  }
}

/**
 * Kills what this process started and what is still there, whoever started it: also the load clients, which end by
 * themselves where nobody interrupts the run.
 */
export function killChildren(): void {
  for (const thread of readdirSync('/proc/self/task')) {
    for (const pid of readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(' ')) {
      try {
        if (pid !== '') process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
  }
}

/** Asks until there is an answer. What `ask` throws ends the waiting. */
export async function waitFor<T>(label: string, timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${label}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
