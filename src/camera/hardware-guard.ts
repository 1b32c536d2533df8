import type { RunnablePipeline } from '../native/addon.types.js';
import type { HardwareUse } from './acceleration.js';
import { isElementError, type PipelineFault } from './cause.js';
import { blameHardware, type HardwareFault, StallWatch } from './hardware-fault.js';

/**
 * Watches over the chip's elements of one pipeline: that they start, give frames, and are blamed for what is theirs.
 * Owns a timer while the pipeline starts.
 */
export class HardwareGuard {
  readonly #hardware: HardwareUse;
  readonly #onFault: (fault: HardwareFault) => void;
  readonly #stalls: StallWatch;

  constructor(hardware: HardwareUse, onFault: (fault: HardwareFault) => void) {
    this.#hardware = hardware;
    this.#onFault = onFault;
    this.#stalls = new StallWatch(hardware);
  }

  /** As the pipeline's; a start that hangs is told, and waited for all the same. */
  async start(pipeline: RunnablePipeline): Promise<void> {
    const { factories, startTimeoutMs } = this.#hardware;
    const fault = { factories, reason: `the start hung for ${startTimeoutMs} ms`, hung: true };
    const limit = setTimeout(() => this.#onFault(fault), startTimeoutMs);
    await pipeline.start().finally(() => clearTimeout(limit));
  }

  /** Looks for elements that stall; call it several times a second. */
  look(pipeline: RunnablePipeline, nowMs: number): void {
    const fault = this.#stalls.look(pipeline.stats().meters, nowMs);
    if (fault !== null) this.#onFault(fault);
  }

  /** True where the chip is to blame for what an element said: it is told then. */
  blame(fault: PipelineFault): boolean {
    return this.#tell(blameHardware(this.#hardware, fault));
  }

  /** The same for what opening or starting the pipeline threw. */
  blameError(error: unknown): boolean {
    if (isElementError(error)) return this.blame(error);
    // A description that can't be built is none of the source's making either.
    const isUnbuilt = error instanceof Error && 'code' in error && error.code === 'ERR_PARSE';
    return isUnbuilt && this.#tell({ factories: this.#hardware.factories, reason: error.message });
  }

  /** The pipeline gives no pictures, and nothing tells why. */
  blameAll(reason: string): void {
    this.#onFault({ factories: this.#hardware.factories, reason });
  }

  #tell(fault: HardwareFault | null): boolean {
    if (fault !== null) this.#onFault(fault);
    return fault !== null;
  }
}
