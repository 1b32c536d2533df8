import { parseSps } from '../../../src/pipeline/sps.js';
import type { CompleteUnit } from './picture-buffer.js';

/** A picture that could be shown. */
export interface ShownPicture {
  /** Wall clock, as it was complete. */
  readonly atMs: number;
  /** From capture, as the server's sender reports tell it; null before the first. */
  readonly ageMs: number | null;
  readonly isKeyframe: boolean;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

export interface ShownFigures {
  readonly pictures: number;
  readonly keyframes: number;
  readonly bytes: number;
  /** As WebRTC's statistics count them: pauses of more than three frame times, and 150 ms more than one at least. */
  readonly freezes: number;
  readonly longestPauseMs: number;
  readonly sizeChanges: number;
  readonly agesMs: readonly number[];
}

const ticksPerMs = 90;
const wrap = 2 ** 32;
const fewIntervals = 30;

/** What a viewer is shown, and when. */
export class ShownPictures {
  readonly #keep: ShownPicture[] | null;
  #sync: { readonly wallMs: number; readonly timestamp: number } | undefined;
  #width = 0;
  #height = 0;
  #lastMs = Number.NaN;
  #meanIntervalMs = Number.NaN;
  #pictures = 0;
  #keyframes = 0;
  #bytes = 0;
  #freezes = 0;
  #longestPauseMs = 0;
  #sizeChanges = 0;
  #agesMs: number[] = [];

  constructor(keepsAll: boolean) {
    this.#keep = keepsAll ? [] : null;
  }

  /** Wall clock; NaN before the first picture. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get all(): readonly ShownPicture[] {
    return this.#keep ?? [];
  }

  /** The wall clock that belongs to an RTP timestamp (RFC 3550, 6.4.1). */
  hearSenderReport(ntpTime: bigint, timestamp: number): void {
    const seconds = Number(ntpTime >> 32n) - 2_208_988_800;
    const fraction = Number(ntpTime & 0xffffffffn) / wrap;
    this.#sync = { wallMs: 1000 * (seconds + fraction), timestamp };
  }

  show({ timestamp, isKeyframe, bytes, sps }: CompleteUnit, nowMs: number): void {
    if (sps !== null) this.#resize(sps);
    const ageMs = this.#ageOf(timestamp, nowMs);
    this.#pictures++;
    if (isKeyframe) this.#keyframes++;
    this.#bytes += bytes;
    if (ageMs !== null) this.#agesMs.push(ageMs);
    this.#pause(nowMs);
    this.#keep?.push({ atMs: nowMs, ageMs, isKeyframe, bytes, width: this.#width, height: this.#height });
  }

  /** What was since the last call; a pause that goes on counts as far as it is. */
  take(nowMs: number): ShownFigures {
    const openMs = Number.isNaN(this.#lastMs) ? 0 : nowMs - this.#lastMs;
    const figures = {
      pictures: this.#pictures,
      keyframes: this.#keyframes,
      bytes: this.#bytes,
      freezes: this.#freezes + (this.#isFreeze(openMs) ? 1 : 0),
      longestPauseMs: Math.max(this.#longestPauseMs, openMs),
      sizeChanges: this.#sizeChanges,
      agesMs: this.#agesMs,
    };
    this.#pictures = 0;
    this.#keyframes = 0;
    this.#bytes = 0;
    this.#freezes = 0;
    this.#longestPauseMs = 0;
    this.#sizeChanges = 0;
    this.#agesMs = [];
    return figures;
  }

  #pause(nowMs: number): void {
    const intervalMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (Number.isNaN(intervalMs)) return;
    if (this.#isFreeze(intervalMs)) this.#freezes++;
    this.#longestPauseMs = Math.max(this.#longestPauseMs, intervalMs);
    const before = Number.isNaN(this.#meanIntervalMs) ? intervalMs : this.#meanIntervalMs;
    this.#meanIntervalMs = before + (intervalMs - before) / fewIntervals;
  }

  #isFreeze(intervalMs: number): boolean {
    return intervalMs > Math.max(3 * this.#meanIntervalMs, this.#meanIntervalMs + 150);
  }

  #resize(unit: Buffer): void {
    const sps = parseSps(unit);
    if (sps === null || (sps.width === this.#width && sps.height === this.#height)) return;
    if (this.#width > 0) this.#sizeChanges++;
    this.#width = sps.width;
    this.#height = sps.height;
  }

  #ageOf(timestamp: number, nowMs: number): number | null {
    if (this.#sync === undefined) return null;
    const ticks = (timestamp - this.#sync.timestamp) | 0;
    return nowMs - (this.#sync.wallMs + ticks / ticksPerMs);
  }
}
