import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import {
  type CrashRecord,
  countDeaths,
  deathsOf,
  forgive,
  NO_CRASHES,
  type ProcessId,
  putRun,
} from './crash-record.js';
import { writeWhole } from './whole-file.js';

/** Beside the file of what was probed. */
export function crashFile(cacheFile: string): string {
  return join(dirname(cacheFile), 'crashes.json');
}

const version = 1;
const schema = z.object({
  version: z.literal(version),
  runs: z.array(
    z.object({
      camera: z.string(),
      probedAt: z.string(),
      elements: z.array(z.string()),
      process: z.object({ boot: z.string(), pid: z.int(), startTicks: z.int() }),
    }),
  ),
  deaths: z.array(
    z.object({
      camera: z.string(),
      probedAt: z.string(),
      counts: z.record(z.string(), z.int()),
      boot: z.string(),
      atMs: z.number(),
    }),
  ),
});

/** What a camera tells of its chip's elements, and asks. Never throws; reads and writes a small file. */
export interface CameraCrashes {
  /** By element, how often the server died while it ran, since that probe; null where it never did. */
  since(probedAt: string): { readonly counts: Readonly<Record<string, number>>; readonly atMs: number } | null;
  /** They are about to run in this process. */
  began(probedAt: string, elements: readonly string[]): void;
  /** Nothing of them is left, or it was given up. */
  ended(): void;
  /** Their deaths count no more. */
  forgive(elements: readonly string[]): void;
}

export interface CrashFileOptions {
  readonly file: string;
  /** This one; null: nothing is read or written. */
  readonly process: ProcessId | null;
  readonly isAlive: (process: ProcessId) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Owns this process's lines in the file, from its construction, which looks for processes that died, to `close()`, which
 * is idempotent. The file outlives it: it is how the next process learns of this one's death. Others may write it too.
 */
export class CrashFile {
  readonly #options: CrashFileOptions;
  readonly #running = new Set<string>();
  #failed = false;

  constructor(options: CrashFileOptions) {
    this.#options = options;
    const { process, isAlive, clock } = options;
    if (process === null) return;
    const record = this.#read();
    if (record.runs.length > 0) this.#write(countDeaths(record, { boot: process.boot, atMs: clock(), isAlive }));
  }

  of(camera: string): CameraCrashes {
    const { process } = this.#options;
    if (process === null) return { since: () => null, began: () => {}, ended: () => {}, forgive: () => {} };
    return {
      since: (probedAt) => {
        const deaths = deathsOf(this.#read().deaths, camera, probedAt);
        if (deaths === null) return null;
        // The clock began anew with the machine: that is long ago.
        return { counts: deaths.counts, atMs: deaths.boot === process.boot ? deaths.atMs : Number.NEGATIVE_INFINITY };
      },
      began: (probedAt, elements) => {
        this.#running.add(camera);
        this.#write(putRun(this.#read(), camera, process, { camera, probedAt, elements, process }));
      },
      ended: () => {
        if (this.#running.delete(camera)) this.#write(putRun(this.#read(), camera, process, null));
      },
      forgive: (elements) => {
        const record = this.#read();
        if (record.deaths.some((each) => each.camera === camera)) this.#write(forgive(record, camera, elements));
      },
    };
  }

  /** The process ends in order, whatever still runs. */
  close(): void {
    for (const camera of [...this.#running]) this.of(camera).ended();
  }

  #write(record: CrashRecord): void {
    try {
      writeWhole(this.#options.file, JSON.stringify({ version, ...record }));
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#options.log.warn(`a crash of a chip's driver would be forgotten: ${why}`);
    }
  }

  #read(): CrashRecord {
    try {
      return schema.parse(JSON.parse(readFileSync(this.#options.file, 'utf8')));
    } catch {
      return NO_CRASHES;
    }
  }
}
