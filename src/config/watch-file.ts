import { type BigIntStats, type FSWatcher, stat, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchFileOptions {
  /** How long the file must lie still until a change of it is told: editors write in several steps. */
  readonly settleMs?: number;
  readonly pollMs?: number;
}

/**
 * Tells when a file has changed, was replaced, came or went, by what `stat()` says of it. The file system's events on
 * its folder only hasten the look: they stay away from network file systems, bind mounts, and where a link on the way
 * to the file is what changes. Owns a watcher and two timers.
 */
export class FileWatch {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #settleMs: number;
  readonly #poll: NodeJS.Timeout;
  readonly #watcher: FSWatcher | undefined;
  #settle: NodeJS.Timeout | undefined;
  /** What was told last, and what was seen last. */
  #told: string;
  #seen: string;
  #closed = false;

  constructor(path: string, onChange: () => void, { settleMs = 200, pollMs = 1000 }: WatchFileOptions = {}) {
    this.#path = path;
    this.#onChange = onChange;
    this.#settleMs = settleMs;
    this.#told = identityOf(statNow(path));
    this.#seen = this.#told;
    this.#poll = setInterval(() => this.#look(), pollMs);
    this.#watcher = this.#watchFolder();
  }

  /** Idempotent; nothing is told any more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#settle);
    this.#watcher?.close();
  }

  #watchFolder(): FSWatcher | undefined {
    try {
      const watcher = watch(dirname(this.#path), () => this.#look());
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      // No such folder, or no watches left (fs.inotify.max_user_watches): polling goes on.
      return undefined;
    }
  }

  #look(): void {
    stat(this.#path, { bigint: true }, (_error, stats) => {
      const seen = identityOf(stats);
      if (this.#closed || seen === this.#seen) return;
      this.#seen = seen;
      clearTimeout(this.#settle);
      this.#settle = setTimeout(() => this.#tell(), this.#settleMs);
    });
  }

  #tell(): void {
    if (this.#seen === this.#told) return;
    this.#told = this.#seen;
    this.#onChange();
  }
}

function statNow(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/** Another one where anything was written to the file, or it is another file. */
function identityOf(stats: BigIntStats | undefined): string {
  return stats === undefined ? 'gone' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}
