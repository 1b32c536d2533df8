/** Which of a chip's elements a pipeline has, and under what names. */
import type { Choice } from '../pipeline/catalogue/choice.js';
import { isHardware } from '../pipeline/catalogue/row.js';
import { DECODER } from '../pipeline/processing.js';
import { tierElements } from '../pipeline/tier.js';

export interface HardwareUse {
  /** Their factories, each once, in the order in which pictures pass them. */
  readonly factories: readonly string[];
  /** Of those that are metered: the element's name in the pipeline, and its factory. */
  readonly metered: ReadonlyMap<string, string>;
  /** How long a start may take. */
  readonly startTimeoutMs: number;
}

// Of the two seconds in which viewers are to have the picture again, the software's start must have its part.
const leastStartMs = 800;
const mostStartMs = 3000;

/** Null where all is software. `startMs`: how long a start took when it was probed. */
export function hardwareUse(choice: Choice, tiers: readonly string[], startMs: number | null): HardwareUse | null {
  const { decode, scale, jpeg, h264 } = choice;
  const metered = new Map<string, string>();
  if (decode !== null && isHardware(decode.row)) metered.set(DECODER, decode.row.element);
  for (const tier of tiers) {
    const names = tierElements(tier);
    if (isHardware(jpeg.row)) metered.set(names.jpeg.encoder, jpeg.row.element);
    if (h264 !== null && isHardware(h264.row)) metered.set(names.h264.encoder, h264.row.element);
  }
  const used = [decode?.row, scale, jpeg.row, h264?.row].flatMap((row) => (row && isHardware(row) ? [row] : []));
  const factories = [
    ...new Set(used.flatMap((row) => (row.job === 'scale' ? [row.element, ...row.needs] : [row.element]))),
  ];
  if (factories.length === 0) return null;
  return {
    factories,
    metered,
    startTimeoutMs: Math.min(mostStartMs, Math.max(leastStartMs, Math.ceil(2 * (startMs ?? 0)))),
  };
}
