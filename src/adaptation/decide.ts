import type { LinkSample } from '../hub/link.js';
import { type LinkHistory, read, remember } from './link-meter.js';
import { type Choice, choose, compareChoices, linkShare, neededBps, type TierOption } from './options.js';
import { type Probe, paddingFor, startProbe, watchProbe } from './probe.js';

/**
 * Which tier and frame rate a viewer gets: a pure function of what was measured and of time. `README.md` beside this
 * file tells why it is made so.
 */

export interface AdaptationState {
  readonly choice: Choice;
  /** What the link carries, as far as it showed; null: it never showed a limit. */
  readonly linkBps: number | null;
  readonly history: LinkHistory;
  readonly probe: Probe | null;
  /** What the link was taken to carry before the present chain of probes; null outside of one. */
  readonly chainFromBps: number | null;
  readonly nextProbeMs: number;
  /** The wait before the next probe; grows when a probe found nothing. */
  readonly probeWaitMs: number;
  /** How long a probe keeps the link busy; grows when one promised what the link didn't hold. */
  readonly probeLengthMs: number;
  /** When the last step up was; null before any. */
  readonly raisedMs: number | null;
  /** What turned out to be too much, and until when it is not tried again; null where nothing did lately. */
  readonly refusal: Refusal | null;
  /** How much of the time the link works, smoothed over two seconds, 0 to 1. */
  readonly load: number;
  readonly startedMs: number;
  /** Until then what was sent before a step down is still on its way, and says nothing of what is sent since. */
  readonly drainedMs: number;
}

export interface Refusal {
  readonly bitrateBps: number;
  /** What the link carried then. */
  readonly linkBps: number;
  readonly untilMs: number;
}

export interface AdaptationInput {
  readonly nowMs: number;
  readonly sample: LinkSample;
  /** What may be given, best first, not empty. */
  readonly options: readonly TierOption[];
  /** How old the frame is that the connection is still busy with; 0 when it takes whatever comes. */
  readonly pendingAgeMs: number;
  /** That frame was chosen before the last switch. */
  readonly isDraining: boolean;
}

export type SwitchReason = 'late' | 'link' | 'probe' | 'bounds';

export interface AdaptationStep {
  readonly state: AdaptationState;
  /** Why the choice changed; null where it didn't. */
  readonly reason: SwitchReason | null;
  /** Padding to be sent behind the next frame; 0 for none. */
  readonly paddingBytes: number;
}

export interface AdaptationSettings {
  /** The wait before the first probe after a step down. */
  readonly probeWaitMs: number;
  readonly longestProbeWaitMs: number;
  readonly probeLengthMs: number;
  readonly longestProbeLengthMs: number;
  /** The most by which one probe may raise the estimate. */
  readonly mostRise: number;
  /** A step up that has to be taken back within this time was a mistake. */
  readonly trialMs: number;
  /** How long a mistake is not repeated. */
  readonly refusalMs: number;
}

export const adaptationDefaults: AdaptationSettings = {
  probeWaitMs: 1000,
  longestProbeWaitMs: 9000,
  probeLengthMs: 250,
  longestProbeLengthMs: 1000,
  mostRise: 4,
  trialMs: 10_000,
  refusalMs: 60_000,
};

export function startAdaptation(
  options: readonly TierOption[],
  nowMs: number,
  settings: AdaptationSettings = adaptationDefaults,
): AdaptationState {
  return {
    choice: choose(options, null),
    linkBps: null,
    history: [],
    probe: null,
    chainFromBps: null,
    nextProbeMs: nowMs,
    probeWaitMs: settings.probeWaitMs,
    probeLengthMs: settings.probeLengthMs,
    raisedMs: null,
    refusal: null,
    load: 0,
    startedMs: nowMs,
    drainedMs: nowMs,
  };
}

export function decide(
  before: AdaptationState,
  input: AdaptationInput,
  settings: AdaptationSettings = adaptationDefaults,
): AdaptationStep {
  const history = remember(before.history, input.sample, before.choice.fps);
  const state: AdaptationState = { ...before, history, load: nextLoad(before, input.sample) };
  const bounded = keepToOptions(state, input);
  if (bounded !== null) return bounded;
  const lowered = stepDown(state, input, settings);
  if (lowered !== null) return lowered;
  if (state.probe !== null) return followProbe(state, state.probe, input, settings);
  return considerProbe(state, input);
}

function stay(state: AdaptationState, paddingBytes = 0): AdaptationStep {
  return { state, reason: null, paddingBytes };
}

/** A tier may have gone, or have been forbidden, since. */
function keepToOptions(state: AdaptationState, { options }: AdaptationInput): AdaptationStep | null {
  const current = options.find(({ name }) => name === state.choice.tier);
  if (current === undefined)
    return { state: { ...state, choice: choose(options, state.linkBps) }, reason: 'bounds', paddingBytes: 0 };
  if (state.linkBps === null && !isBest(options, state.choice)) {
    return { state: { ...state, choice: choose(options, null) }, reason: 'bounds', paddingBytes: 0 };
  }
  if (!state.choice.full || state.choice.fps === current.fps) return null;
  // The tier's own rate was changed; that is nobody's switch.
  return stay({ ...state, choice: { ...state.choice, fps: current.fps } });
}

// TCP opens its window in rounds: a new connection over a long way is slow at first, and that is not the link.
const roundsToSettle = 6;
const leastSettleMs = 250;

/** The link carries less than is sent, or so little more that nothing is left for larger frames. */
function stepDown(state: AdaptationState, input: AdaptationInput, settings: AdaptationSettings): AdaptationStep | null {
  const { nowMs, sample, options, isDraining } = input;
  if (isDraining) return stay({ ...state, history: [], drainedMs: nowMs + drainMarginMs });
  const settleMs = Math.max(leastSettleMs, roundsToSettle * sample.minRttMs);
  if (nowMs - state.startedMs < settleMs || nowMs < state.drainedMs || state.probe !== null) return null;
  const linkBps = overloadedLinkBps(state, input);
  if (linkBps === null) return null;
  const choice = choose(options, linkBps);
  if (compareChoices(options, choice, state.choice) >= 0) return stay(corrected(state, linkBps));
  const wasMistake = state.raisedMs !== null && nowMs - state.raisedMs < settings.trialMs;
  const queuedMs = (8000 * sample.queuedBytes) / linkBps;
  const drainedMs = nowMs + Math.min(longestDrainMs, queuedMs + drainMarginMs);
  const lowered: AdaptationState = {
    ...state,
    linkBps,
    choice,
    raisedMs: null,
    chainFromBps: null,
    history: [],
    drainedMs,
  };
  if (!wasMistake) {
    const { probeWaitMs } = settings;
    return { state: { ...lowered, probeWaitMs, nextProbeMs: nowMs + probeWaitMs }, reason: 'late', paddingBytes: 0 };
  }
  const probeWaitMs = Math.min(settings.longestProbeWaitMs, 3 * state.probeWaitMs);
  const probeLengthMs = Math.min(settings.longestProbeLengthMs, 2 * state.probeLengthMs);
  const bitrateBps = neededBps(options, state.choice);
  const refusal = { bitrateBps, linkBps, untilMs: nowMs + settings.refusalMs };
  const wiser = { ...lowered, probeWaitMs, probeLengthMs, refusal, nextProbeMs: nowMs + probeWaitMs };
  return { state: wiser, reason: 'late', paddingBytes: 0 };
}

/** Downwards only: that a link carries more is for probes to find, which aren't taken in by a bucket. */
function corrected(state: AdaptationState, measuredBps: number): AdaptationState {
  if (state.linkBps === null) return { ...state, linkBps: measuredBps };
  return { ...state, linkBps: state.linkBps + Math.min(0, measuredBps - state.linkBps) / 4 };
}

const drainMarginMs = 300;
const longestDrainMs = 1500;

/** What the link carries, where that is too little for the present choice; null where all is well. */
function overloadedLinkBps(state: AdaptationState, { options, pendingAgeMs }: AdaptationInput): number | null {
  const reading = read(state.history, state.choice.fps);
  if (reading === null) return null;
  const { saturatedBps, goodputBps } = reading;
  const needed = neededBps(options, state.choice);
  if (saturatedBps !== null) {
    const capped = state.linkBps === null ? saturatedBps : Math.min(saturatedBps, 1.2 * state.linkBps);
    if (pendingAgeMs >= lateMs(state.choice) || needed > 1.08 * saturatedBps) return capped;
  }
  return state.load > mostLoad ? goodputBps / state.load : null;
}

const mostLoad = 0.92;
const loadMemoryMs = 2000;

/** The share of the time in which something was on the way, less each frame's way there and back. */
function nextLoad({ history, load, choice }: AdaptationState, sample: LinkSample): number {
  const last = history.at(-1);
  if (last === undefined || sample.atMs <= last.atMs) return load;
  const spanMs = sample.atMs - last.atMs;
  const wayMs = (choice.fps * sample.minRttMs * spanMs) / 1000;
  const now = Math.min(1, Math.max(0, (sample.busyMs - last.busyMs - wayMs) / spanMs));
  return load + (now - load) * Math.min(1, spanMs / loadMemoryMs);
}

/** Later than this, a frame is not just one that was larger than others. */
function lateMs({ fps }: Choice): number {
  return Math.max(150, 1500 / fps);
}

// A train drains a little faster than a stream of the same rate would: it is short, and meets an empty queue.
const trainTrust = 0.93;

/**
 * A probe that found more is followed at once by another, sized for what was found: what a full bucket let through
 * shows then, since nothing has filled it meanwhile. The viewer is moved once, when a probe finds no more.
 */
function followProbe(
  state: AdaptationState,
  probe: Probe,
  { nowMs, sample, options }: AdaptationInput,
  settings: AdaptationSettings,
): AdaptationStep {
  const step = watchProbe(probe, sample);
  if (!step.done) return stay({ ...state, probe: step.probe });
  const after: AdaptationState = { ...state, probe: null, history: [], drainedMs: nowMs + drainMarginMs };
  const knownBps = state.linkBps ?? 0;
  const foundBps = trainTrust * (step.bps ?? 0);
  if (foundBps > 1.12 * knownBps) {
    const linkBps = Math.min(foundBps, settings.mostRise * knownBps);
    return stay({ ...after, linkBps, chainFromBps: state.chainFromBps ?? knownBps, nextProbeMs: nowMs });
  }
  const fromBps = state.chainFromBps ?? knownBps;
  // One bad moment must not make a known link poor, but what was only just found is taken back at once.
  const lower = state.chainFromBps === null ? knownBps + (foundBps - knownBps) / 2 : Math.max(foundBps, fromBps);
  const linkBps = foundBps < 0.8 * knownBps ? lower : knownBps;
  const rose = linkBps > 1.1 * fromBps;
  const probeWaitMs = rose ? settings.probeWaitMs : Math.min(settings.longestProbeWaitMs, 2 * state.probeWaitMs);
  const ended = { ...after, chainFromBps: null, linkBps, probeWaitMs, nextProbeMs: nowMs + probeWaitMs };
  return raise(ended, options, nowMs);
}

function raise(state: AdaptationState, options: readonly TierOption[], nowMs: number): AdaptationStep {
  const choice = chooseAgain(state, options, nowMs);
  if (compareChoices(options, choice, state.choice) <= 0) return stay(state);
  return { state: { ...state, choice, raisedMs: nowMs }, reason: 'probe', paddingBytes: 0 };
}

/** As {@link choose}, without what was a mistake lately, unless the link is now clearly another. */
function chooseAgain({ linkBps, refusal }: AdaptationState, options: readonly TierOption[], nowMs: number): Choice {
  if (refusal === null || linkBps === null || nowMs >= refusal.untilMs || linkBps > 1.6 * refusal.linkBps) {
    return choose(options, linkBps);
  }
  return choose(options, Math.min(linkBps, (0.9 * refusal.bitrateBps) / linkShare));
}

function isBest(options: readonly TierOption[], choice: Choice): boolean {
  return choice.full && choice.tier === options[0]?.name;
}

/** Where a viewer has less than the best, its link is asked now and then whether it carries more. */
function considerProbe(state: AdaptationState, input: AdaptationInput): AdaptationStep {
  const { nowMs, sample, options, pendingAgeMs } = input;
  const { linkBps } = state;
  if (linkBps === null || isBest(options, state.choice)) return stay(state);
  // Tiers may have become smaller than they were: what is known to fit needs no probe.
  const fitting = chooseAgain(state, options, nowMs);
  const isBetter = compareChoices(options, fitting, state.choice) > 0;
  if (isBetter && state.chainFromBps === null && nowMs >= state.nextProbeMs) {
    return {
      state: { ...state, choice: fitting, raisedMs: nowMs, nextProbeMs: nowMs + state.probeWaitMs },
      reason: 'link',
      paddingBytes: 0,
    };
  }
  const isCalm = pendingAgeMs < lateMs(state.choice) / 2;
  if (nowMs < state.nextProbeMs || !isCalm) return stay(state);
  const paddingBytes = paddingFor(Math.max(linkBps, neededBps(options, state.choice)), state.probeLengthMs);
  return stay({ ...state, probe: startProbe(sample, paddingBytes) }, paddingBytes);
}
