import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { firstObservation, type Observation, observe } from './hang.js';
import type { ServiceManager } from './service-manager.js';
import type { Vitals } from './vitals.js';

export interface WatchdogOptions {
  readonly manager: Pick<ServiceManager, 'alive' | 'status' | 'watchdogTimeoutMs'>;
  readonly vitals: () => Vitals;
  readonly clock: Clock;
  readonly log: Log;
}

const statusEveryMs = 5000;

/**
 * Feeds the service manager's watchdog as long as the event loop turns and the server is well, and keeps its status
 * line. Once it isn't fed, the service manager ends the process and starts it again. Owns a timer; `close()` ends it and
 * is idempotent.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #timer: NodeJS.Timeout;
  #observation: Observation = firstObservation;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    const { watchdogTimeoutMs } = options.manager;
    this.#look();
    // Two may come late or get lost.
    const everyMs = watchdogTimeoutMs === null ? statusEveryMs : Math.max(1, watchdogTimeoutMs / 3);
    this.#timer = setInterval(() => this.#look(), Math.min(everyMs, statusEveryMs));
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { manager, vitals, clock, log } = this.#options;
    const found = vitals();
    const before = this.#observation;
    this.#observation = observe(before, found, clock());
    const { hang } = this.#observation;
    manager.status(hang ?? statusLine(found));
    if (hang === null) {
      if (before.hang !== null) log.info('the server is well again');
      if (manager.watchdogTimeoutMs !== null) manager.alive();
    } else if (before.hang === null) {
      log.error(`the server hangs: ${hang}; its service manager is no longer told that it is well`);
    }
  }
}

const namedAtMost = 8;

/** `2 viewers; front live, back recovering` */
export function statusLine({ cameras, viewers }: Vitals): string {
  const named = cameras.slice(0, namedAtMost).map(({ id, state }) => `${id} ${state}`);
  const more = cameras.length > namedAtMost ? [`and ${cameras.length - namedAtMost} more`] : [];
  return `${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}; ${[...named, ...more].join(', ')}`;
}
