import { cameraNotFound, LensError } from '../core/errors.js';
import type { Camera } from './camera.js';

/** The cameras there are by id, in the order of the configuration. It owns none. */
export class CameraDirectory {
  #cameras: ReadonlyMap<string, Camera>;

  constructor(cameras: readonly Camera[]) {
    this.#cameras = byId(cameras);
  }

  all(): readonly Camera[] {
    return [...this.#cameras.values()];
  }

  find(id: string): Camera | undefined {
    return this.#cameras.get(id);
  }

  /** Throws CAMERA_NOT_FOUND. */
  get(id: string): Camera {
    const camera = this.#cameras.get(id);
    if (camera === undefined) throw cameraNotFound(id, [...this.#cameras.keys()]);
    return camera;
  }

  /** The camera of the paths that name none. Throws CAMERA_NOT_FOUND where there is no camera at all. */
  first(): Camera {
    const [camera] = this.#cameras.values();
    if (camera === undefined) throw new LensError('CAMERA_NOT_FOUND', 'No camera is configured.');
    return camera;
  }

  /** For the cameras' owner alone. */
  replace(cameras: readonly Camera[]): void {
    this.#cameras = byId(cameras);
  }
}

function byId(cameras: readonly Camera[]): ReadonlyMap<string, Camera> {
  return new Map(cameras.map((camera) => [camera.id, camera]));
}
