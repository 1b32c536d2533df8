/** What is told to the service manager that started this process, sd_notify(3). */

export interface ServiceManagerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Sends one datagram; may throw. */
  readonly send: (path: string, text: string) => void;
  /** Told once, when the first message could not be sent. */
  readonly onFailure: (error: unknown) => void;
}

/** `$NOTIFY_SOCKET` with a message each. A service manager that doesn't hear is no reason to serve less: nothing throws. */
export class ServiceManager {
  /** How often WATCHDOG=1 is wanted at the least, sd_watchdog_enabled(3); null where it isn't. */
  readonly watchdogTimeoutMs: number | null;
  readonly #path: string;
  readonly #options: ServiceManagerOptions;
  #status = '';
  #hasFailed = false;

  private constructor(path: string, options: ServiceManagerOptions) {
    this.#path = path;
    this.#options = options;
    this.watchdogTimeoutMs = watchdogTimeoutMs(options);
  }

  /** Null where no service manager waits for messages. */
  static of(options: ServiceManagerOptions): ServiceManager | null {
    const path = options.environment.NOTIFY_SOCKET;
    return path === undefined || path === '' ? null : new ServiceManager(path, options);
  }

  ready(): void {
    this.#send('READY=1');
  }

  stopping(): void {
    this.#send('STOPPING=1');
  }

  alive(): void {
    this.#send('WATCHDOG=1');
  }

  /** A line for `systemctl status`; sent where it is another one. */
  status(text: string): void {
    const line = text.replaceAll('\n', ' ');
    if (line === this.#status) return;
    this.#status = line;
    this.#send(`STATUS=${line}`);
  }

  #send(text: string): void {
    try {
      this.#options.send(this.#path, text);
    } catch (error) {
      if (!this.#hasFailed) this.#options.onFailure(error);
      this.#hasFailed = true;
    }
  }
}

function watchdogTimeoutMs({ environment, pid }: ServiceManagerOptions): number | null {
  const { WATCHDOG_USEC: wanted = '', WATCHDOG_PID: forPid } = environment;
  if (!/^\d+$/.test(wanted) || Number(wanted) === 0) return null;
  return forPid === undefined || forPid === '' || Number(forPid) === pid ? Number(wanted) / 1000 : null;
}
