import type { z } from 'zod';
import type { JobView } from '../camera/acceleration.js';
import type { Camera } from '../camera/camera.js';
import { isDelivering, nextTryOf } from '../camera/supervisor.js';
import { formatSource } from '../config/source.js';
import type { Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import { isoTime, isoTimeOrNull, round } from './format.js';
import type { cameraViewSchema, ustreamerStateSchema } from './schemas/camera.js';
import { tierView } from './tier-view.js';

/** A camera as `GET /api/cameras/:id` shows it. Passwords in its source are masked. */
export function cameraView(camera: Camera, viewers: ViewerRegistry): z.output<typeof cameraViewSchema> {
  const { state, sinceMs, cause, attempt } = camera.supervision;
  const { progress } = camera;
  return {
    id: camera.id,
    name: camera.config.name,
    source: formatSource(camera.config.source),
    state,
    since: isoTime(sinceMs),
    cause: cause === null ? null : { code: cause.code, message: cause.message, permanent: cause.permanent },
    attempt,
    next_try: isoTimeOrNull(nextTryOf(camera.supervision)),
    acceleration: accelerationView(camera),
    profile: camera.profile ?? 'auto',
    viewers: viewers.ofCamera(camera.id).length,
    fps: round(progress.fps, 2),
    frames: progress.frames,
    corrupt_frames: progress.corruptFrames,
    h264: { passthrough: camera.sourceVideo.passes, reason: camera.sourceVideo.reason },
    tiers: camera.allTierNames.map((name) => tierView(camera, name, viewers)),
  };
}

/** µStreamer's `/state`, which PiKVM's and others' pages read. */
export function ustreamerState(camera: Camera, viewers: ViewerRegistry): z.output<typeof ustreamerStateSchema> {
  const [named] = camera.config.tiers;
  const best = camera.tierSettings(named?.name ?? '');
  const watching = viewers.ofCamera(camera.id);
  const newest = camera.tierNames.map((name) => camera.channel(name).newest).find((frame) => frame !== undefined);
  return {
    ok: true,
    result: {
      instance_id: camera.id,
      encoder: { type: camera.tierNames.includes('source') ? 'HW' : 'CPU', quality: best?.quality ?? 0 },
      source: {
        resolution: { width: newest?.width ?? 0, height: newest?.height ?? 0 },
        online: isDelivering(camera.supervision.state),
        desired_fps: best?.fps ?? 0,
        captured_fps: Math.round(camera.progress.fps),
      },
      stream: {
        queued_fps: Math.round(watching.reduce((most, viewer) => Math.max(most, viewer.stats().fps), 0)),
        clients: watching.length,
        clients_stat: Object.fromEntries(
          watching.map((viewer) => [viewer.id, { fps: Math.round(viewer.stats().fps), ...flags(viewer.request) }]),
        ),
      },
    },
  };
}

function flags(request: Viewer['request']) {
  const isOn = (name: string) => (request[name] === undefined ? {} : { [name]: request[name] === true });
  return {
    ...isOn('extra_headers'),
    ...isOn('advance_headers'),
    ...isOn('dual_final_frames'),
    ...isOn('zero_data'),
    ...(typeof request.key === 'string' ? { key: request.key } : {}),
  };
}

/** What works on the camera's pictures. */
function accelerationView({ acceleration }: Camera): z.output<typeof cameraViewSchema>['acceleration'] {
  const job = (view: JobView | null | undefined) =>
    view ? { element: view.element, hardware: view.hardware, fallback_reason: view.fallbackReason } : null;
  const { decode, scale, jpeg, h264 } = acceleration?.view ?? {};
  return { decode: job(decode), scale: job(scale), jpeg: job(jpeg), h264: job(h264) };
}
