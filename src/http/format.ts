import { wallClockMs } from '../core/clock.js';

/** A moment of the monotonic clock as RFC 3339, UTC. */
export function isoTime(momentMs: number): string {
  return new Date(wallClockMs(momentMs)).toISOString();
}

export function isoTimeOrNull(momentMs: number | null): string | null {
  return momentMs === null ? null : isoTime(momentMs);
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function roundOrNull(value: number | null | undefined, digits: number): number | null {
  return value === null || value === undefined ? null : round(value, digits);
}
