/** Whether a chip is why a pipeline failed. */
import type { MeterStats } from '../native/addon.types.js';
import type { HardwareUse } from './acceleration.js';
import type { PipelineFault } from './cause.js';
import type { Cause } from './supervisor.js';

export interface HardwareFault {
  /** The elements' factories: several where it isn't known which. */
  readonly factories: readonly string[];
  readonly reason: string;
  /** Where its start hangs: settles once that has come back, however much later. */
  readonly hung?: Promise<void>;
}

/** Null where the chip has nothing to do with it. Pure. */
export function blameHardware(hardware: HardwareUse | null, fault: PipelineFault): HardwareFault | null {
  if (hardware === null) return null;
  const { factories } = hardware;
  const reason = fault.message;
  if (factories.includes(fault.factory)) return { factories: [fault.factory], reason };
  const crashed = fault.domain === 'lenscast-process';
  // Refused caps are told by the source, far from who refused them.
  const refused = /not-negotiated/.test(`${fault.debug}\n${fault.message}`);
  return crashed || refused ? { factories, reason: refused ? 'an element refused its caps' : reason } : null;
}

/** As a camera's cause: it begins again at once, perhaps without the chip. */
export function causeOfHardware({ factories, reason }: HardwareFault): Cause {
  return { code: 'hardware', message: `${factories.join(' or ')}: ${reason}`, permanent: false };
}

const stallMs = 700;

// Some elements keep a frame or two to begin with, and leave out broken ones: of a slow camera that lasts seconds.
const leastArrived = 3;

interface Progress {
  out: number;
  /** Since when it has taken frames and given none; null while it is well. */
  stuckSinceMs: number | null;
  /** How many the source had given by then. */
  arrivedByThen: number;
}

/** Watches the chip's elements that are metered for one that takes frames and gives none. */
export class StallWatch {
  readonly #hardware: HardwareUse;
  readonly #progress = new Map<string, Progress>();

  constructor(hardware: HardwareUse) {
    this.#hardware = hardware;
  }

  /**
   * Call it several times a second while somebody watches; `arrived`: how many frames the source gave so far. The first in
   * the order of pictures is named: those behind it starve.
   */
  look(meters: Readonly<Record<string, MeterStats>>, arrived: number, nowMs: number): HardwareFault | null {
    for (const [name, factory] of this.#hardware.metered) {
      const stats = meters[name];
      const forMs = stats === undefined ? null : this.#stuckForMs(name, stats, arrived, nowMs);
      if (forMs !== null) return { factories: [factory], reason: `it stalled: no frame for ${forMs} ms` };
    }
    return null;
  }

  /** Nobody wants frames: to hold some back is no stall. */
  pause(): void {
    for (const progress of this.#progress.values()) progress.stuckSinceMs = null;
  }

  /** How long it may give nothing, where it does for longer; else null. */
  #stuckForMs(name: string, { out, sinceOut }: MeterStats, arrived: number, nowMs: number): number | null {
    const before = this.#progress.get(name);
    if (before?.out !== out || before.stuckSinceMs === null || sinceOut === 0) {
      this.#progress.set(name, { out, stuckSinceMs: sinceOut > 0 ? nowMs : null, arrivedByThen: arrived });
      return null;
    }
    if (arrived - before.arrivedByThen < leastArrived) return null;
    // Its first frame is part of its start.
    const limitMs = out === 0 ? this.#hardware.startTimeoutMs : stallMs;
    return nowMs - before.stuckSinceMs >= limitMs ? limitMs : null;
  }
}
