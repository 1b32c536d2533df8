import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Tells when a device or file that isn't there may have come, by inotify(7) on its folder, or on the nearest one above
 * that there is: /dev/v4l/by-id goes with its last device. A hint and no more, since it stays away from network file
 * systems and containers with a /dev of their own, and where a link on the way is what changes. Owns a watcher.
 */
export class PathWatch {
  readonly #path: string;
  readonly #onHint: () => void;
  #watcher: FSWatcher | undefined;
  #closed = false;

  constructor(path: string, onHint: () => void) {
    this.#path = path;
    this.#onHint = onHint;
    this.#watch();
  }

  /** Idempotent; nothing is told any more. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
  }

  #watch(): void {
    let awaited = this.#path;
    while (!existsSync(dirname(awaited)) && dirname(awaited) !== awaited) awaited = dirname(awaited);
    this.#watcher?.close();
    try {
      this.#watcher = watch(dirname(awaited), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(awaited)) this.#tell(awaited);
      });
      // The folder is gone: so is what was awaited in it.
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No permission, or no watches left (fs.inotify.max_user_watches): whoever waits looks now and then.
      this.#watcher = undefined;
    }
  }

  #tell(awaited: string): void {
    if (this.#closed) return;
    if (awaited !== this.#path) this.#watch();
    this.#onHint();
  }
}
