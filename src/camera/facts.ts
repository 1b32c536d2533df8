import type { FrameAges } from '../hub/frame-ages.js';
import type { Medium, Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import type { Camera } from './camera.js';

const transportsOf = { jpeg: ['mjpeg', 'websocket'], h264: ['webrtc'] } as const satisfies Record<
  Medium,
  readonly Viewer['transport'][]
>;

/** The cameras' counters at this moment, for the metrics: of each tier in each medium that it has. */
export function cameraFacts(cameras: readonly Camera[], viewers: ViewerRegistry) {
  return cameras.map((camera) => {
    const watching = viewers.ofCamera(camera.id);
    const tiersOf = (medium: Medium) =>
      camera.tierNamesOf(medium).map((name) => {
        const { unchanged, late, encoded, encodeMs } = camera.tierWork(name, medium);
        const viewersByTransport = countByTransport(watching, name, medium);
        const counters = medium === 'jpeg' ? pictureCounters(camera, name) : videoCounters(camera, name);
        return { name, medium, viewersByTransport, ...counters, unchanged, late, encoded, encodeMs };
      });
    return {
      id: camera.id,
      state: camera.supervision.state,
      transitions: camera.transitions,
      frames: camera.progress.frames,
      corruptFrames: camera.progress.corruptFrames,
      hardwareFallbacks: camera.acceleration?.fallbacks ?? 0,
      hardware: hardwareOf(camera),
      tiers: [...tiersOf('jpeg'), ...tiersOf('h264')],
    };
  });
}

function hardwareOf({ acceleration }: Camera): Record<string, boolean> {
  const jobs = Object.entries(acceleration?.view ?? {});
  return Object.fromEntries(jobs.flatMap(([job, view]) => (view === null ? [] : [[job, view.hardware]])));
}

function countByTransport(watching: readonly Viewer[], tier: string, medium: Medium): Record<string, number> {
  const on = (transport: string) =>
    watching.filter((viewer) => viewer.transport === transport && viewer.medium === medium && viewer.tier === tier);
  return Object.fromEntries(transportsOf[medium].map((transport) => [transport, on(transport).length]));
}

function pictureCounters(camera: Camera, tier: string) {
  const { published, rate, totals, latency } = camera.channel(tier);
  const bitrateBps = 8 * rate.amountPerSecond();
  return { published, keyframes: published, bitrateBps, ...totals, ages: latency.counts };
}

/** Video is handed to a viewer as often as its age was told then. */
function videoCounters(camera: Camera, tier: string) {
  const { published, keyframes, rate, latency } = camera.video(tier);
  const bitrateBps = 8 * rate.amountPerSecond();
  const totals = { delivered: handedOver(latency), droppedSlow: 0, droppedRate: 0 };
  return { published, keyframes, bitrateBps, ...totals, ages: latency.counts };
}

function handedOver({ counts }: FrameAges): number {
  return counts.counts.reduce((sum, count) => sum + count, 0);
}
