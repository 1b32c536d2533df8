/** What a new configuration changes, so that only the cameras it concerns are touched. */

import { isDeepStrictEqual } from 'node:util';
import type { CameraConfig, Config } from './config.js';

export interface ConfigDiff {
  readonly serverChanged: boolean;
  readonly added: readonly CameraConfig[];
  readonly removed: readonly CameraConfig[];
  readonly changed: readonly { readonly before: CameraConfig; readonly after: CameraConfig }[];
  /** The cameras that stay stand in another order, or another one is first now. */
  readonly orderChanged: boolean;
}

/** Cameras are the same when their ids are; one whose id changed was removed and added. */
export function diffConfig(before: Config, after: Config): ConfigDiff {
  const old = new Map(before.cameras.map((camera) => [camera.id, camera]));
  const fresh = new Map(after.cameras.map((camera) => [camera.id, camera]));
  const changed: { before: CameraConfig; after: CameraConfig }[] = [];
  for (const camera of after.cameras) {
    const previous = old.get(camera.id);
    if (previous !== undefined && !isDeepStrictEqual(previous, camera))
      changed.push({ before: previous, after: camera });
  }
  const stayed = (cameras: readonly CameraConfig[], other: ReadonlyMap<string, unknown>) =>
    cameras.filter(({ id }) => other.has(id)).map(({ id }) => id);
  return {
    serverChanged: !isDeepStrictEqual(before.server, after.server),
    added: after.cameras.filter(({ id }) => !old.has(id)),
    removed: before.cameras.filter(({ id }) => !fresh.has(id)),
    changed,
    orderChanged:
      before.cameras[0]?.id !== after.cameras[0]?.id ||
      !isDeepStrictEqual(stayed(before.cameras, fresh), stayed(after.cameras, old)),
  };
}
