import type { Clock } from '../core/clock.js';
import type { TapStats } from '../native/addon.types.js';
import { promisedFps, type SourceWindow } from './health.js';

interface Sample {
  readonly atMs: number;
  readonly buffers: number;
  readonly corrupt: number;
  readonly damaged: number;
}

const samplesKept = 9;
const framesToTrust = 10;
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
  #brokenInARow = 0;
  #isCautious = false;
  #isEstimate = false;
  #restartedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#restartedMs = clock();
  }

  /** A new pipeline: its counters are at zero. */
  restart(): void {
    const { buffers } = this.#last;
    // Of a camera that has become slow a pipeline gives up after its first frames: the next one must learn anew, and not
    // from the frames that such a camera had in store.
    this.#isCautious = buffers > 0 && buffers < framesToTrust;
    if (this.#isCautious) this.forgetRate();
    this.#restartedMs = this.#clock();
    this.#samples = [];
    this.#last = { buffers: 0, corrupt: 0, lastMs: 0 };
    this.#brokenInARow = 0;
  }

  /** The source may have another frame rate now. */
  forgetRate(): void {
    this.#intervalMs = null;
  }

  /** True where good frames came since the last look. */
  update(tap: TapStats): boolean {
    const fresh = tap.buffers - this.#last.buffers;
    this.frames += fresh;
    const broken = tap.corrupt - this.#last.corrupt;
    this.corruptFrames += broken;
    this.#brokenInARow = fresh > 0 ? 0 : this.#brokenInARow + broken;
    if (fresh > 0 && this.#last.lastMs > 0) this.#measure((tap.lastMs - this.#last.lastMs) / fresh);
    else if (fresh > 2 && this.#intervalMs === null && !this.#isCautious) this.#estimate(tap.lastMs, fresh);
    this.#last = { buffers: tap.buffers, corrupt: tap.corrupt, lastMs: tap.lastMs };
    if (tap.caps !== '') this.caps = tap.caps;
    // A slow start isn't a low rate.
    if (tap.buffers + tap.corrupt === 0) return false;
    const { buffers, corrupt, damaged } = tap;
    this.#samples = [...this.#samples, { atMs: this.#clock(), buffers, corrupt, damaged }].slice(-samplesKept);
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
      damaged: between(({ damaged }) => damaged),
      promisedFps: promisedFps(this.caps),
    };
  }

  /** Broken JPEGs since the last look that saw a good one. */
  get brokenInARow(): number {
    return this.#brokenInARow;
  }

  /** The time between two frames, smoothed; null until some were seen. It outlives silences and pipelines. */
  get frameIntervalMs(): number | null {
    return this.#intervalMs;
  }

  /** At most: the start took some of that time. */
  #estimate(lastMs: number, frames: number): void {
    this.#intervalMs = (lastMs - this.#restartedMs) / (frames - 1);
    this.#isEstimate = true;
  }

  #measure(intervalMs: number): void {
    const known = this.#isEstimate ? null : this.#intervalMs;
    this.#intervalMs = known === null ? intervalMs : known * 0.7 + intervalMs * 0.3;
    this.#isEstimate = false;
  }
}
