import { until } from '../until.js';
import { WebRtcViewer } from './viewer.js';
import { postOffer, type WhepSession } from './whep-client.js';

export interface Member {
  readonly viewer: WebRtcViewer;
  readonly session: WhepSession;
  /** Wall clock, when it posted its offer. */
  readonly beganMs: number;
  /** From the POST to the first whole picture. */
  readonly firstPictureMs: number;
}

const pictureTimeoutMs = 20_000;
const tickMs = 20;

/** Viewers of one URL. Owns them and the timer that has them tell the server what they got. */
export class Crowd {
  readonly #url: string;
  readonly #keepsPictures: boolean;
  readonly #viewers = new Set<WebRtcViewer>();
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, keepsPictures: boolean) {
    this.#url = url;
    this.#keepsPictures = keepsPictures;
    this.#timer = setInterval(() => {
      for (const viewer of this.#viewers) viewer.tick();
    }, tickMs);
  }

  /** Connects one and waits for its first picture. Rejects after 20 s. */
  async join(): Promise<Member> {
    const { hostname } = new URL(this.#url);
    const isLoopback = hostname.startsWith('127.');
    const viewer = new WebRtcViewer({
      bindAddress: isLoopback ? hostname : undefined,
      keepsPictures: this.#keepsPictures,
    });
    this.#viewers.add(viewer);
    try {
      const offer = await viewer.peer.offer();
      const beganMs = Date.now();
      const session = await postOffer(this.#url, offer);
      viewer.accept(session.answer);
      const state = () => viewer.hasPicture || isOver(viewer);
      await until(`a picture by ${this.#url}`, state, pictureTimeoutMs);
      if (!viewer.hasPicture) throw new Error(`the connection is ${viewer.peer.state}`);
      return { viewer, session, beganMs, firstPictureMs: Date.now() - beganMs };
    } catch (error) {
      this.leave(viewer);
      throw error;
    }
  }

  leave(viewer: WebRtcViewer): void {
    this.#viewers.delete(viewer);
    viewer.peer.close();
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    for (const viewer of this.#viewers) this.leave(viewer);
  }
}

function isOver(viewer: WebRtcViewer): boolean {
  return ['closed', 'failed', 'disconnected'].includes(viewer.peer.state);
}

/** Runs so many tasks, a few at once. Rejects with the first failure. */
export async function inTurns<T>(count: number, atOnce: number, task: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const run = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, run));
  return results;
}
