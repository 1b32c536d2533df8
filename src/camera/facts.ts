import type { Viewer, ViewerRegistry } from '../hub/viewer-registry.js';
import type { Camera } from './camera.js';

/** The cameras' counters at this moment, for the metrics. */
export function cameraFacts(cameras: readonly Camera[], viewers: ViewerRegistry) {
  return cameras.map((camera) => {
    const watching = viewers.ofCamera(camera.id);
    return {
      id: camera.id,
      state: camera.supervision.state,
      frames: camera.progress.frames,
      corruptFrames: camera.progress.corruptFrames,
      tiers: camera.tierNames.map((name) => {
        const channel = camera.channel(name);
        const { unchanged, late, encoded, encodeMs } = camera.tierWork(name, 'jpeg');
        const count = (transport: Viewer['transport']) =>
          watching.filter((viewer) => viewer.transport === transport && viewer.tier === name).length;
        return {
          name,
          published: channel.published,
          bitrateBps: 8 * channel.rate.amountPerSecond(),
          viewersByTransport: { mjpeg: count('mjpeg'), websocket: count('websocket') },
          ...channel.totals,
          ...{ unchanged, late, encoded, encodeMs },
          ages: channel.latency.counts,
        };
      }),
    };
  });
}
