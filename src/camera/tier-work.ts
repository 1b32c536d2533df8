import type { MeterStats, PipelineStats } from '../native/addon.types.js';
import type { PlannedTier } from '../pipeline/plan.js';
import { tierElements } from '../pipeline/tier.js';

/** What a pipeline made of a tier's frames, since its start. */
export interface TierWork {
  readonly tier: string;
  /** Left out because they showed nothing new. */
  readonly unchanged: number;
  /** Left out because a newer one came before they could be encoded, or handed over. */
  readonly late: number;
  /** How many were encoded, and how long that took altogether; 0 where nothing is. */
  readonly encoded: number;
  readonly encodeMs: number;
}

const nothing: MeterStats = { in: 0, out: 0, timed: 0, busyMs: 0 };

export function tierWork({ name, sink }: PlannedTier, { sinks, meters }: PipelineStats): TierWork {
  const names = tierElements(name);
  const gate = meters[names.gate] ?? nothing;
  const queue = meters[names.queue] ?? nothing;
  const encoder = meters[names.encoder] ?? nothing;
  return {
    tier: name,
    unchanged: gate.in - gate.out,
    // One may be in the queue at this moment.
    late: Math.max(0, queue.in - queue.out - 1) + (sinks[sink]?.dropped ?? 0),
    encoded: encoder.timed,
    encodeMs: encoder.busyMs,
  };
}

/** What was made of each tier's frames over all of a camera's pipelines, whose counters begin again each time. */
export class WorkTotals {
  readonly #totals = new Map<string, TierWork>();
  #seen = new Map<string, TierWork>();

  /** A new pipeline: its counters are at zero. */
  restart(): void {
    this.#seen = new Map();
  }

  update(works: readonly TierWork[]): void {
    for (const work of works) {
      const seen = this.#seen.get(work.tier) ?? noWork(work.tier);
      const most = combine(work, seen, Math.max);
      // A frame that was in the gate or the queue at the last look may have come out: nothing goes down by that.
      const grown = combine(most, seen, (now, before) => now - before);
      this.#totals.set(
        work.tier,
        combine(this.of(work.tier), grown, (total, more) => total + more),
      );
      this.#seen.set(work.tier, most);
    }
  }

  of(tier: string): TierWork {
    return this.#totals.get(tier) ?? noWork(tier);
  }
}

function noWork(tier: string): TierWork {
  return { tier, unchanged: 0, late: 0, encoded: 0, encodeMs: 0 };
}

function combine(one: TierWork, other: TierWork, how: (a: number, b: number) => number): TierWork {
  return {
    tier: one.tier,
    unchanged: how(one.unchanged, other.unchanged),
    late: how(one.late, other.late),
    encoded: how(one.encoded, other.encoded),
    encodeMs: how(one.encodeMs, other.encodeMs),
  };
}
