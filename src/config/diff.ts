/** What a new configuration changes, so that only the cameras it concerns are touched. */

import { isDeepStrictEqual } from 'node:util';
import type { CameraConfig, Config } from './config.js';

export interface CamerasDiff {
  readonly added: readonly CameraConfig[];
  readonly removed: readonly CameraConfig[];
  readonly changed: readonly { readonly before: CameraConfig; readonly after: CameraConfig }[];
  /** The cameras that stay stand in another order, or another one is first now. */
  readonly orderChanged: boolean;
}

/** For a log line: the ids of what changed, under what became of it. */
export function describeDiff({ added, removed, changed, orderChanged }: CamerasDiff) {
  const ids = (cameras: readonly CameraConfig[]) => cameras.map(({ id }) => id).join(', ') || undefined;
  const fields = { added: ids(added), removed: ids(removed), changed: ids(changed.map(({ after }) => after)) };
  return { ...fields, reordered: orderChanged || undefined };
}

export interface ConfigDiff extends CamerasDiff {
  readonly serverChanged: boolean;
}

export function diffConfig(before: Config, after: Config): ConfigDiff {
  const serverChanged = !isDeepStrictEqual(before.server, after.server);
  return { serverChanged, ...diffCameras(before.cameras, after.cameras) };
}

/** Cameras are the same when their ids are; one whose id changed was removed and added. */
export function diffCameras(before: readonly CameraConfig[], after: readonly CameraConfig[]): CamerasDiff {
  const old = new Map(before.map((camera) => [camera.id, camera]));
  const fresh = new Map(after.map((camera) => [camera.id, camera]));
  const changed: { before: CameraConfig; after: CameraConfig }[] = [];
  for (const camera of after) {
    const previous = old.get(camera.id);
    if (previous !== undefined && !isDeepStrictEqual(previous, camera))
      changed.push({ before: previous, after: camera });
  }
  const stayed = (cameras: readonly CameraConfig[], other: ReadonlyMap<string, unknown>) =>
    cameras.filter(({ id }) => other.has(id)).map(({ id }) => id);
  return {
    added: after.filter(({ id }) => !old.has(id)),
    removed: before.filter(({ id }) => !fresh.has(id)),
    changed,
    orderChanged: before[0]?.id !== after[0]?.id || !isDeepStrictEqual(stayed(before, fresh), stayed(after, old)),
  };
}
