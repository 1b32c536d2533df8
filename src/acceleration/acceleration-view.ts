/** What does a camera's work, and why not the chip, for its owner. */
import type { Choice } from '../pipeline/catalogue/choice.js';
import { isHardware, type Job, type Row } from '../pipeline/catalogue/row.js';
import { SOFTWARE_SCALER } from '../pipeline/processing.js';
import type { Findings } from './findings.js';
import type { Setbacks } from './setbacks.js';

export interface JobView {
  readonly element: string;
  readonly hardware: boolean;
  readonly fallbackReason: string | null;
}

/** Null: there is no such job, or nothing is known yet. */
export type AccelerationView = Readonly<Record<Job, JobView | null>>;

export interface ViewOptions {
  readonly choice: Choice | null;
  readonly findings: Findings | null;
  /** What the next pipeline has, where more is known by now than when this one began; else null. */
  readonly next: Choice | null;
  readonly setbacks: Setbacks;
  /** Whether the configuration wants software alone. */
  readonly isOff: boolean;
  /** Whether it is being found out. */
  readonly isProbing: boolean;
}

export function viewOf({ choice, findings, next, setbacks, isOff, isProbing }: ViewOptions): AccelerationView {
  const job = (name: Job, row: Pick<Row, 'element' | 'family'> | null): JobView | null => {
    if (row === null) return null;
    const hardware = isHardware(row);
    return { element: row.element, hardware, fallbackReason: hardware ? null : whyNot(name) };
  };
  const whyNot = (name: Job): string | null => {
    if (isOff) return 'the configuration wants software';
    const candidates = findings?.findings.filter((each) => each.job === name && isHardware(each)) ?? [];
    const aside = candidates.flatMap(({ element }) => setbacks.setAside.get(element) ?? [])[0];
    if (aside !== undefined) return `${aside.element}: ${aside.reason}`;
    const [resting] = candidates.flatMap(({ element }) => {
      const { reason, hangs } = setbacks.failed.get(element) ?? {};
      const rest = hangs ? 'and has not come back' : 'it rests and has a second chance';
      return reason === undefined ? [] : [`${element}: ${reason}${hangs ? ',' : ';'} ${rest}`];
    });
    if (resting !== undefined) return resting;
    const soon = next === null ? null : rowsOf(next)[name];
    if (soon !== null && isHardware(soon))
      return `${soon.element}: it works, and is used from the pipeline's next start`;
    const there = candidates.filter(({ reason }) => reason !== 'absent');
    const failed = there.find(({ passes }) => !passes);
    if (failed !== undefined) return `${failed.element}: ${failed.reason}`;
    if (there.length > 0 && findings?.together) return findings.together;
    return isProbing ? 'not probed yet' : null;
  };
  if (choice === null) return { decode: null, scale: null, jpeg: null, h264: null };
  const { decode, scale, jpeg, h264 } = rowsOf(choice);
  return {
    decode: job('decode', decode),
    scale: job('scale', scale),
    jpeg: job('jpeg', jpeg),
    h264: job('h264', h264),
  };
}

function rowsOf({ decode, scale, jpeg, h264 }: Choice): Record<Job, Pick<Row, 'element' | 'family'> | null> {
  const software = { element: SOFTWARE_SCALER, family: 'software' } as const;
  return { decode: decode?.row ?? null, scale: scale ?? software, jpeg: jpeg.row, h264: h264?.row ?? null };
}
