import type { Clock } from '../core/clock.js';
import type { PipelinePlan, PlannedOutput } from '../pipeline/plan.js';
import { decodeRate, type ElementSetting } from '../pipeline/tier.js';

// Somebody who asks for a picture now and then, every ten seconds for example, is not to wait for a keyframe each time.
const shutAfterPicturesMs = 15_000;
// Who watches video has moved on, to the camera's own; or back at once, where his link doesn't carry it after all.
const shutAfterVideoMs = 2000;

/**
 * Opens what somebody watches in a running pipeline, and lets no more be decoded than that takes. Owns a timer for each
 * valve that is to be shut later; `close()` ends them.
 */
export class Valves {
  readonly #plan: PipelinePlan;
  readonly #set: (setting: ElementSetting) => void;
  readonly #clock: Clock;
  /** By valve: when somebody wanted pictures through it last. */
  readonly #picturesMs = new Map<string, number>();
  /** By valve: shuts it later. */
  readonly #shutting = new Map<string, NodeJS.Timeout>();
  /** By rate limiter: frames a second. */
  readonly #rates: Map<string, number>;
  #wanted: readonly PlannedOutput[] = [];

  constructor(plan: PipelinePlan, set: (setting: ElementSetting) => void, clock: Clock) {
    this.#plan = plan;
    this.#set = set;
    this.#clock = clock;
    const limited = plan.outputs.flatMap(({ rate }) => (rate === undefined ? [] : [rate]));
    this.#rates = new Map(limited.map(({ element, fps }) => [element, fps]));
  }

  /** Opens the ways to these outputs and shuts all others. */
  open(wanted: readonly PlannedOutput[]): void {
    const pictures = [...this.#wanted, ...wanted].filter(({ medium }) => medium === 'jpeg');
    for (const valve of pictures.flatMap(({ valves }) => valves)) this.#picturesMs.set(valve, this.#clock());
    this.#wanted = wanted;
    this.#limitDecoding();
    const open = new Set(wanted.flatMap(({ valves }) => valves));
    for (const valve of new Set(this.#plan.outputs.flatMap(({ valves }) => valves))) {
      if (open.has(valve) || !this.#plan.lateValves.includes(valve)) this.#setValve(valve, open.has(valve));
      else if (!this.#shutting.has(valve)) this.#shutLater(valve);
    }
  }

  /** A setting of the pipeline was changed; whether it is a tier's frame rate is seen here. */
  heed({ element, value }: ElementSetting): void {
    if (!this.#rates.has(element) || typeof value !== 'number') return;
    this.#rates.set(element, value);
    this.#limitDecoding();
  }

  close(): void {
    for (const timer of this.#shutting.values()) clearTimeout(timer);
    this.#shutting.clear();
  }

  #limitDecoding(): void {
    const { decodeLimit } = this.#plan;
    if (decodeLimit === undefined) return;
    const decoded = this.#wanted.flatMap(({ rate }) => (rate === undefined ? [] : [rate.element]));
    const rates = decoded.map((element) => this.#rates.get(element) ?? 0);
    this.#set({ element: decodeLimit, property: 'max-rate', value: decodeRate(rates) });
  }

  #setValve(valve: string, open: boolean): void {
    clearTimeout(this.#shutting.get(valve));
    this.#shutting.delete(valve);
    this.#set({ element: valve, property: 'drop', value: !open });
  }

  #shutLater(valve: string): void {
    const sinceMs = this.#clock() - (this.#picturesMs.get(valve) ?? Number.NEGATIVE_INFINITY);
    const waitMs = Math.max(shutAfterVideoMs, shutAfterPicturesMs - sinceMs);
    const timer = setTimeout(() => this.#setValve(valve, false), waitMs);
    timer.unref();
    this.#shutting.set(valve, timer);
  }
}
