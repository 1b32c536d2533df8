import type { Camera } from '../../camera/camera.js';
import type { CameraDirectory } from '../../camera/directory.js';
import { nextTryOf } from '../../camera/supervisor.js';
import type { ServerEvent, StateEvent } from '../../hub/events.js';
import type { Viewer, ViewerRegistry } from '../../hub/viewer-registry.js';
import { isoTime, isoTimeOrNull } from '../format.js';
import type { ServerMessage } from '../schemas/messages.js';

export interface Present {
  readonly cameras: CameraDirectory;
  readonly viewers: ViewerRegistry;
}

/** An event as clients are told of it; null where its camera is gone. */
export function messageOf(event: ServerEvent, { cameras, viewers }: Present): ServerMessage | null {
  if (event.type === 'cameras') return { type: 'cameras', cameras: cameras.all().map((one) => statusOf(one, viewers)) };
  if (event.type === 'tier') return event;
  const camera = cameras.all().find(({ id }) => id === event.camera);
  if (camera === undefined) return null;
  switch (event.type) {
    case 'tiers':
      return { ...event, tiers: tiersOf(camera) };
    case 'viewers':
      return { ...event, ...watchingOf(viewers.ofCamera(event.camera)) };
    case 'state': {
      const { type, from } = event;
      return { type, camera: event.camera, from, ...stateOf(event) };
    }
  }
}

/** The first message of a connection to all cameras, or to one. */
export function helloOf(cameras: readonly Camera[], viewers: ViewerRegistry, version: string): ServerMessage {
  return { type: 'hello', protocol: 1, version, cameras: cameras.map((camera) => statusOf(camera, viewers)) };
}

function statusOf(camera: Camera, viewers: ViewerRegistry) {
  return {
    id: camera.id,
    name: camera.config.name,
    ...stateOf({ ...camera.supervision, nextTryMs: nextTryOf(camera.supervision) }),
    tiers: tiersOf(camera),
    ...watchingOf(viewers.ofCamera(camera.id)),
  };
}

type StateFacts = Pick<StateEvent, 'state' | 'sinceMs' | 'cause' | 'attempt' | 'nextTryMs'>;

function stateOf({ state, sinceMs, cause, attempt, nextTryMs }: StateFacts) {
  const told = cause === null ? null : { code: cause.code, message: cause.message, permanent: cause.permanent };
  return { state, since: isoTime(sinceMs), cause: told, attempt, next_try: isoTimeOrNull(nextTryMs) };
}

function tiersOf(camera: Camera) {
  return camera.tierNames.map((name) => {
    const settings = camera.tierSettings(name);
    if (settings === undefined) return { name };
    const { width, height, fps, quality, bitrateBps, minFps } = settings;
    return { name, width, height, fps, quality, bitrate: bitrateBps, ...(minFps === null ? {} : { min_fps: minFps }) };
  });
}

function watchingOf(watching: readonly Viewer[]) {
  return {
    viewers: watching.length,
    by_tier: countBy(watching, ({ tier }) => tier),
    by_transport: countBy(watching, ({ transport }) => transport),
  };
}

function countBy(viewers: readonly Viewer[], key: (viewer: Viewer) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const viewer of viewers) counts.set(key(viewer), (counts.get(key(viewer)) ?? 0) + 1);
  return Object.fromEntries(counts);
}
