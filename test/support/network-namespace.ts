/** A network of its own, reached over one cable that can be pulled or be thin; needs root. ip-netns(8), veth(4), tc-tbf(8). */
import { execFileSync } from 'node:child_process';
import { tbf } from './tbf.js';

let made = 0;

export class NetworkNamespace {
  readonly name: string;
  /** Of its only interface; the other end of the cable is this machine's. From RFC 2544's range. */
  readonly address: string;
  /** Of this machine's end of the cable. */
  readonly nearAddress: string;
  readonly #near: string;
  readonly #far: string;

  /** Throws where the machine doesn't let it. */
  constructor() {
    const number = (process.pid * 8 + made++) % 16_384;
    this.name = `lenscast-test-${number}`;
    this.#near = `lct${number}a`;
    this.#far = `lct${number}b`;
    const subnet = `198.18.${number >> 6}`;
    const base = (number & 63) * 4;
    this.address = `${subnet}.${base + 2}`;
    this.nearAddress = `${subnet}.${base + 1}`;
    ip('netns', 'add', this.name);
    try {
      ip('link', 'add', this.#near, 'type', 'veth', 'peer', 'name', this.#far, 'netns', this.name);
      ip('address', 'add', `${this.nearAddress}/30`, 'dev', this.#near);
      ip('-n', this.name, 'address', 'add', `${this.address}/30`, 'dev', this.#far);
      ip('link', 'set', this.#near, 'up');
      this.up();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  static get isPossible(): boolean {
    try {
      new NetworkNamespace().dispose();
      return true;
    } catch {
      return false;
    }
  }

  /** Its interface goes down, as when a cable is pulled: nothing answers, no connection is closed. */
  down(): void {
    ip('-n', this.name, 'link', 'set', this.#far, 'down');
  }

  up(): void {
    ip('-n', this.name, 'link', 'set', this.#far, 'up');
  }

  /** What this machine sends goes through the cable at no more than so much. */
  limitTo(mbit: number): void {
    execFileSync('tc', ['qdisc', 'replace', 'dev', this.#near, ...tbf(mbit)], { stdio: 'pipe' });
  }

  /** End what runs in it first. */
  dispose(): void {
    ip('netns', 'delete', this.name);
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'pipe' });
}
