import {
  type AdaptationState,
  type AdaptationStep,
  decide,
  type SwitchReason,
  startAdaptation,
} from '../../src/adaptation/decide.js';
import type { TierOption } from '../../src/adaptation/options.js';

/** A link as tc-tbf makes one, with one TCP connection on it that loses nothing. */
export interface SimulatedLink {
  readonly rateBps: (atMs: number) => number;
  /** Bytes that pass unshaped after a pause. */
  readonly bucketBytes: number;
  readonly rttMs: number;
}

export interface SimulatedRun {
  readonly options: readonly TierOption[];
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
}

export interface SimulatedOutcome {
  readonly switches: readonly SwitchRecord[];
  readonly final: AdaptationState;
  /** When frames arrived and how old they were. */
  readonly arrivals: readonly { readonly atMs: number; readonly ageMs: number; readonly tier: string }[];
  /** The tier and rate in force at each moment asked for. */
  at(ms: number): { readonly tier: string; readonly fps: number };
}

const stepMs = 5;
const decideEveryMs = 100;
const lowWaterBytes = 32_000;
const queueLimitMs = 60;

interface Flight {
  readonly endBytes: number;
  readonly capturedMs: number;
  readonly tier: string;
}

/** Runs the adaptation over a model of the link, in steps of 5 ms, with the server's own rule that the newest waits. */
export function simulate({
  options,
  link,
  durationMs,
  sizeSpread = 0.1,
  random = () => 0.5,
}: SimulatedRun): SimulatedOutcome {
  let state = startAdaptation(options, 0);
  const switches: SwitchRecord[] = [];
  const arrivals: { atMs: number; ageMs: number; tier: string }[] = [];
  const choices: { atMs: number; tier: string; fps: number }[] = [{ atMs: 0, ...state.choice }];
  let tokens = link.bucketBytes;
  let handed = 0; // given to the connection
  let passed = 0; // through the bottleneck
  let busyMs = 0;
  let padding = 0;
  let trainEnd: number | null = null;
  let nextFrameMs = 0;
  let switchedMs = 0;
  let sending: Flight | null = null;
  let flights: Flight[] = [];
  const acks: { atMs: number; bytes: number }[] = [];
  let acked = 0;
  for (let nowMs = 0; nowMs < durationMs; nowMs += stepMs) {
    // The bottleneck.
    const rate = link.rateBps(nowMs) / 8000;
    tokens = Math.min(link.bucketBytes + rate * stepMs, tokens + rate * stepMs);
    const out = Math.min(handed - passed, tokens);
    tokens -= out;
    passed += out;
    if (out > 0) acks.push({ atMs: nowMs + link.rttMs, bytes: passed });
    while (acks[0] !== undefined && acks[0].atMs <= nowMs) acked = acks.shift()?.bytes ?? acked;
    if (handed > acked) busyMs += stepMs;
    for (const flight of flights.filter(({ endBytes }) => endBytes <= passed)) {
      arrivals.push({
        atMs: nowMs + link.rttMs / 2,
        ageMs: nowMs + link.rttMs / 2 - flight.capturedMs,
        tier: flight.tier,
      });
    }
    flights = flights.filter(({ endBytes }) => endBytes > passed);
    // The camera and the connection: a frame is busy until little of it waits unsent.
    const queueLimitBytes = state.linkBps === null ? lowWaterBytes : (state.linkBps * queueLimitMs) / 8000;
    if (sending !== null && handed - passed <= queueLimitBytes) sending = null;
    const option = options.find(({ name }) => name === state.choice.tier) ?? options[0];
    if (option !== undefined && sending === null && nowMs >= nextFrameMs) {
      const bytes = option.frameBytes * (1 + sizeSpread * (2 * random() - 1)) + padding;
      handed += bytes;
      if (padding > 0) trainEnd = handed;
      padding = 0;
      sending = { endBytes: handed, capturedMs: nowMs, tier: option.name };
      flights.push(sending);
      nextFrameMs = Math.max(nextFrameMs + 1000 / state.choice.fps, nowMs);
    }
    if (nowMs % decideEveryMs !== 0) continue;
    const sample = {
      atMs: nowMs,
      ackedBytes: acked,
      busyMs,
      queuedBytes: handed - acked,
      rttMs: link.rttMs,
      minRttMs: link.rttMs,
      trainEndBytes: trainEnd,
    };
    const pendingAgeMs = sending === null ? 0 : nowMs - sending.capturedMs;
    const step: AdaptationStep = decide(state, {
      nowMs,
      sample,
      options,
      pendingAgeMs,
      isDraining: sending !== null && sending.capturedMs < switchedMs,
    });
    if (step.paddingBytes > 0) {
      padding = step.paddingBytes;
      trainEnd = null;
    }
    if (step.reason !== null) {
      switchedMs = nowMs;
      switches.push({ atMs: nowMs, reason: step.reason, tier: step.state.choice.tier, fps: step.state.choice.fps });
      nextFrameMs = Math.min(nextFrameMs, nowMs + 1000 / step.state.choice.fps);
    }
    state = step.state;
    choices.push({ atMs: nowMs, tier: state.choice.tier, fps: state.choice.fps });
  }
  return {
    switches,
    final: state,
    arrivals,
    at: (ms) => {
      const found = choices.findLast(({ atMs }) => atMs <= ms) ?? choices[0];
      if (found === undefined) throw new RangeError('nothing was chosen');
      return { tier: found.tier, fps: found.fps };
    },
  };
}
