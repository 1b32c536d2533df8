import type { CameraConfig } from '../config/config.js';
import { type CamerasDiff, diffCameras } from '../config/diff.js';
import type { Camera } from './camera.js';
import { CameraDirectory } from './directory.js';

export interface CameraFleetOptions {
  readonly make: (config: CameraConfig) => Camera;
  /** The camera is no longer in the directory and is about to be closed: its viewers are to leave. */
  readonly onRemoved: (camera: Camera) => void;
}

/**
 * The one owner of the cameras: makes those of a configuration, changes them with it, and closes each when it is gone
 * from it, or when the fleet is closed.
 */
export class CameraFleet {
  readonly directory = new CameraDirectory([]);
  readonly #options: CameraFleetOptions;
  #configs: readonly CameraConfig[] = [];
  #applying: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: CameraFleetOptions) {
    this.#options = options;
  }

  /**
   * Brings the cameras in line with a configuration; one after another where several come. Cameras that it doesn't
   * change notice nothing. Resolves with what it changed; does nothing once the fleet is closed.
   */
  apply(configs: readonly CameraConfig[]): Promise<CamerasDiff> {
    const applied = this.#applying.then(() => this.#apply(configs));
    this.#applying = applied.catch(() => undefined);
    return applied;
  }

  /** Closes every camera, also one that is on its way out. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#applying, ...this.directory.all().map((camera) => camera.close())]);
  }

  async #apply(configs: readonly CameraConfig[]): Promise<CamerasDiff> {
    const diff = diffCameras(this.#configs, this.#closed ? this.#configs : configs);
    if (this.#closed) return diff;
    this.#configs = configs;
    const gone = diff.removed.map(({ id }) => this.directory.get(id));
    this.#arrange([]);
    for (const camera of gone) this.#options.onRemoved(camera);
    for (const { after } of diff.changed) this.directory.get(after.id).reconfigure(after);
    // A device must be free before another camera may want it.
    await Promise.all(gone.map((camera) => camera.close()));
    if (this.#closed) return diff;
    const added = diff.added.map((config) => this.#options.make(config));
    this.#arrange(added);
    // So that the first request finds the tiers known.
    for (const camera of added) void camera.knowTiers();
    return diff;
  }

  /** The directory in the configuration's order, without what isn't in that, and with the new ones. */
  #arrange(added: readonly Camera[]): void {
    const fresh = new Map(added.map((camera) => [camera.id, camera]));
    const cameras = this.#configs.map(({ id }) => fresh.get(id) ?? this.directory.find(id));
    this.directory.replace(cameras.filter((camera) => camera !== undefined));
  }
}
