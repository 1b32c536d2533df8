/** Milliseconds of CLOCK_MONOTONIC, with a fraction: what `process.hrtime()` and the addon's `…Ms` fields read. */
export type Clock = () => number;

// performance.now() reads the same clock from the process's start, and costs no BigInt and no array. What passes
// between the two reads makes the origin too early: the best of a few counts.
const performanceOriginMs = Math.max(
  ...Array.from({ length: 5 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

export const monotonicMs: Clock = () => performanceOriginMs + performance.now();

/** The wall-clock time, in Unix milliseconds, of a moment of the monotonic clock. */
export function wallClockMs(momentMs: number): number {
  return Date.now() - (monotonicMs() - momentMs);
}
