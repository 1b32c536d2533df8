import type { SwitchReason } from '../decide.js';
import type { LinkEstimate } from './link-estimator.js';
import type { ProbeOrder, ProbeResult } from './probe-meter.js';
import { fittingTier, isTooMuch, linkNeededBps, type VideoTierOption } from './tier-option.js';

/** Which tier a viewer of video gets: a pure function of what is known of its link, and of time. */

export interface VideoAdaptationState {
  readonly tier: string;
  readonly probe: VideoProbe | null;
  readonly nextProbeMs: number;
  /** The wait before the next probe; grows when one found nothing. */
  readonly probeWaitMs: number;
  readonly probeLengthMs: number;
  readonly switchedMs: number;
  /** When the last step up was; null where none was since the last step down. */
  readonly raisedMs: number | null;
  /** Since when what is sent has been too much; null where it isn't. */
  readonly tooMuchMs: number | null;
  /** What the link carried when it last showed its limit; null where it never did since the last step up. */
  readonly shown: { readonly linkBps: number; readonly atMs: number } | null;
  /** What turned out to be too much; null where nothing did. */
  readonly refusal: VideoRefusal | null;
}

export interface VideoProbe {
  readonly order: ProbeOrder;
  /** The tier that it asks for. */
  readonly asksFor: string;
  /** What the probes before it in the same chain found; null for the first. */
  readonly found: string | null;
}

export interface VideoRefusal {
  readonly tier: string;
  /** What the link carried then. */
  readonly linkBps: number;
  readonly untilMs: number;
  /** How long the tier was refused; twice as long the next time. */
  readonly forMs: number;
}

export interface VideoAdaptationInput {
  readonly nowMs: number;
  readonly link: LinkEstimate;
  /** What may be given, best first, not empty. */
  readonly options: readonly VideoTierOption[];
}

export interface VideoAdaptationStep {
  readonly state: VideoAdaptationState;
  /** Why the tier changed; null where it didn't. */
  readonly reason: SwitchReason | null;
}

const probeWaitMs = 2000;
const longestProbeWaitMs = 10_000;
// Where nothing tells of single packets a probe can't be broken off in time, and hurts.
const longestBlindWaitMs = 30_000;
const probeLengthMs = 400;
const longestProbeLengthMs = 1000;
// A receiver report covers a second.
const blindProbeLengthMs = 1200;
// What was measured first is of the time before the link became slower in part.
const certainMs = 80;
// A keyframe and what queued before a switch say nothing of what comes then.
const settleMs = 1000;
// A step up that has to be taken back within this time was a mistake.
const trialMs = 10_000;
const refusalMs = 60_000;
const longestRefusalMs = 600_000;
// A link that carries so much more than it took, or than when a tier was refused, is another one.
const otherLink = 1.5;
const calmQueueMs = 30;
const mostLossToProbe = 0.1;
// Keyframes come at least as often.
const shownForMs = 5000;
const longestTrustMs = 60_000;
// A measurement is no more exact than that.
const nearlyAll = 0.97;
// Of what came through unhindered, the rest wasn't sent.
const leastSentShare = 0.9;

export function startVideoAdaptation(tier: string, nowMs: number): VideoAdaptationState {
  return {
    tier,
    probe: null,
    nextProbeMs: nowMs,
    probeWaitMs,
    probeLengthMs,
    switchedMs: nowMs,
    raisedMs: null,
    tooMuchMs: null,
    shown: null,
    refusal: null,
  };
}

export function decideVideo(before: VideoAdaptationState, input: VideoAdaptationInput): VideoAdaptationStep {
  const { limitBps } = input.link;
  const shown = limitBps === null ? before.shown : { linkBps: limitBps, atMs: input.nowMs };
  const state = { ...before, shown };
  const place = input.options.findIndex(({ name }) => name === state.tier);
  const current = input.options[place];
  if (current === undefined) return comeIntoBounds(state, input);
  if (state.probe !== null) return followProbe(state, state.probe, input);
  return stepDown(state, current, place, input) ?? considerProbe({ ...state, tooMuchMs: null }, place, input);
}

function stay(state: VideoAdaptationState): VideoAdaptationStep {
  return { state, reason: null };
}

/** The tier may have gone, or have been forbidden, since. */
function comeIntoBounds(
  state: VideoAdaptationState,
  { nowMs, link, options }: VideoAdaptationInput,
): VideoAdaptationStep {
  const { name } = fittingTier(options, link.linkBps ?? Number.POSITIVE_INFINITY);
  return { state: { ...state, tier: name, probe: null, switchedMs: nowMs, raisedMs: null }, reason: 'bounds' };
}

function stepDown(
  state: VideoAdaptationState,
  current: VideoTierOption,
  place: number,
  { nowMs, link, options }: VideoAdaptationInput,
): VideoAdaptationStep | null {
  const { limitBps } = link;
  const lower = options.slice(place + 1);
  if (!link.isCongested || limitBps === null || lower.length === 0 || !isTooMuch(current, limitBps)) return null;
  const tooMuchMs = state.tooMuchMs ?? nowMs;
  if (nowMs - tooMuchMs < certainMs) return stay({ ...state, tooMuchMs });
  const wasMistake = state.raisedMs !== null && nowMs - state.raisedMs < trialMs;
  const waitMs = wasMistake ? longerWaitMs(state, link) : probeWaitMs;
  const lowered: VideoAdaptationState = {
    ...state,
    tier: fittingTier(lower, limitBps).name,
    probeWaitMs: waitMs,
    nextProbeMs: nowMs + waitMs,
    probeLengthMs: wasMistake ? Math.min(longestProbeLengthMs, 2 * state.probeLengthMs) : state.probeLengthMs,
    switchedMs: nowMs,
    raisedMs: null,
    tooMuchMs: null,
    refusal: wasMistake ? refuse(state, limitBps, nowMs) : state.refusal,
  };
  return { state: lowered, reason: 'late' };
}

function longerWaitMs({ probeWaitMs: waitMs }: VideoAdaptationState, { tellsPackets }: LinkEstimate): number {
  return Math.min(tellsPackets ? longestProbeWaitMs : longestBlindWaitMs, 2 * waitMs);
}

function refuse({ tier, refusal }: VideoAdaptationState, linkBps: number, nowMs: number): VideoRefusal {
  const forMs = refusal?.tier === tier ? Math.min(longestRefusalMs, 2 * refusal.forMs) : refusalMs;
  return { tier, linkBps, untilMs: nowMs + forMs, forMs };
}

/** Where a viewer has less than the best, its link is asked now and then whether it carries more. */
function considerProbe(
  state: VideoAdaptationState,
  place: number,
  { nowMs, link, options }: VideoAdaptationInput,
): VideoAdaptationStep {
  const better = options[place - 1];
  const isCalm = !link.isCongested && (link.queueMs ?? 0) < calmQueueMs && (link.lossRatio ?? 0) <= mostLossToProbe;
  if (better === undefined || !isCalm) return stay(state);
  if (
    nowMs < state.nextProbeMs ||
    nowMs - state.switchedMs < settleMs ||
    (link.tellsPackets && isKnown(state, better, nowMs))
  ) {
    return stay(state);
  }
  return stay({ ...state, probe: probeFor(better, null, state, { nowMs, link }) });
}

/** Keyframes that queue show the link's limit without a probe. What they say is checked now and then. */
function isKnown({ shown, nextProbeMs }: VideoAdaptationState, better: VideoTierOption, nowMs: number): boolean {
  if (shown === null || nowMs - shown.atMs > shownForMs || nowMs - nextProbeMs > longestTrustMs) return false;
  return shown.linkBps < nearlyAll * linkNeededBps(better);
}

/** Of a tier that was a mistake lately it asks for what only another link than that one carries. */
function probeFor(
  option: VideoTierOption,
  found: string | null,
  { probeLengthMs, refusal }: VideoAdaptationState,
  { nowMs, link }: Pick<VideoAdaptationInput, 'nowMs' | 'link'>,
): VideoProbe {
  const isRefused = refusal !== null && refusal.tier === option.name && nowMs < refusal.untilMs;
  const neededBps = linkNeededBps(option);
  const bitrateBps = isRefused ? otherLink * Math.max(neededBps, refusal.linkBps) : neededBps;
  const durationMs = link.tellsPackets ? probeLengthMs : Math.max(probeLengthMs, blindProbeLengthMs);
  return { order: { bitrateBps, startMs: nowMs, durationMs }, asksFor: option.name, found };
}

/**
 * A probe that showed that the link carries the next tier is followed at once by one for the tier above; the viewer is
 * moved once, to the best that was found.
 */
function followProbe(
  state: VideoAdaptationState,
  probe: VideoProbe,
  { nowMs, link, options }: VideoAdaptationInput,
): VideoAdaptationStep {
  const result = link.probe;
  if (result !== null && !result.isOver) return stay(state);
  const place = options.findIndex(({ name }) => name === probe.asksFor);
  const passed = place >= 0 && result !== null && hasPassed(result, probe.order);
  const above = options[place - 1];
  if (passed && above !== undefined && link.tellsPackets) {
    return stay({ ...state, probe: probeFor(above, probe.asksFor, state, { nowMs, link }) });
  }
  const found = options.find(({ name }) => name === (passed ? probe.asksFor : probe.found));
  // What a full bucket let through shows when there is no more in it.
  const isFound = found !== undefined && (passed || (result?.carriedBps ?? 0) >= nearlyAll * linkNeededBps(found));
  // Where the machine was too busy to send enough, nothing was found out.
  const isWiser = !isFound && result?.isUnhindered !== true;
  const waitMs = isWiser ? longerWaitMs(state, link) : probeWaitMs;
  const after = { ...state, probe: null, probeWaitMs: waitMs, nextProbeMs: nowMs + waitMs };
  if (!isFound) return stay(after);
  return { state: { ...after, tier: found.name, switchedMs: nowMs, raisedMs: nowMs, shown: null }, reason: 'probe' };
}

function hasPassed({ carriedBps, isUnhindered }: ProbeResult, { bitrateBps }: ProbeOrder): boolean {
  return (carriedBps ?? 0) >= (isUnhindered ? leastSentShare : nearlyAll) * bitrateBps;
}
