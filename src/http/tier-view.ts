import type { z } from 'zod';
import type { Camera } from '../camera/camera.js';
import type { RateMeter } from '../core/rate.js';
import type { FrameAges } from '../hub/frame-ages.js';
import type { Medium, ViewerRegistry } from '../hub/viewer-registry.js';
import { round, roundOrNull } from './format.js';
import type { tierViewSchema } from './schemas/camera.js';

const media = ['jpeg', 'h264'] as const;

/** A tier as the API shows it. Throws TIER_NOT_FOUND. */
export function tierView(camera: Camera, tier: string, viewers: ViewerRegistry): z.output<typeof tierViewSchema> {
  const isIn = (medium: Medium) => camera.tierNamesOf(medium).includes(tier);
  const settings = camera.tierSettings(tier);
  return {
    name: tier,
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
    viewers: countViewers(viewers, camera, tier, media),
    // Who asks for a tier that isn't there in either is told of the JPEG ones.
    ...(isIn('jpeg') || !isIn('h264') ? jpegView(camera, tier) : noJpegs),
    media: media.filter(isIn),
    h264: isIn('h264') ? videoView(camera, tier, viewers) : null,
    h264_reason: isIn('h264') ? null : whyNoVideo(camera, tier),
  };
}

/** Of a tier that isn't the camera's own, of which its `h264.reason` tells; null where there is no such tier at all. */
export function whyNoVideo(camera: Camera, tier: string): string | null {
  const most = camera.acceleration?.mostVideoTiers ?? null;
  if (camera.tierSettings(tier) === undefined || most === null) return null;
  return `this board has no encoder of H.264 that works, and in software it encodes ${most} tiers at most`;
}

const noJpegs = {
  frame: null,
  rates: { fps: 0, bits_per_second: 0 },
  latency_ms: { p50: null, p95: null, p99: null },
  encode_ms: null,
};

function jpegView(camera: Camera, tier: string) {
  const { newest, rate, latency } = camera.channel(tier);
  return {
    /** The picture's own size, while somebody watches. */
    frame: newest === undefined ? null : { width: newest.width, height: newest.height },
    rates: ratesView(rate),
    latency_ms: latencyView(latency),
    encode_ms: encodeMs(camera, tier, 'jpeg'),
  };
}

function videoView(camera: Camera, tier: string, viewers: ViewerRegistry) {
  const { rate, latency, keyframes } = camera.video(tier);
  return {
    viewers: countViewers(viewers, camera, tier, ['h264']),
    rates: ratesView(rate),
    latency_ms: latencyView(latency),
    encode_ms: encodeMs(camera, tier, 'h264'),
    keyframes,
    encoder: camera.tierSettings(tier) === undefined ? null : camera.videoEncoder,
  };
}

function countViewers(viewers: ViewerRegistry, { id }: Camera, tier: string, of: readonly Medium[]): number {
  return viewers.ofCamera(id).filter((viewer) => viewer.tier === tier && of.includes(viewer.medium)).length;
}

function ratesView(rate: RateMeter) {
  return { fps: round(rate.perSecond(), 2), bits_per_second: Math.round(8 * rate.amountPerSecond()) };
}

/** From capture to the viewer's socket. */
function latencyView(latency: FrameAges) {
  const [p50, p95, p99] = latency.percentiles([0.5, 0.95, 0.99]);
  return { p50: roundOrNull(p50, 2), p95: roundOrNull(p95, 2), p99: roundOrNull(p99, 2) };
}

function encodeMs(camera: Camera, tier: string, medium: Medium): number | null {
  const { encoded, encodeMs: totalMs } = camera.tierWork(tier, medium);
  return encoded === 0 ? null : round(totalMs / encoded, 2);
}
