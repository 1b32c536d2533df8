import type { Clock } from '../core/clock.js';
import type { RunnablePipeline } from '../native/addon.types.js';
import type { HardwareUse } from './acceleration.js';
import { isElementError, type PipelineFault } from './cause.js';
import { blameHardware, type HardwareFault, StallWatch } from './hardware-fault.js';

export interface HardwareGuardOptions {
  readonly hardware: HardwareUse;
  readonly clock: Clock;
  /** Whether anybody watches what the pipeline gives. */
  readonly isWatched: () => boolean;
  readonly onFault: (fault: HardwareFault) => void;
}

// A stall that is seen late is a longer wait for the viewers.
const lookEveryMs = 100;

/**
 * Watches over the chip's elements of one pipeline: that they start, give frames, and are blamed for what is theirs.
 * Owns a timer from `start()` to `close()`, which is idempotent.
 */
export class HardwareGuard {
  readonly #options: HardwareGuardOptions;
  readonly #stalls: StallWatch;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: HardwareGuardOptions) {
    this.#options = options;
    this.#stalls = new StallWatch(options.hardware);
  }

  /** As the pipeline's; a start that hangs is told, and waited for all the same. */
  async start(pipeline: RunnablePipeline): Promise<void> {
    const { factories, startTimeoutMs } = this.#options.hardware;
    const starting = pipeline.start();
    const back = () => undefined;
    const fault = { factories, reason: `the start hung for ${startTimeoutMs} ms`, hung: starting.then(back, back) };
    this.#timer = setTimeout(() => this.#options.onFault(fault), startTimeoutMs);
    await starting.finally(() => clearTimeout(this.#timer));
    if (!this.#closed) this.#timer = setInterval(() => this.#look(pipeline), lookEveryMs);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  /** True where the chip is to blame for what an element said: it is told then. */
  blame(fault: PipelineFault): boolean {
    return this.#tell(blameHardware(this.#options.hardware, fault));
  }

  /** The same for what opening or starting the pipeline threw. */
  blameError(error: unknown): boolean {
    if (isElementError(error)) return this.blame(error);
    // A description that can't be built is none of the source's making either.
    const isUnbuilt = error instanceof Error && 'code' in error && error.code === 'ERR_PARSE';
    return isUnbuilt && this.#tell({ factories: this.#options.hardware.factories, reason: error.message });
  }

  /** The pipeline gives no pictures, and nothing tells why. */
  blameAll(reason: string): void {
    this.#options.onFault({ factories: this.#options.hardware.factories, reason });
  }

  #look(pipeline: RunnablePipeline): void {
    const { isWatched, clock } = this.#options;
    if (!isWatched()) {
      this.#stalls.pause();
      return;
    }
    const { meters, tap } = pipeline.stats();
    this.#tell(this.#stalls.look(meters, tap?.buffers ?? 0, clock()));
  }

  #tell(fault: HardwareFault | null): boolean {
    if (fault !== null) this.#options.onFault(fault);
    return fault !== null;
  }
}
