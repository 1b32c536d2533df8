import type { LinkSample } from '../hub/link.js';
import type { LinkHistory } from './link-meter.js';
import type { Choice, TierOption } from './options.js';
import type { Probe } from './probe.js';

/** What is remembered of a viewer's link and choice from one decision to the next. */
export interface AdaptationState {
  readonly choice: Choice;
  /** What the link carries, as far as it showed; null: it never showed a limit. */
  readonly linkBps: number | null;
  readonly history: LinkHistory;
  readonly probe: Probe | null;
  /** What the link was taken to carry before the present chain of probes; null outside of one. */
  readonly chainFromBps: number | null;
  /** How many probes in a row said about the same. */
  readonly agreeing: number;
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
  /** The first look at which that was through; null before it. What went through since is this choice's. */
  readonly drained: LinkSample | null;
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
