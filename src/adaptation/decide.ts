import type { LinkSample } from '../hub/link.js';
import { hasBecomeSlow, isShortWay, provenBps, read, remember } from './link-meter.js';
import { type Choice, choose, compareChoices, linkShare, neededBps, type TierOption } from './options.js';
import { lateMs, nextLoad, overloadedLinkBps } from './overload.js';
import { noPadding, type Padding, type Probe, paddingFor, startProbe, watchProbe } from './probe.js';
import type { AdaptationInput, AdaptationState } from './state.js';

/**
 * Which tier and frame rate a viewer gets: a pure function of what was measured and of time. `README.md` beside this
 * file tells why it is made so.
 */

export type SwitchReason = 'late' | 'link' | 'probe' | 'bounds';

export interface AdaptationStep {
  readonly state: AdaptationState;
  /** Why the choice changed; null where it didn't. */
  readonly reason: SwitchReason | null;
  /** To be sent with the next frames. */
  readonly padding: Padding;
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
    agreeing: 0,
    nextProbeMs: nowMs,
    probeWaitMs: settings.probeWaitMs,
    probeLengthMs: settings.probeLengthMs,
    raisedMs: null,
    refusal: null,
    load: 0,
    startedMs: nowMs,
    drainedMs: nowMs,
    drained: null,
  };
}

export function decide(
  before: AdaptationState,
  input: AdaptationInput,
  settings: AdaptationSettings = adaptationDefaults,
): AdaptationStep {
  const history = remember(before.history, input.sample, before.choice.fps);
  const isDrained = input.nowMs >= before.drainedMs && !input.isDraining;
  const drained = isDrained ? (before.drained ?? input.sample) : null;
  const load = nextLoad({ ...before, drained }, input.sample);
  const state = withoutStuckProbe({ ...before, history, drained, load }, input.nowMs);
  const bounded = keepToOptions(state, input);
  if (bounded !== null) return bounded;
  const lowered = stepDown(state, input, settings);
  if (lowered !== null) return lowered;
  if (state.probe !== null) return followProbe(state, state.probe, input, settings);
  return considerProbe(state, input);
}

/** Where the link becomes slow in the middle of a probe, that must not go on, nor hide it. */
function withoutStuckProbe(state: AdaptationState, nowMs: number): AdaptationState {
  const { linkBps, probe, chainFromBps, history, probeWaitMs } = state;
  if (probe === null || probe.frames === 1 || linkBps === null) return state;
  if (!hasBecomeSlow(history, linkBps)) return state;
  const nextProbeMs = nowMs + probeWaitMs;
  return { ...state, probe: null, chainFromBps: null, linkBps: chainFromBps ?? linkBps, nextProbeMs };
}

function stay(state: AdaptationState, padding = noPadding): AdaptationStep {
  return { state, reason: null, padding };
}

/** A tier may have gone, or have been forbidden, since. */
function keepToOptions(state: AdaptationState, { options }: AdaptationInput): AdaptationStep | null {
  const current = options.find(({ name }) => name === state.choice.tier);
  if (current === undefined)
    return { state: { ...state, choice: choose(options, state.linkBps) }, reason: 'bounds', padding: noPadding };
  if (state.linkBps === null && !isBest(options, state.choice)) {
    return { state: { ...state, choice: choose(options, null) }, reason: 'bounds', padding: noPadding };
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
  if (isDraining) return measureDraining({ ...state, drainedMs: nowMs + settleMs(sample) }, options);
  const openingMs = Math.max(leastSettleMs, roundsToSettle * sample.minRttMs);
  if (nowMs - state.startedMs < openingMs || nowMs < state.drainedMs || state.probe !== null) return null;
  const linkBps = overloadedLinkBps(state, input);
  if (linkBps === null) return null;
  const choice = choose(options, linkBps);
  if (compareChoices(options, choice, state.choice) >= 0) return stay(corrected(state, linkBps));
  const wasMistake = state.raisedMs !== null && nowMs - state.raisedMs < settings.trialMs;
  const queuedMs = (8000 * sample.queuedBytes) / linkBps;
  const drainedMs = nowMs + Math.min(longestDrainMs, queuedMs + settleMs(sample));
  const lowered: AdaptationState = {
    ...state,
    linkBps,
    choice,
    raisedMs: null,
    chainFromBps: null,
    agreeing: 0,
    history: [],
    drainedMs,
  };
  if (!wasMistake) {
    const { probeWaitMs } = settings;
    return { state: { ...lowered, probeWaitMs, nextProbeMs: nowMs + probeWaitMs }, reason: 'late', padding: noPadding };
  }
  const probeWaitMs = Math.min(settings.longestProbeWaitMs, 3 * state.probeWaitMs);
  const probeLengthMs = Math.min(settings.longestProbeLengthMs, 2 * state.probeLengthMs);
  const bitrateBps = neededBps(options, state.choice);
  const refusal = { bitrateBps, linkBps, untilMs: nowMs + settings.refusalMs };
  const wiser = { ...lowered, probeWaitMs, probeLengthMs, refusal, nextProbeMs: nowMs + probeWaitMs };
  return { state: wiser, reason: 'late', padding: noPadding };
}

/** What was sent before a step down keeps the link busy: the longer it lasts, the better it shows what the link carries. */
function measureDraining(state: AdaptationState, options: readonly TierOption[]): AdaptationStep {
  const linkBps = read(state.history, state.choice.fps)?.saturatedBps ?? null;
  if (linkBps === null || state.linkBps === null) return stay(state);
  const choice = choose(options, linkBps);
  if (compareChoices(options, choice, state.choice) === 0) return stay({ ...state, linkBps });
  return { state: { ...state, linkBps, choice }, reason: 'link', padding: noPadding };
}

/** Downwards only: that a link carries more is for probes to find, which aren't taken in by a bucket. */
function corrected(state: AdaptationState, measuredBps: number): AdaptationState {
  if (state.linkBps === null) return { ...state, linkBps: measuredBps };
  return { ...state, linkBps: state.linkBps + Math.min(0, measuredBps - state.linkBps) / 4 };
}

const drainMarginMs = 300;
const roundsToDrain = 4;
const longestDrainMs = 1500;

/** How long a change of what is sent takes to show in the counters. */
function settleMs({ minRttMs }: LinkSample): number {
  return Math.max(drainMarginMs, roundsToDrain * minRttMs);
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
  const after: AdaptationState = { ...state, probe: null, history: [], drainedMs: nowMs + settleMs(sample) };
  const knownBps = state.linkBps ?? 0;
  const foundBps = Math.max(trainTrust * (step.bps ?? 0), provenBps(state.drained, probe.first));
  const fromBps = state.chainFromBps ?? knownBps;
  if (isWorthAnother(foundBps, knownBps, fromBps, state.agreeing)) {
    const linkBps = Math.min(foundBps, settings.mostRise * knownBps);
    return stay({ ...after, linkBps, chainFromBps: fromBps, nextProbeMs: nowMs });
  }
  const linkBps = chainEndBps(state, knownBps, foundBps);
  const rose = linkBps > 1.1 * fromBps;
  const agreeing = rose ? 0 : state.agreeing + 1;
  const probeWaitMs = rose ? settings.probeWaitMs : Math.min(settings.longestProbeWaitMs, 2 * state.probeWaitMs);
  const ended = { ...after, chainFromBps: null, linkBps, agreeing, probeWaitMs, nextProbeMs: nowMs + probeWaitMs };
  return followEstimate(ended, options, nowMs);
}

// One probe of a slow link may be wrong by a third: what several said outweighs it, unless it says quite another thing.
const enoughAgreeing = 2;

/** More than was known; or less than the last probe said, whose share of it a bucket let through, but more than before. */
function isWorthAnother(foundBps: number, knownBps: number, fromBps: number, agreeing: number): boolean {
  const leastRise = agreeing < enoughAgreeing ? 1.12 : 1.5;
  return foundBps > leastRise * knownBps || (foundBps < 0.85 * knownBps && foundBps > 1.12 * fromBps);
}

/** What was only just found is taken back at once; of a link that was known, one bad moment takes a tenth at most. */
function chainEndBps({ chainFromBps, agreeing }: AdaptationState, knownBps: number, foundBps: number): number {
  if (chainFromBps !== null) return Math.max(chainFromBps, Math.min(knownBps, foundBps));
  const weight = agreeing < enoughAgreeing ? 0.5 : 0.25;
  return knownBps + weight * (Math.max(0.8 * knownBps, foundBps) - knownBps);
}

/** Up to what the link was found to carry; down only where there are too many frames, since a probe may be unlucky. */
function followEstimate(state: AdaptationState, options: readonly TierOption[], nowMs: number): AdaptationStep {
  const choice = chooseAgain(state, options, nowMs);
  if (compareChoices(options, choice, state.choice) > 0) {
    return { state: { ...state, choice, raisedMs: nowMs }, reason: 'probe', padding: noPadding };
  }
  const kindest = choose(options, 1.1 * (state.linkBps ?? Number.POSITIVE_INFINITY));
  const isTooMuch = !state.choice.full && compareChoices(options, kindest, state.choice) < 0;
  return isTooMuch ? { state: { ...state, choice }, reason: 'probe', padding: noPadding } : stay(state);
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

// Of a train that TCP lets out in rounds of growing size, the last ones show the link.
const roundsToProbe = 4;

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
      state: {
        ...state,
        choice: fitting,
        raisedMs: nowMs,
        nextProbeMs: nowMs + state.probeWaitMs,
        history: [],
        drainedMs: nowMs + settleMs(sample),
      },
      reason: 'link',
      padding: noPadding,
    };
  }
  const isCalm = pendingAgeMs < lateMs(state.choice) / 2;
  if (nowMs < state.nextProbeMs || !isCalm) return stay(state);
  const lengthMs = state.probeLengthMs + roundsToProbe * sample.minRttMs;
  const frameBytes = options.find(({ name }) => name === state.choice.tier)?.frameBytes ?? 0;
  const busyBps = Math.max(linkBps, neededBps(options, state.choice));
  const spreads = isShortWay(state.choice.fps, sample.minRttMs);
  const padding = paddingFor(busyBps, lengthMs, { fps: state.choice.fps, frameBytes, spreads });
  if (padding.frames > 1 && hasBecomeSlow(state.history, linkBps)) return stay(state);
  return stay({ ...state, probe: startProbe(sample, padding, frameBytes) }, padding);
}
