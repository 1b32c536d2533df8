/** Whether a chip is why a pipeline failed. */
import type { MeterStats } from '../native/addon.types.js';
import type { HardwareUse } from './acceleration.js';
import type { PipelineFault } from './cause.js';
import type { Cause } from './supervisor.js';

export interface HardwareFault {
  /** The elements' factories: several where it isn't known which. */
  readonly factories: readonly string[];
  readonly reason: string;
  /** It never started. */
  readonly hung?: boolean;
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

interface Progress {
  out: number;
  /** The fewest frames that it had in hand. */
  latency: number;
  /** Since when it gives none although it has more in hand than usual; null while it is well. */
  stuckSinceMs: number | null;
}

/** Watches the chip's elements that are metered for one that takes frames and gives none. */
export class StallWatch {
  readonly #hardware: HardwareUse;
  readonly #progress = new Map<string, Progress>();

  constructor(hardware: HardwareUse) {
    this.#hardware = hardware;
  }

  /** Call it several times a second. The first in the order of pictures is named: those behind it starve. */
  look(meters: Readonly<Record<string, MeterStats>>, nowMs: number): HardwareFault | null {
    const stuck = [...this.#hardware.metered].flatMap(([name, factory]) => {
      const stats = meters[name];
      return stats !== undefined && this.#isStuck(name, stats, nowMs) ? [factory] : [];
    });
    const [first] = stuck;
    return first === undefined ? null : { factories: [first], reason: `it stalled: no frame for ${stallMs} ms` };
  }

  #isStuck(name: string, { in: taken, out }: MeterStats, nowMs: number): boolean {
    const inHand = taken - out;
    const before = this.#progress.get(name);
    if (before === undefined || before.out !== out) {
      const latency = Math.min(inHand, before?.latency ?? inHand);
      this.#progress.set(name, { out, latency, stuckSinceMs: null });
      return false;
    }
    if (inHand <= before.latency) return false;
    before.stuckSinceMs ??= nowMs;
    return nowMs - before.stuckSinceMs >= stallMs;
  }
}
