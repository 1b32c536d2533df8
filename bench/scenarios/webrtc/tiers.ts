import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WebRtcViewerReport } from '../../../test/support/webrtc-client.js';

/** Tiers small enough that a machine of two cores encodes all of them at once, best first. */
export const tiers = [
  { name: 'high', width: 1280, height: 720, fps: 30, bitrateBps: 4_000_000 },
  { name: 'medium', width: 960, height: 540, fps: 30, bitrateBps: 2_000_000 },
  { name: 'low', width: 640, height: 360, fps: 30, bitrateBps: 1_000_000 },
  { name: 'least', width: 426, height: 240, fps: 15, bitrateBps: 450_000 },
] as const;

export type Tier = (typeof tiers)[number];

/** What RTP, UDP and IP add; and how much of a link may be used. */
const headers = 1.06;
const linkShare = 0.85;

/** The best tier that fits in 85 % of a link, else the least. Infinite for a link without a limit. */
export function fittingTier(linkBps: number): Tier {
  return tiers.find(({ bitrateBps }) => headers * bitrateBps <= linkShare * linkBps) ?? tiers[3];
}

/** A moving test picture in these tiers. Returns the configuration's path. */
export function writeConfig(folder: string): string {
  const lines = tiers.map(
    ({ name, width, height, fps, bitrateBps }) =>
      `      ${name}: { width: ${width}, height: ${height}, fps: ${fps}, bitrate: ${bitrateBps} }\n`,
  );
  const path = join(folder, 'webrtc-links.yaml');
  writeFileSync(path, `cameras:\n  cam:\n    source: "test:"\n    tiers:\n${lines.join('')}`);
  return path;
}

export const tiersNote = `A moving test picture in ${tiers.length} tiers: ${tiers
  .map(
    ({ name, width, height, fps, bitrateBps }) => `${name} ${width}x${height} at ${fps} fps, ${bitrateBps / 1e6} Mb/s`,
  )
  .join('; ')}.`;

/** The tier of the picture that a viewer had then, by its size; undefined before the first. */
export function tierAt({ shown, beganMs }: WebRtcViewerReport, afterMs: number): Tier | undefined {
  const picture = shown.findLast(({ atMs }) => atMs <= beganMs + afterMs);
  return tiers.find(({ height }) => height === picture?.height);
}

/** When it came to be on the tier that it had at the end, and how often its size changed after a moment. */
export function changesOf({ shown, beganMs }: WebRtcViewerReport, fromMs = 0): readonly number[] {
  const changes: number[] = [];
  for (const [i, { atMs, height }] of shown.entries()) {
    const before = shown[i - 1];
    if (before !== undefined && before.height !== height && atMs - beganMs >= fromMs) changes.push(atMs - beganMs);
  }
  return changes;
}

/** The longest time without a new picture between two moments, from the offer on; those at the edges are cut off. */
export function longestPauseMs({ shown, beganMs }: WebRtcViewerReport, fromMs: number, untilMs: number): number {
  const inside = shown.map(({ atMs }) => atMs - beganMs).filter((atMs) => atMs > fromMs && atMs < untilMs);
  const edges = [fromMs, ...inside, untilMs];
  return Math.max(...edges.slice(1).map((atMs, i) => atMs - (edges[i] ?? 0)));
}

/** Ages in order of size of the pictures from a moment on; those of unknown age are left out. */
export function agesOf({ shown, beganMs }: WebRtcViewerReport, fromMs: number, untilMs = Number.POSITIVE_INFINITY) {
  return shown.flatMap(({ atMs, ageMs }) =>
    ageMs !== null && atMs - beganMs > fromMs && atMs - beganMs < untilMs ? [ageMs] : [],
  );
}

export function fpsOf({ shown, beganMs }: WebRtcViewerReport, fromMs: number, untilMs: number): number {
  const count = shown.filter(({ atMs }) => atMs - beganMs > fromMs && atMs - beganMs <= untilMs).length;
  return (1000 * count) / (untilMs - fromMs);
}
