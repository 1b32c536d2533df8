import { decide, type SwitchReason, startAdaptation } from '../../src/adaptation/decide.js';
import type { TierOption } from '../../src/adaptation/options.js';
import { noPadding } from '../../src/adaptation/probe.js';
import type { AdaptationState } from '../../src/adaptation/state.js';
import { FrameRateLimiter } from '../../src/hub/frame-rate-limiter.js';
import { LinkModel, type SimulatedLink } from './link-model.js';

export interface SimulatedRun {
  /** Best first; a function where they change. */
  readonly options: readonly TierOption[] | ((atMs: number) => readonly TierOption[]);
  readonly link: SimulatedLink;
  readonly durationMs: number;
  /** How frames' sizes vary: 0.2 is a fifth up or down. */
  readonly sizeSpread?: number;
  /** 0 to 1, for the sizes. */
  readonly random?: () => number;
}

export interface SwitchRecord {
  readonly atMs: number;
  readonly reason: SwitchReason;
  readonly tier: string;
  readonly fps: number;
  readonly linkBps: number | null;
}

export interface Arrival {
  readonly atMs: number;
  readonly ageMs: number;
  readonly tier: string;
}

export interface SimulatedOutcome {
  readonly switches: readonly SwitchRecord[];
  readonly final: AdaptationState;
  readonly arrivals: readonly Arrival[];
  /** Every choice that was in force, from when on. */
  readonly choices: readonly { readonly atMs: number; readonly tier: string; readonly fps: number }[];
  /** The tier and rate in force at a moment. */
  at(ms: number): { readonly tier: string; readonly fps: number };
}

const stepMs = 5;
const lookMs = 100;
const contentLookMs = 1000;
const unsentLimitBytes = 32 * 1024;
const leastUnsentBytes = 16 * 1024;
const mostUnsentMs = 100;
const mostQueuedMs = 60;
const mostQueuedBytes = 64 * 1024;

interface Flight {
  readonly endBytes: number;
  readonly capturedMs: number;
  readonly tier: string;
}

/** Runs the adaptation over a model of the link, with the server's own rules for frames: the newest one waits. */
export function simulate(run: SimulatedRun): SimulatedOutcome {
  const simulation = new Simulation(run);
  for (let nowMs = 0; nowMs < run.durationMs; nowMs += stepMs) simulation.step(nowMs);
  return simulation.outcome();
}

class Simulation {
  readonly #run: SimulatedRun;
  readonly #link: LinkModel;
  #state: AdaptationState;
  #limiter: FrameRateLimiter | null = null;
  readonly #switches: SwitchRecord[] = [];
  readonly #arrivals: Arrival[] = [];
  readonly #choices: { atMs: number; tier: string; fps: number }[];
  #flights: Flight[] = [];
  #pending: Flight | null = null;
  #isDrained = true;
  #knowsLink = false;
  #waitingMs: number | null = null;
  #nextCaptureMs = 0;
  #dropped = 0;
  #padding = noPadding;
  #sendsPadding = false;
  #trainEndBytes: number | null = null;
  #switchedMs = 0;
  #nextLookMs = 0;
  #droppedAtLook = -1;

  constructor(run: SimulatedRun) {
    this.#run = run;
    this.#link = new LinkModel(run.link, unsentLimitBytes);
    this.#state = startAdaptation(this.#optionsAt(0), 0);
    const { tier, fps } = this.#state.choice;
    this.#choices = [{ atMs: 0, tier, fps }];
  }

  step(nowMs: number): void {
    this.#link.step(nowMs, stepMs);
    this.#arrive(nowMs);
    this.#handOver();
    this.#isDrained = this.#pending === null && (this.#isDrained || this.#queueMs() <= 1);
    this.#capture(nowMs);
    this.#send(nowMs);
    if (nowMs % lookMs === 0) this.#look(nowMs);
  }

  outcome(): SimulatedOutcome {
    const choices = this.#choices;
    return {
      switches: this.#switches,
      final: this.#state,
      arrivals: this.#arrivals,
      choices,
      at: (ms) => {
        const found = choices.findLast(({ atMs }) => atMs <= ms);
        if (found === undefined) throw new RangeError('nothing was chosen');
        return found;
      },
    };
  }

  #optionsAt(nowMs: number): readonly TierOption[] {
    const { options } = this.#run;
    return typeof options === 'function' ? options(nowMs) : options;
  }

  #arrive(nowMs: number): void {
    const wayMs = this.#run.link.rttMs / 2;
    for (let first = this.#flights[0]; first && first.endBytes <= this.#link.passedBytes; first = this.#flights[0]) {
      const atMs = nowMs + wayMs;
      this.#arrivals.push({ atMs, ageMs: atMs - first.capturedMs, tier: first.tier });
      this.#flights.shift();
    }
  }

  /** The kernel has all of the frame. */
  #handOver(): void {
    if (this.#pending === null || !this.#link.isTaken) return;
    if (this.#sendsPadding) this.#trainEndBytes = this.#pending.endBytes;
    this.#sendsPadding = false;
    this.#pending = null;
    this.#isDrained = false;
  }

  /** How long the next frame is held back for the sake of the last. */
  #queueMs(): number {
    const { linkBps } = this.#state;
    this.#knowsLink ||= linkBps !== null || this.#link.queuedBytes === 0;
    if (linkBps === null) return this.#knowsLink ? 0 : Number.POSITIVE_INFINITY;
    const mostMs = Math.min(mostQueuedMs, (8000 * mostQueuedBytes) / linkBps);
    return (8000 * this.#link.queuedBytes) / linkBps - mostMs - this.#run.link.rttMs;
  }

  #capture(nowMs: number): void {
    const option = this.#option(nowMs);
    for (; this.#nextCaptureMs <= nowMs; this.#nextCaptureMs += 1000 / option.fps) {
      if (this.#limiter !== null && !this.#limiter.admit(this.#nextCaptureMs)) continue;
      if (this.#waitingMs !== null) this.#dropped++;
      this.#waitingMs = this.#nextCaptureMs;
    }
  }

  #send(nowMs: number): void {
    if (this.#waitingMs === null || this.#pending !== null || !this.#isDrained) return;
    const { sizeSpread = 0.1, random = () => 0.5 } = this.#run;
    const option = this.#option(nowMs);
    const { bytes, frames } = this.#padding;
    this.#sendsPadding = frames === 1;
    this.#link.write(option.frameBytes * (1 + sizeSpread * (2 * random() - 1)) + bytes);
    this.#padding = frames > 1 ? { bytes, frames: frames - 1 } : noPadding;
    this.#pending = { endBytes: this.#link.writtenBytes, capturedMs: this.#waitingMs, tier: option.name };
    this.#flights.push(this.#pending);
    this.#waitingMs = null;
    this.#handOver();
  }

  #option(nowMs: number): TierOption {
    const options = this.#optionsAt(nowMs);
    const option = options.find(({ name }) => name === this.#state.choice.tier) ?? options[0];
    if (option === undefined) throw new RangeError('there must be at least one tier');
    return option;
  }

  #look(nowMs: number): void {
    const pendingAgeMs = this.#pending === null ? 0 : nowMs - this.#pending.capturedMs;
    const isTroubled = pendingAgeMs > lookMs / 2 || this.#dropped !== this.#droppedAtLook;
    this.#droppedAtLook = this.#dropped;
    if (nowMs < this.#nextLookMs && !isTroubled) return;
    this.#nextLookMs = nowMs + (this.#state.linkBps === null && !isTroubled ? contentLookMs : lookMs);
    const options = this.#optionsAt(nowMs);
    const sample = {
      atMs: nowMs,
      ackedBytes: this.#link.ackedBytes,
      busyMs: this.#link.busyMs,
      queuedBytes: this.#link.queuedBytes,
      rttMs: this.#link.rttMs,
      minRttMs: this.#run.link.rttMs,
      droppedSlow: this.#dropped,
      trainEndBytes: this.#trainEndBytes,
    };
    const isDraining = this.#pending !== null && this.#pending.capturedMs < this.#switchedMs;
    const { state, reason, padding } = decide(this.#state, { nowMs, sample, options, pendingAgeMs, isDraining });
    const { choice, linkBps } = state;
    this.#state = state;
    const inTime = linkBps === null ? unsentLimitBytes : (linkBps * mostUnsentMs) / 8000;
    this.#link.unsentLimitBytes = Math.min(unsentLimitBytes, Math.max(leastUnsentBytes, inTime));
    if (padding.frames > 0 || state.probe === null) {
      this.#padding = padding;
      this.#trainEndBytes = null;
    }
    if (reason === null) return;
    this.#switchedMs = nowMs;
    this.#limiter = choice.full ? null : new FrameRateLimiter(choice.fps);
    this.#switches.push({ atMs: nowMs, reason, tier: choice.tier, fps: choice.fps, linkBps });
    this.#choices.push({ atMs: nowMs, tier: choice.tier, fps: choice.fps });
  }
}
