/** Makes one fault, watches what becomes of it from outside, and repairs it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PictureKind, PictureWatcher, SeenPicture } from '../picture-watcher.js';
import type { CameraView, Server } from '../server.js';
import { until } from '../until.js';
import { WebSocketClient } from '../websocket-client.js';
import type { Fault } from './rig.js';
import type { Scene, SceneCamera } from './scene.js';

/** What was published, and when for the first time. */
export interface Publication {
  readonly state: string;
  readonly words: string;
  /** Since the fault. */
  readonly afterMs: number;
}

/** All times are those of the viewer who waited longest. */
export interface Trial {
  readonly publications: readonly Publication[];
  /** From the fault to the state that tells of it. */
  readonly noticedMs: number;
  /** From the fault to the placeholder; null where it needs none. */
  readonly placeholderMs: number | null;
  /** From the repair (from the fault where that passes by itself) to the first picture; null where they never ended. */
  readonly backMs: number | null;
  /** A placeholder that a viewer got. */
  readonly placeholder: Buffer | null;
}

const framesBefore = 25;

/** Hears every change of a camera's state until it is stopped: who only looks now and then misses what passes. */
class StateLog {
  readonly publications: Publication[] = [];
  readonly #events: WebSocketClient;

  private constructor(events: WebSocketClient, id: string) {
    this.#events = events;
    const sinceMs = performance.now();
    events.onMessage = (message) => {
      if (message.type !== 'state' || message.camera !== id) return;
      const { state, cause } = message;
      this.publications.push({ state, words: cause?.message ?? '', afterMs: performance.now() - sinceMs });
    };
  }

  /** Resolves once it hears. */
  static async open({ url }: Server, id: string): Promise<StateLog> {
    const events = await WebSocketClient.open(url, '/api/events');
    await events.message('hello');
    return new StateLog(events, id);
  }

  stop(): Promise<void> {
    return this.#events.stop();
  }
}

/** `holdMs`: how long the fault lasts after all was seen. Rejects where something expected doesn't come. */
export async function tryFault(scene: Scene, camera: SceneCamera, fault: Fault, holdMs: number): Promise<Trial> {
  const { server } = scene;
  const { id, viewers } = camera;
  // What plays is to fail, not what has just begun.
  for (let i = 0; i < framesBefore; i++) await sight(viewers, 'live');
  const log = await StateLog.open(server, id);
  const told = () => log.publications.map(({ state, words }) => `${state} (${words})`).join(', ');
  try {
    const struckMs = performance.now();
    const showsPlaceholder = !fault.passes && !fault.framesGoOn;
    const placeholders = showsPlaceholder ? sight(viewers, 'stand-in') : null;
    placeholders?.catch(() => undefined);
    await fault.strike();
    const endMs = performance.now();
    const noticed = await until('the fault is told', () =>
      log.publications.find(({ state, words }) => fault.states.includes(state) && fault.words.test(words)),
    );
    const first = log.publications.find(({ state }) => fault.states.includes(state)) ?? noticed;
    const seen = await placeholders;
    if (!fault.passes) await delay(holdMs);
    await fault.repair();
    const repairedMs = fault.passes ? endMs : performance.now();
    const back = fault.framesGoOn ? null : await sight(viewers, 'live');
    await reachHealth(server, id);
    return {
      publications: log.publications,
      noticedMs: first.afterMs,
      placeholderMs: seen && latest(seen) - struckMs,
      backMs: back && latest(back) - repairedMs,
      placeholder: seen?.[0]?.jpeg ?? null,
    };
  } catch (error) {
    throw new Error(`${camera.rig.name}, ${fault.name}: ${(error as Error).message}; published: ${told()}`);
  } finally {
    fault.afterwards?.();
    await log.stop();
  }
}

function reachHealth(server: Server, id: string): Promise<CameraView> {
  return until(`${id} is well again`, async () => {
    const view = await server.camera(id);
    return view.state === 'live' && view.cause === null && view;
  });
}

function sight(viewers: readonly PictureWatcher[], kind: PictureKind): Promise<SeenPicture[]> {
  return Promise.all(viewers.map((viewer) => viewer.next(kind)));
}

function latest(pictures: readonly SeenPicture[]): number {
  return Math.max(...pictures.map(({ atMs }) => atMs));
}
