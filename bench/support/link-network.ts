/** Viewers behind links of their own: network namespaces, a veth pair, tc-tbf(8) and iptables(8) for each; needs root. */
import { execFileSync } from 'node:child_process';
import { tbf } from '../../test/support/tbf.js';

export interface LinkEnd {
  /** Where the viewer runs. */
  readonly namespace: string;
  /** The server's address as this viewer sees it. */
  readonly serverAddress: string;
  /** Of the viewer. */
  readonly address: string;
}

/**
 * One namespace for the servers, and one for each link. Nothing in it reaches anything outside. `dispose()` is
 * idempotent and removes all of it; it also runs when the process exits.
 */
export class LinkNetwork {
  readonly serverNamespace: string;
  readonly links: readonly LinkEnd[];
  readonly #names: string[] = [];
  readonly #onExit = () => this.dispose();

  /** A rate in Mb/s for each link; null for one that isn't shaped. */
  constructor(rates: readonly (number | null)[]) {
    const id = process.pid % 100_000;
    this.serverNamespace = `lcb${id}s`;
    process.on('exit', this.#onExit);
    try {
      this.#addNamespace(this.serverNamespace);
      this.links = rates.map((mbit, i) => this.#addLink(`lcb${id}v${i}`, i, mbit));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** At once; what waits is kept. */
  setRate(link: number, mbit: number): void {
    ip('netns', 'exec', this.serverNamespace, 'tc', 'qdisc', 'change', 'dev', `link${link}`, ...tbf(mbit));
  }

  /** Datagrams that are lost at random, a share from 0 to 1, both ways; once for each link. */
  setDatagramLoss(link: number, share: number): void {
    const namespace = this.links[link]?.namespace ?? '';
    const chance = ['-p', 'udp', '-m', 'statistic', '--mode', 'random', '--probability', String(share), '-j', 'DROP'];
    for (const way of ['INPUT', 'OUTPUT']) ip('netns', 'exec', namespace, 'iptables', '-w', '-A', way, ...chance);
  }

  dispose(): void {
    process.off('exit', this.#onExit);
    for (const name of this.#names.splice(0)) {
      try {
        ip('netns', 'delete', name);
      } catch {
        // It is gone already.
      }
    }
  }

  #addNamespace(name: string): void {
    ip('netns', 'add', name);
    this.#names.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }

  #addLink(namespace: string, i: number, mbit: number | null): LinkEnd {
    const near = `link${i}`;
    const [serverAddress, address] = [`10.91.${i}.1`, `10.91.${i}.2`];
    this.#addNamespace(namespace);
    const pair = ['link', 'add', near, 'netns', this.serverNamespace, 'type', 'veth', 'peer', 'name', 'eth0'];
    ip(...pair, 'netns', namespace);
    ip('-n', this.serverNamespace, 'address', 'add', `${serverAddress}/24`, 'dev', near);
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', this.serverNamespace, 'link', 'set', near, 'up');
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    if (mbit !== null) ip('netns', 'exec', this.serverNamespace, 'tc', 'qdisc', 'add', 'dev', near, ...tbf(mbit));
    return { namespace, serverAddress, address };
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'pipe' });
}
