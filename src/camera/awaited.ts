import type { Clock } from '../core/clock.js';
import { type Output, type OutputKey, outputKey } from '../pipeline/output.js';
import type { PictureSilence } from './health.js';

// A keyframe may be ten seconds away; once pictures come they come at least once a second.
const firstPictureTimeoutMs = 15_000;
const pictureTimeoutMs = 2500;

interface Waiting {
  sinceMs: number;
  hadOne: boolean;
}

/** Since when each watched output of a pipeline has been without a new picture, and whether it had any. */
export class Awaited {
  readonly #clock: Clock;
  readonly #waiting = new Map<OutputKey, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(key: OutputKey): boolean {
    return this.#waiting.has(key);
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Nothing where it is awaited already. */
  add(key: OutputKey): void {
    if (!this.#waiting.has(key)) this.#waiting.set(key, { sinceMs: this.#clock(), hadOne: false });
  }

  delete(key: OutputKey): void {
    this.#waiting.delete(key);
  }

  /** It has a new one now; false where nobody awaits it. */
  came(key: OutputKey): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    waiting.sinceMs = this.#clock();
    waiting.hadOne = true;
    return true;
  }

  /** Whether somebody watches one of these and nobody has had a picture yet. */
  awaitsFirst(outputs: readonly Output[]): boolean {
    const waiting = this.#of(outputs);
    return waiting.length > 0 && waiting.every(([, { hadOne }]) => !hadOne);
  }

  /** Of these the watched ones that have no picture although they should; a source of fewer frames may take `leastMs`. */
  silence(outputs: readonly Output[], leastMs: number): PictureSilence {
    const nowMs = this.#clock();
    const isSilent = ({ sinceMs, hadOne }: Waiting) =>
      nowMs - sinceMs > Math.max(leastMs, hadOne ? pictureTimeoutMs : firstPictureTimeoutMs);
    const waiting = this.#of(outputs);
    const silent = waiting.filter(([, one]) => isSilent(one));
    const longestMs = Math.max(0, ...silent.map(([, { sinceMs }]) => nowMs - sinceMs));
    return { watched: waiting.length, silent: silent.map(([{ tier }]) => tier), longestMs };
  }

  #of(outputs: readonly Output[]): readonly (readonly [Output, Waiting])[] {
    return outputs.flatMap((output) => {
      const waiting = this.#waiting.get(outputKey(output));
      return waiting === undefined ? [] : [[output, waiting] as const];
    });
  }
}
