/** A wall clock that can be set, for child processes alone: `test/support/wall-clock`. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../build/test-support/libwall-clock.so', import.meta.url));

/** Owns a file; a process that is started with {@link WallClock.env} has this clock. Its monotonic clock stays. */
export class WallClock {
  readonly #folder = mkdtempSync(join(tmpdir(), 'wall-clock-'));
  readonly #fd = openSync(join(this.#folder, 'offset'), 'w');

  constructor() {
    this.set(0);
  }

  /** What a child process needs in its environment, on top of what it preloads already. */
  env(preloaded?: string): Record<'LD_PRELOAD' | 'WALL_CLOCK_FILE', string> {
    return {
      LD_PRELOAD: preloaded ? `${library}:${preloaded}` : library,
      WALL_CLOCK_FILE: join(this.#folder, 'offset'),
    };
  }

  /** At once: so many seconds after the machine's, or before it. */
  set(offsetS: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(offsetS));
    writeSync(this.#fd, bytes, 0, bytes.length, 0);
  }

  dispose(): void {
    closeSync(this.#fd);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
