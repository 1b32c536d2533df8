import { cameraNotFound, LensError } from '../core/errors.js';
import type { Camera } from './camera.js';

/** The cameras by id, in the order of the configuration. */
export class CameraDirectory {
  readonly #cameras: ReadonlyMap<string, Camera>;

  constructor(cameras: readonly Camera[]) {
    this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
  }

  all(): readonly Camera[] {
    return [...this.#cameras.values()];
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
}
