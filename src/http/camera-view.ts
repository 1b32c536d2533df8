import type { Camera } from '../camera/camera.js';
import { formatSource } from '../config/source.js';
import { wallClockMs } from '../core/clock.js';
import type { Channel } from '../hub/channel.js';
import type { ViewerRegistry } from '../hub/viewer-registry.js';

/** A camera as `GET /api/cameras/:id` shows it. Passwords in its source are masked. */
export function cameraView(camera: Camera, viewers: ViewerRegistry) {
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
    viewers: viewers.ofCamera(camera.id).length,
    fps: round(progress.fps, 2),
    frames: progress.frames,
    corrupt_frames: progress.corruptFrames,
    tiers: camera.tierNames.map((name) => tierView(camera, camera.channel(name), viewers)),
  };
}

function tierView(camera: Camera, channel: Channel, viewers: ViewerRegistry) {
  const settings = camera.tierSettings(channel.name);
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
        }),
    viewers: viewers.ofCamera(camera.id).filter(({ tier }) => tier === channel.name).length,
    /** The picture's own size, while somebody watches. */
    frame: channel.newest === undefined ? null : { width: channel.newest.width, height: channel.newest.height },
    rates: { fps: round(channel.rate.perSecond(), 2), bits_per_second: Math.round(8 * channel.rate.amountPerSecond()) },
    /** From capture to the viewer's socket. */
    latency_ms: { p50: rounded(p50), p95: rounded(p95), p99: rounded(p99) },
  };
}

/** µStreamer's `/state`, which PiKVM's and others' pages read. */
export function ustreamerState(camera: Camera, viewers: ViewerRegistry) {
  const [best] = camera.config.tiers;
  const watching = viewers.ofCamera(camera.id);
  const newest = camera.tierNames.map((name) => camera.channel(name).newest).find((frame) => frame !== undefined);
  return {
    ok: true,
    result: {
      instance_id: camera.id,
      encoder: { type: camera.tierNames.includes('source') ? 'HW' : 'CPU', quality: best?.quality ?? 0 },
      source: {
        resolution: { width: newest?.width ?? 0, height: newest?.height ?? 0 },
        online: camera.supervision.state === 'live',
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

function flags(request: Readonly<Record<string, string | number | boolean>>) {
  const { extra_headers, advance_headers, dual_final_frames, zero_data, key } = request;
  return { extra_headers, advance_headers, dual_final_frames, zero_data, key };
}

function isoTime(momentMs: number): string {
  return new Date(wallClockMs(momentMs)).toISOString();
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : round(value, 2);
}
