import type { z } from 'zod';
import { monotonicMs } from '../core/clock.js';
import type { Viewer } from '../hub/viewer-registry.js';
import { isoTime, round, roundOrNull } from './format.js';
import type { viewerViewSchema } from './schemas/viewer.js';

/** A viewer as the API shows it. */
export function viewerView(viewer: Viewer): z.output<typeof viewerViewSchema> {
  const { fps, bitrateBps, delivered, droppedSlow, droppedRate } = viewer.stats();
  const { mode, maxTier, minTier } = viewer.choice;
  const link = viewer.link?.();
  return {
    id: viewer.id,
    camera: viewer.camera,
    transport: viewer.transport,
    address: viewer.address,
    tier: viewer.tier,
    mode,
    max_tier: maxTier ?? null,
    min_tier: minTier ?? null,
    max_fps: viewer.maxFps,
    fps: round(fps, 2),
    bits_per_second: Math.round(bitrateBps),
    delivered,
    dropped: { slow: droppedSlow, fps: droppedRate },
    link: { bits_per_second: roundOrNull(link?.linkBps, 0), rtt_ms: roundOrNull(link?.rttMs, 2) },
    age_ms: { p50: roundOrNull(link?.ageMs.p50, 2), p95: roundOrNull(link?.ageMs.p95, 2) },
    rtp: rtpTime(viewer),
    since: isoTime(viewer.sinceMs),
  };
}

/** What a sender report tells of the time (RFC 3550, section 6.4.1), for pages, which browsers don't show those. */
function rtpTime(viewer: Viewer): z.output<typeof viewerViewSchema>['rtp'] {
  const timestamp = viewer.rtpTimestampAt?.(monotonicMs()) ?? null;
  return timestamp === null ? null : { timestamp, unix_ms: Date.now() };
}
