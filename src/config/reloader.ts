import { isLensError, LensError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Config } from './config.js';
import { DEFAULT_FILE, type LoadedConfig } from './load.js';

export interface ConfigReloaderOptions {
  /** As at the start. */
  readonly load: () => Promise<LoadedConfig>;
  readonly apply: (config: Config) => Promise<void>;
  readonly log: Log;
}

/**
 * Reads the configuration again and hands it on, one at a time. What isn't valid is refused as a whole and said as at
 * the start; the configuration stays as it was.
 */
export class ConfigReloader {
  readonly #options: ConfigReloaderOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: ConfigReloaderOptions) {
    this.#options = options;
  }

  /** Where one is under way, one more follows, however often it was asked for meanwhile. Never rejects. */
  reload(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Begins nothing more; resolves once what is under way is done. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#once().catch((error: unknown) => this.#refuse(error));
    }
    this.#running = undefined;
  }

  async #once(): Promise<void> {
    const { config, file, isBlank } = await this.#options.load();
    // At the start that means all defaults; now it rather means that somebody moved the file away.
    if (file === null) throw new LensError('CONFIG_NOT_FOUND', `There is no ${DEFAULT_FILE} in the working directory.`);
    // A full disk and slow editors leave one behind: it would end every camera.
    if (isBlank) throw new LensError('CONFIG_INVALID', `${file}: the file is empty.`);
    if (!this.#closed) await this.#options.apply(config);
  }

  #refuse(error: unknown): void {
    const { log } = this.#options;
    const told = error instanceof Error ? error.message : String(error);
    const hint = isLensError(error) && error.hint !== undefined ? [error.hint] : [];
    for (const line of [...told.split('\n'), ...hint]) log.error(line);
    log.error('the configuration stays as it was');
  }
}
