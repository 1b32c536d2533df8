/** Watches how many frames Lenscast holds in memory, by its own metrics. */
import { waitFor } from './children.js';
import type { RunningServer } from './servers.js';

export class LiveFramesWatch {
  readonly #url: string;
  readonly #timer: NodeJS.Timeout;
  #highest = 0;
  #samples = 0;

  constructor({ url }: RunningServer) {
    this.#url = `${url}/metrics`;
    // Failing here means that the server is gone, which the measurement itself finds out.
    this.#timer = setInterval(() => void this.#sample().catch(() => undefined), 100);
  }

  /** Ends the watching; says the most frames that were held, and how many remain once the last viewer has left. */
  async end(): Promise<{ readonly highest: number; readonly samples: number; readonly remaining: number }> {
    clearInterval(this.#timer);
    let remaining = Number.NaN;
    await waitFor('all frames to be released', 5000, async () => {
      remaining = await this.#read();
      return remaining === 0 ? true : undefined;
    }).catch(() => undefined);
    return { highest: this.#highest, samples: this.#samples, remaining };
  }

  async #sample(): Promise<void> {
    const frames = await this.#read();
    this.#highest = Math.max(this.#highest, frames);
    this.#samples++;
  }

  async #read(): Promise<number> {
    const text = await fetch(this.#url).then((response) => response.text());
    return Number(/^lenscast_live_frames (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  }
}
