import type { Log } from '../core/log.js';
import type { NativeAddon } from '../native/addon.types.js';
import { isHardware } from '../pipeline/catalogue/row.js';
import type { FindingsCache } from './cache.js';
import type { Findings } from './findings.js';
import { hasCandidates, type ProbeRunner, Prober, pluginVersions } from './prober.js';
import { formatKey, type StreamFormat } from './stream-format.js';

export interface ProbeQueueOptions {
  readonly addon: Pick<NativeAddon, 'findElement' | 'gstreamerVersion'>;
  readonly runner: ProbeRunner;
  readonly cache: FindingsCache;
  readonly log: Log;
}

/**
 * Knows what the machine's chips can do with a format, and finds out what it doesn't know: in the background, one format
 * after the other, each once. `close()` begins no more of it, and is idempotent.
 */
export class ProbeQueue {
  readonly #options: ProbeQueueOptions;
  readonly #asked = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ProbeQueueOptions) {
    this.#options = options;
  }

  /** Whether the machine has any chip's element for such frames. */
  hasCandidates(codec: StreamFormat['codec']): boolean {
    return hasCandidates(codec, this.#options.addon);
  }

  /** Null where nothing is known. Reads a small file. */
  known(format: StreamFormat): Findings | null {
    return this.#options.cache.get(formatKey(format), this.#plugins(format));
  }

  /** Has it found out, where it isn't known or being found out, and there is something to find out. */
  ask(format: StreamFormat): void {
    const key = formatKey(format);
    if (this.#asked.has(key) || !this.hasCandidates(format.codec) || this.known(format) !== null) return;
    this.#asked.add(key);
    this.#last = this.#last.then(() => this.#probe(format));
  }

  close(): void {
    this.#closed = true;
  }

  async #probe(format: StreamFormat): Promise<void> {
    if (this.#closed) return;
    const { addon, runner, cache, log } = this.#options;
    const findings = await new Prober({ addon, runner }).probe(format);
    const passed = findings.findings.filter((finding) => finding.passes && isHardware(finding));
    const elements = passed.map(({ element }) => element).join(', ');
    log.info(`probed ${findings.format}: ${elements === '' ? 'no chip works' : `${elements} can be used`}`, {
      together: findings.together ?? undefined,
    });
    try {
      cache.put(findings, this.#plugins(format));
    } catch (error) {
      log.warn(`what was probed can't be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #plugins({ codec }: StreamFormat): string {
    return pluginVersions(codec, (factory) => this.#options.addon.findElement(factory));
  }
}
