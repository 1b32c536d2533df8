import type { Clock } from '../core/clock.js';
import type { TapStats } from '../native/addon.types.js';
import { promisedFps, type SourceWindow } from './health.js';

interface Sample {
  readonly atMs: number;
  readonly buffers: number;
  readonly corrupt: number;
}

const samplesKept = 9;
// Looks come four times a second while there is a pipeline.
const looksEndMs = 2000;

/** What a camera's source delivers, from looks at its counters. The counters begin again with each pipeline. */
export class SourceProgress {
  /** Broken JPEGs that were dropped, over all pipelines. */
  corruptFrames = 0;
  /** Good frames, over all pipelines. */
  frames = 0;
  /** The caps of what leaves the source; '' before anything did. */
  caps = '';
  readonly #clock: Clock;
  #samples: readonly Sample[] = [];
  #last = { buffers: 0, corrupt: 0, lastMs: 0 };
  #intervalMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new pipeline: its counters are at zero. */
  restart(): void {
    this.#samples = [];
    this.#last = { buffers: 0, corrupt: 0, lastMs: 0 };
    this.#intervalMs = null;
  }

  /** True where good frames came since the last look. */
  update(tap: TapStats): boolean {
    const fresh = tap.buffers - this.#last.buffers;
    this.frames += fresh;
    this.corruptFrames += tap.corrupt - this.#last.corrupt;
    if (fresh > 0 && this.#last.lastMs > 0) this.#measure((tap.lastMs - this.#last.lastMs) / fresh);
    this.#last = { buffers: tap.buffers, corrupt: tap.corrupt, lastMs: tap.lastMs };
    if (tap.caps !== '') this.caps = tap.caps;
    this.#samples = [...this.#samples, { atMs: this.#clock(), buffers: tap.buffers, corrupt: tap.corrupt }].slice(
      -samplesKept,
    );
    return fresh > 0;
  }

  /** Frames a second over the last two seconds; 0 where there is nothing to tell from. */
  get fps(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    if (this.#clock() - last.atMs > looksEndMs) return 0;
    return ((last.buffers - first.buffers) * 1000) / (last.atMs - first.atMs);
  }

  /** The last two seconds, for {@link findAilment}. */
  get window(): SourceWindow {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const between = (of: (sample: Sample) => number) => (first && last ? of(last) - of(first) : 0);
    return {
      spanMs: between(({ atMs }) => atMs),
      fps: this.fps,
      good: between(({ buffers }) => buffers),
      corrupt: between(({ corrupt }) => corrupt),
      promisedFps: promisedFps(this.caps),
    };
  }

  /** The time between two frames, smoothed; null until two looks saw some. It outlives a silence. */
  get frameIntervalMs(): number | null {
    return this.#intervalMs;
  }

  #measure(intervalMs: number): void {
    this.#intervalMs = this.#intervalMs === null ? intervalMs : this.#intervalMs * 0.7 + intervalMs * 0.3;
  }
}
