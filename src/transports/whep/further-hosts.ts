import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

const patienceMs = 1000;
const freshMs = 60_000;

/** The addresses of hosts that are configured by address or by name. A name is looked up anew after a minute. */
export class FurtherHosts {
  readonly #hosts: readonly string[];
  readonly #known = new Map<string, readonly string[]>();
  #looking: Promise<void> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
  }

  /** Waits a second at most. A name that isn't found has the addresses that it had before, or none. */
  async addresses(nowMs: number): Promise<readonly string[]> {
    const names = this.#hosts.filter((host) => isIP(host) === 0);
    if (names.length > 0 && nowMs - this.#lookedAtMs > freshMs) {
      this.#lookedAtMs = nowMs;
      this.#looking = this.#look(names);
    }
    await Promise.race([this.#looking, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
    return this.#hosts.flatMap((host) => (isIP(host) === 0 ? (this.#known.get(host) ?? []) : [host]));
  }

  async #look(names: readonly string[]): Promise<void> {
    await Promise.allSettled(
      names.map(async (name) => {
        const found = await lookup(name, { all: true });
        this.#known.set(
          name,
          found.map(({ address }) => address),
        );
      }),
    );
  }
}
