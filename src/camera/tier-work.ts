import type { MeterStats, PipelineStats } from '../native/addon.types.js';
import { type Output, type OutputKey, outputKey } from '../pipeline/output.js';
import type { PlannedOutput } from '../pipeline/plan.js';
import { tierElements } from '../pipeline/tier.js';

/** What a pipeline made of an output's frames, since its start. */
export interface OutputWork {
  readonly output: OutputKey;
  /** Left out because they showed nothing new. */
  readonly unchanged: number;
  /** Left out because a newer one came before they could be encoded, or handed over. */
  readonly late: number;
  /** How many were encoded, and how long that took altogether; 0 where nothing is. */
  readonly encoded: number;
  readonly encodeMs: number;
}

const nothing: MeterStats = { in: 0, out: 0, sinceOut: 0, timed: 0, busyMs: 0 };

export function outputWork(output: PlannedOutput, { sinks, meters }: PipelineStats): OutputWork {
  const names = tierElements(output.tier);
  const meter = (name: string) => meters[name] ?? nothing;
  // One may be in the queue at this moment.
  const left = (queue: MeterStats) => Math.max(0, queue.in - queue.out - 1);
  const dropped = sinks[output.sink]?.dropped ?? 0;
  const queue = meter(names.queue);
  if (output.medium === 'h264') {
    const { timed, busyMs } = meter(names.h264.encoder);
    const late = left(meter(names.h264.queue)) + dropped;
    return { output: outputKey(output), unchanged: 0, late, encoded: timed, encodeMs: busyMs };
  }
  const gate = meter(names.jpeg.gate);
  const { timed, busyMs } = meter(names.jpeg.encoder);
  const late = left(queue) + dropped;
  return { output: outputKey(output), unchanged: gate.in - gate.out, late, encoded: timed, encodeMs: busyMs };
}

/** What was made of each output's frames over all of a camera's pipelines, whose counters begin again each time. */
export class WorkTotals {
  readonly #totals = new Map<OutputKey, OutputWork>();
  #seen = new Map<OutputKey, OutputWork>();

  /** A new pipeline: its counters are at zero. */
  restart(): void {
    this.#seen = new Map();
  }

  update(works: readonly OutputWork[]): void {
    for (const work of works) {
      const seen = this.#seen.get(work.output) ?? noWork(work.output);
      const most = combine(work, seen, Math.max);
      // A frame that was in the gate or the queue at the last look may have come out: nothing goes down by that.
      const grown = combine(most, seen, (now, before) => now - before);
      const total = this.#totals.get(work.output) ?? noWork(work.output);
      this.#totals.set(
        work.output,
        combine(total, grown, (sum, more) => sum + more),
      );
      this.#seen.set(work.output, most);
    }
  }

  of(output: Output): OutputWork {
    const key = outputKey(output);
    return this.#totals.get(key) ?? noWork(key);
  }
}

function noWork(output: OutputKey): OutputWork {
  return { output, unchanged: 0, late: 0, encoded: 0, encodeMs: 0 };
}

function combine(one: OutputWork, other: OutputWork, how: (a: number, b: number) => number): OutputWork {
  return {
    output: one.output,
    unchanged: how(one.unchanged, other.unchanged),
    late: how(one.late, other.late),
    encoded: how(one.encoded, other.encoded),
    encodeMs: how(one.encodeMs, other.encodeMs),
  };
}
