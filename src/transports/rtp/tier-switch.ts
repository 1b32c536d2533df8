import type { Clock } from '../../core/clock.js';
import type { RtpAccessUnit } from './access-unit.js';
import type { RtpTier, TierViewer } from './tier-packets.js';

interface Joined {
  readonly tier: RtpTier;
  readonly leave: () => void;
}

export interface TierSwitchOptions {
  readonly clock: Clock;
  /** Takes what the viewer is to be sent: of each tier a keyframe first. */
  readonly deliver: (unit: RtpAccessUnit, tier: RtpTier) => void;
  /** Just before the first keyframe of another tier. */
  readonly onTier: (tier: RtpTier) => void;
}

// A keyframe so recent serves who comes now, too.
const recentMs = 250;
const askAgainMs = 1000;

/** Which tier a viewer is given: a tier that was asked for begins with its next keyframe, and the old one ends there. */
export class TierSwitch implements TierViewer {
  readonly #options: TierSwitchOptions;
  #current: Joined | undefined;
  #pending: Joined | undefined;
  #askedMs = 0;
  #newestCaptureMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: TierSwitchOptions) {
    this.#options = options;
  }

  /** The tier whose pictures the viewer is given. */
  get current(): RtpTier | undefined {
    return this.#current?.tier;
  }

  /** The tier that was asked for last. */
  get wanted(): RtpTier | undefined {
    return (this.#pending ?? this.#current)?.tier;
  }

  switchTo(tier: RtpTier): void {
    if (this.#isClosed || tier === this.wanted) return;
    const abandoned = this.#pending;
    this.#pending = undefined;
    if (tier !== this.#current?.tier) {
      this.#pending = { tier, leave: tier.join(this) };
      this.#begin(tier);
    }
    abandoned?.leave();
  }

  receive(unit: RtpAccessUnit, tier: RtpTier): void {
    if (tier === this.#pending?.tier) this.#receivePending(unit, this.#pending);
    else if (tier === this.#current?.tier) this.#deliver(unit, tier);
  }

  /** The viewer can't go on without one. */
  requestKeyframe(): void {
    this.#current?.tier.requestKeyframe();
    this.#pending?.tier.requestKeyframe();
  }

  /** Leaves its tiers. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#pending?.leave();
    this.#current?.leave();
    this.#pending = undefined;
    this.#current = undefined;
  }

  #begin(tier: RtpTier): void {
    const units = tier.sinceKeyframe();
    const first = units[0];
    const last = units.at(-1);
    const isRecent = first !== undefined && last !== undefined && last.captureMs - first.captureMs <= recentMs;
    // Nobody is shown again what happened before.
    if (isRecent && first.captureMs > this.#newestCaptureMs) {
      for (const unit of units) this.receive(unit, tier);
    } else this.#ask(tier);
  }

  #receivePending(unit: RtpAccessUnit, pending: Joined): void {
    if (!unit.isKeyframe) {
      // The request may have been lost with a pipeline that was built anew.
      if (this.#options.clock() - this.#askedMs >= askAgainMs) this.#ask(pending.tier);
      return;
    }
    const old = this.#current;
    this.#current = pending;
    this.#pending = undefined;
    this.#options.onTier(pending.tier);
    this.#deliver(unit, pending.tier);
    old?.leave();
  }

  #deliver(unit: RtpAccessUnit, tier: RtpTier): void {
    this.#newestCaptureMs = Math.max(this.#newestCaptureMs, unit.captureMs);
    this.#options.deliver(unit, tier);
  }

  #ask(tier: RtpTier): void {
    this.#askedMs = this.#options.clock();
    tier.requestKeyframe();
  }
}
