import type { Clock } from '../../core/clock.js';
import type { VideoChannel } from '../../hub/video-channel.js';

/** What a tier takes. */
export interface TierBitrate {
  /** Bit/s, as it is sent now, with all headers. */
  readonly bitrateBps: number;
  /** The most that it may take, bit/s. */
  readonly mostBps: number;
}

interface Meter {
  readonly configuredBps: number | null;
  /** Since when it has been watched without a pause; null where it isn't. */
  watchedMs: number | null;
  atMs: number;
  measuredBps: number | null;
}

// Headers of RTP, UDP and IP, extensions and what divides access units, above the video alone.
const headerFactor = 1.06;
// Cameras don't tell what their own video takes before it was seen.
const assumedBps = 8_000_000;
// The meter of a tier that is watched anew covers the time before, too.
const settleMs = 2500;
const smoothingMs = 3000;

/** What tiers of H.264 take: measured where somebody watches them, and remembered; else as they are configured. */
export class TierBitrates {
  readonly #clock: Clock;
  readonly #meters = new WeakMap<VideoChannel, Meter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `configuredBps` is null for a camera's own video. */
  of(channel: VideoChannel, configuredBps: number | null): TierBitrate {
    const meter = this.#meterOf(channel, configuredBps);
    this.#measure(meter, channel);
    const expectedBps = headerFactor * (configuredBps ?? assumedBps);
    const measuredBps = meter.measuredBps === null ? null : headerFactor * meter.measuredBps;
    const mostBps = configuredBps === null ? (measuredBps ?? expectedBps) : Math.max(expectedBps, measuredBps ?? 0);
    const isMeasured = meter.watchedMs !== null && measuredBps !== null;
    return { bitrateBps: isMeasured ? measuredBps : expectedBps, mostBps };
  }

  #meterOf(channel: VideoChannel, configuredBps: number | null): Meter {
    const known = this.#meters.get(channel);
    if (known !== undefined && known.configuredBps === configuredBps) return known;
    const meter: Meter = { configuredBps, watchedMs: null, atMs: this.#clock(), measuredBps: null };
    this.#meters.set(channel, meter);
    return meter;
  }

  #measure(meter: Meter, channel: VideoChannel): void {
    const nowMs = this.#clock();
    const isWatched = channel.receiverCount > 0 && channel.rate.perSecond() > 0;
    if (!isWatched) {
      meter.watchedMs = null;
      return;
    }
    meter.watchedMs ??= nowMs;
    if (nowMs - meter.watchedMs < settleMs) {
      meter.atMs = nowMs;
      return;
    }
    const bps = 8 * channel.rate.amountPerSecond();
    const share = 1 - Math.exp((meter.atMs - nowMs) / smoothingMs);
    meter.measuredBps = meter.measuredBps === null ? bps : meter.measuredBps + share * (bps - meter.measuredBps);
    meter.atMs = nowMs;
  }
}
