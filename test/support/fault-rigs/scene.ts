/** A server with a camera that is about to fail and another that must not notice, both watched. */
import { Faults } from '../faults.js';
import { PictureWatcher } from '../picture-watcher.js';
import { Server } from '../server.js';
import { renderV4l2Pictures, type V4l2Camera, V4l2Cameras } from '../v4l2-camera.js';
import { httpRig } from './http-rig.js';
import { networkRig } from './network-rig.js';
import type { Rig } from './rig.js';
import { rtspRig } from './rtsp-rig.js';
import { v4l2Rig } from './v4l2-rig.js';

export type RigKind = 'v4l2' | 'rtsp' | 'http' | 'network';

export interface SceneOptions {
  /** The cameras that can fail, in order. */
  readonly rigs: readonly RigKind[];
  /** Of each camera. */
  readonly viewers: number;
  /** On top of each camera's source, as YAML: `isolation: process`. */
  readonly settings?: string;
}

/** A camera of the scene, its viewers and what can be done to it. */
export interface SceneCamera {
  readonly id: string;
  readonly rig: Rig;
  readonly viewers: readonly PictureWatcher[];
}

const size = '640x480';
// Of a picture at 1920x1080: many viewers of small ones are seen without much work.
const jpegBytes = 90_000;

/** A camera that is watched: its viewers come and leave together. */
interface Watched {
  readonly id: string;
  readonly query: string;
  viewers: readonly PictureWatcher[];
}

/** Owns the server, the cameras and the viewers; `stop()` ends all of them. */
export class Scene {
  readonly server: Server;
  readonly cameras: readonly SceneCamera[];
  readonly #watched: readonly Watched[];
  readonly #others: Watched;
  readonly #steady: V4l2Camera;
  readonly #viewerCount: number;
  readonly #end: () => Promise<void>;

  private constructor(
    server: Server,
    rigs: readonly Rig[],
    steady: V4l2Camera,
    viewerCount: number,
    end: () => Promise<void>,
  ) {
    this.server = server;
    this.#steady = steady;
    this.#viewerCount = viewerCount;
    this.#end = end;
    const failing = rigs.map((rig, i) => ({ rig, id: `cam${i + 1}`, query: rig.query, viewers: [] }) satisfies Failing);
    this.#others = { id: `cam${rigs.length + 1}`, query: 'tier=source', viewers: [] };
    this.cameras = failing;
    this.#watched = [...failing, this.#others];
  }

  /** Resolves when every viewer sees pictures. */
  static async open({ rigs: kinds, viewers, settings = '' }: SceneOptions): Promise<Scene> {
    renderV4l2Pictures('MJPG', size, jpegBytes);
    const mode = { sizes: [size], rates: [30], formats: ['MJPG'], jpegBytes } as const;
    const devices = new V4l2Cameras([mode, mode]);
    const [failing, steady] = devices.cameras;
    if (failing === undefined || steady === undefined) throw new Error('no cameras');
    const faults = new Faults();
    const start = {
      v4l2: async () => v4l2Rig(failing, faults),
      rtsp: rtspRig,
      http: httpRig,
      network: networkRig,
    } as const;
    const rigs: Rig[] = [];
    for (const kind of kinds) rigs.push(await start[kind]());
    const sources = [...rigs.map(({ source }) => source), `v4l2:${steady.device}`];
    const entries = sources.map((source, i) => `  cam${i + 1}: { source: "${source}"${settings && `, ${settings}`} }`);
    const config = `cameras:\n${entries.join('\n')}\n`;
    const server = await Server.start({ config, env: { ...devices.env, ...faults.env } });
    const end = async () => {
      for (const rig of rigs) await rig.stop();
      await server.stop().finally(() => {
        devices.dispose();
        faults.dispose();
      });
    };
    const scene = new Scene(server, rigs, steady, viewers, end);
    try {
      await scene.watch();
    } catch (error) {
      await scene.stop();
      throw error;
    }
    return scene;
  }

  /** All viewers come. Resolves when each sees pictures. */
  async watch(): Promise<void> {
    for (const camera of this.#watched) {
      const path = `/cameras/${camera.id}/stream?${camera.query}`;
      const count = { length: this.#viewerCount };
      camera.viewers = await Promise.all(Array.from(count, () => PictureWatcher.open(this.server.url, path)));
    }
    await Promise.all(this.#viewers.map((viewer) => viewer.next('live')));
  }

  /** All viewers leave. */
  async leave(): Promise<void> {
    for (const viewer of this.#viewers) await viewer.stop();
    for (const camera of this.#watched) camera.viewers = [];
  }

  /** Throws where there is none. */
  camera(name: string): SceneCamera {
    const camera = this.cameras.find(({ rig }) => rig.name === name);
    if (camera === undefined) throw new Error(`no camera ${name} in the scene`);
    return camera;
  }

  /** Viewers of the camera to which nothing happens. */
  get others(): readonly PictureWatcher[] {
    return this.#others.viewers;
  }

  /** Pictures that the other camera gave and some viewer of it never got, over all its viewers. */
  get missedByOthers(): number {
    const { late, lost } = this.#steady.counters();
    return this.others.reduce((sum, { missed }) => sum + Math.max(0, missed - late - lost), 0);
  }

  /** Viewers whose connection is over. */
  get closed(): number {
    return this.#viewers.filter(({ ended }) => ended).length;
  }

  async stop(): Promise<void> {
    await this.leave();
    await this.#end();
  }

  get #viewers(): readonly PictureWatcher[] {
    return this.#watched.flatMap(({ viewers }) => viewers);
  }
}

type Failing = Watched & { readonly rig: Rig };
