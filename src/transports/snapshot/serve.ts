import type { ServerResponse } from 'node:http';
import { wallClockMs } from '../../core/clock.js';
import { queryInvalid } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';

export interface SnapshotFacts {
  /** Whether the camera gives pictures now. */
  readonly online: boolean;
  /** How long ago it gave this one. */
  readonly ageMs: number;
}

/** Writes a picture as the whole response and takes over the reference to it, until the last byte is out. */
export function serveSnapshot(response: ServerResponse, frame: Frame, { online, ageMs }: SnapshotFacts): void {
  if (response.destroyed) {
    // The client left while the picture was waited for: `close` was, and won't come again.
    frame.release();
    return;
  }
  response.once('close', () => frame.release());
  response.writeHead(200, {
    'Content-Type': 'image/jpeg',
    'Content-Length': frame.data.byteLength,
    'Cache-Control': 'no-store',
    'X-Timestamp': (wallClockMs(frame.captureMs) / 1000).toFixed(6),
    'X-Lenscast-Online': String(online),
    'X-Lenscast-Age-Ms': Math.round(ageMs),
    'X-UStreamer-Online': String(online),
    'X-UStreamer-Width': frame.width,
    'X-UStreamer-Height': frame.height,
  });
  response.end(frame.data);
}

const longestAgeMs = 3_600_000;

/** `max_age`, in ms; 0 where it isn't given: a picture no older than the request. Throws QUERY_INVALID. */
export function parseMaxAge(value: string | undefined): number {
  if (value === undefined || value === '') return 0;
  const ms = Number(value);
  if (!/^\d+$/.test(value) || ms > longestAgeMs) {
    throw queryInvalid('max_age', value, `a whole number of milliseconds from 0 to ${longestAgeMs}`);
  }
  return ms;
}
