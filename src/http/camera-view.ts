import type { z } from 'zod';
import type { Camera } from '../camera/camera.js';
import { isDelivering } from '../camera/supervisor.js';
import { formatSource } from '../config/source.js';
import type { Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import { isoTime, round, roundOrNull } from './format.js';
import type { cameraViewSchema, tierViewSchema, ustreamerStateSchema } from './schemas/camera.js';

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
    profile: camera.profile ?? 'auto',
    viewers: viewers.ofCamera(camera.id).length,
    fps: round(progress.fps, 2),
    frames: progress.frames,
    corrupt_frames: progress.corruptFrames,
    tiers: camera.tierNames.map((name) => tierView(camera, name, viewers)),
  };
}

/** A tier as the API shows it. Throws TIER_NOT_FOUND. */
export function tierView(camera: Camera, tier: string, viewers: ViewerRegistry): z.output<typeof tierViewSchema> {
  const channel = camera.channel(tier);
  const settings = camera.tierSettings(tier);
  const [p50, p95, p99] = channel.latency.percentiles([0.5, 0.95, 0.99]);
  return {
    name: channel.name,
    ...(settings === undefined
      ? {}
      : {
          width: settings.width,
          height: settings.height,
          fps: settings.fps,
          quality: settings.quality,
          bitrate: settings.bitrateBps,
          min_fps: settings.minFps,
        }),
    viewers: viewers.ofCamera(camera.id).filter((viewer) => viewer.tier === tier).length,
    /** The picture's own size, while somebody watches. */
    frame: channel.newest === undefined ? null : { width: channel.newest.width, height: channel.newest.height },
    rates: { fps: round(channel.rate.perSecond(), 2), bits_per_second: Math.round(8 * channel.rate.amountPerSecond()) },
    /** From capture to the viewer's socket. */
    latency_ms: { p50: roundOrNull(p50, 2), p95: roundOrNull(p95, 2), p99: roundOrNull(p99, 2) },
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
