/** A link's rate by the kernel: tc-tbf(8). */

/** Bytes that pass unshaped after a pause. */
export const BUCKET = '16kb';
/** How long what is sent may wait before it is lost. */
const queueMs = 400;

/** The words of `tc qdisc add|change|replace dev DEVICE` for a rate in Mb/s. */
export function tbf(mbit: number): readonly string[] {
  return ['root', 'tbf', 'rate', `${mbit}mbit`, 'burst', BUCKET, 'latency', `${queueMs}ms`];
}
