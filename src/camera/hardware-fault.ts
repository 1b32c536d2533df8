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

interface Progress {
  out: number;
  /** The fewest frames that it had in hand; null before it gave any. */
  latency: number | null;
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

  /** Call it several times a second while somebody watches. The first in the order of pictures is named: those behind it starve. */
  look(meters: Readonly<Record<string, MeterStats>>, nowMs: number): HardwareFault | null {
    const stuck = [...this.#hardware.metered].flatMap(([name, factory]) => {
      const stats = meters[name];
      const forMs = stats === undefined ? null : this.#stuckForMs(name, stats, nowMs);
      return forMs === null ? [] : [{ factories: [factory], reason: `it stalled: no frame for ${forMs} ms` }];
    });
    return stuck[0] ?? null;
  }

  /** Nobody wants frames: to hold some back is no stall. */
  pause(): void {
    for (const progress of this.#progress.values()) progress.stuckSinceMs = null;
  }

  /** How long it may hold frames back, where it does for longer; else null. */
  #stuckForMs(name: string, { in: taken, out }: MeterStats, nowMs: number): number | null {
    const inHand = taken - out;
    const before = this.#progress.get(name);
    if (before === undefined || before.out !== out) {
      const latency = out === 0 ? null : Math.min(inHand, before?.latency ?? inHand);
      this.#progress.set(name, { out, latency, stuckSinceMs: out === 0 && inHand > 0 ? nowMs : null });
      return null;
    }
    if (inHand <= (before.latency ?? 0)) return null;
    before.stuckSinceMs ??= nowMs;
    // Its first frame is part of its start.
    const limitMs = before.latency === null ? this.#hardware.startTimeoutMs : stallMs;
    return nowMs - before.stuckSinceMs >= limitMs ? limitMs : null;
  }
}
