/** A server with a camera that is about to fail and another that must not notice, both watched. */
import { Faults } from '../faults.js';
import { PictureWatcher } from '../picture-watcher.js';
import { Server } from '../server.js';
import { renderV4l2Pictures, V4l2Cameras } from '../v4l2-camera.js';
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

/** Owns the server, the cameras and the viewers; `stop()` ends all of them. */
export class Scene {
  readonly server: Server;
  readonly cameras: readonly SceneCamera[];
  /** Viewers of the camera to which nothing happens. */
  readonly others: readonly PictureWatcher[];
  readonly #end: () => Promise<void>;
  readonly #lateFrames: () => number;

  private constructor(
    server: Server,
    cameras: readonly SceneCamera[],
    others: readonly PictureWatcher[],
    lateFrames: () => number,
    end: () => Promise<void>,
  ) {
    this.server = server;
    this.cameras = cameras;
    this.others = others;
    this.#lateFrames = lateFrames;
    this.#end = end;
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
    const watch = (id: string, query: string) =>
      Promise.all(
        Array.from({ length: viewers }, () => PictureWatcher.open(server.url, `/cameras/${id}/stream?${query}`)),
      );
    const cameras: SceneCamera[] = [];
    for (const [i, rig] of rigs.entries()) {
      cameras.push({ id: `cam${i + 1}`, rig, viewers: await watch(`cam${i + 1}`, rig.query) });
    }
    const others = await watch(`cam${sources.length}`, 'tier=source');
    const all = [...cameras.flatMap((camera) => camera.viewers), ...others];
    const end = async () => {
      for (const rig of rigs) await rig.stop();
      await server.stop().finally(() => {
        devices.dispose();
        faults.dispose();
      });
      for (const viewer of all) await viewer.stop();
    };
    const scene = new Scene(server, cameras, others, () => steady.counters().late + steady.counters().lost, end);
    try {
      await Promise.all(all.map((viewer) => viewer.next('live')));
    } catch (error) {
      await end();
      throw error;
    }
    return scene;
  }

  /** Throws where there is none. */
  camera(name: string): SceneCamera {
    const camera = this.cameras.find(({ rig }) => rig.name === name);
    if (camera === undefined) throw new Error(`no camera ${name} in the scene`);
    return camera;
  }

  /** Pictures that the other camera gave and some viewer of it never got, over all its viewers. */
  get missedByOthers(): number {
    const perViewer = this.others.map(({ missed }) => Math.max(0, missed - this.#lateFrames()));
    return perViewer.reduce((sum, missed) => sum + missed, 0);
  }

  /** Viewers whose connection is over. */
  get closed(): number {
    return [...this.cameras.flatMap(({ viewers }) => viewers), ...this.others].filter(({ ended }) => ended).length;
  }

  stop(): Promise<void> {
    return this.#end();
  }
}
