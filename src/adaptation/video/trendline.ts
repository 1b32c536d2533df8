import type { Arrival } from './packets.js';

/**
 * Tells from packets' times whether the delay grows: the slope of the smoothed delay over the last groups of packets,
 * against a threshold that adapts itself (draft-ietf-rmcat-gcc-02, 5; a line through the points, as libwebrtc has it
 * since, instead of a Kalman filter).
 */
export class Trendline {
  #group: Group | null = null;
  #before: Group | null = null;
  #firstArrivedMs = 0;
  #delayMs = 0;
  #smoothedMs = 0;
  #deltas = 0;
  readonly #points = new Points();
  #thresholdMs = initialThresholdMs;
  #adaptedMs: number | null = null;
  #overMs = 0;
  #overCount = 0;
  #slope = 0;
  #isGrowing = false;

  /** Whether packets wait longer and longer. */
  get isGrowing(): boolean {
    return this.#isGrowing;
  }

  /** In the order of arrival. Those that were sent before the present group say nothing any more. */
  add(arrival: Arrival): void {
    const group = this.#group;
    if (group === null) {
      this.#group = groupOf(arrival);
      return;
    }
    if (arrival.sentMs < group.firstSentMs) return;
    if (arrival.sentMs - group.firstSentMs <= groupMs) {
      group.sentMs = Math.max(group.sentMs, arrival.sentMs);
      group.arrivedMs = Math.max(group.arrivedMs, arrival.arrivedMs);
      return;
    }
    if (this.#before !== null) this.#compare(this.#before, group);
    this.#before = group;
    this.#group = groupOf(arrival);
  }

  reset(): void {
    this.#group = null;
    this.#before = null;
    this.#delayMs = 0;
    this.#smoothedMs = 0;
    this.#deltas = 0;
    this.#points.clear();
    this.#thresholdMs = initialThresholdMs;
    this.#adaptedMs = null;
    this.#overMs = 0;
    this.#overCount = 0;
    this.#slope = 0;
    this.#isGrowing = false;
  }

  #compare(before: Group, group: Group): void {
    const sentDeltaMs = group.sentMs - before.sentMs;
    if (this.#deltas === 0) this.#firstArrivedMs = group.arrivedMs;
    this.#deltas = Math.min(mostDeltas, this.#deltas + 1);
    this.#delayMs += group.arrivedMs - before.arrivedMs - sentDeltaMs;
    this.#smoothedMs += (1 - smoothing) * (this.#delayMs - this.#smoothedMs);
    this.#points.push(group.arrivedMs - this.#firstArrivedMs, this.#smoothedMs);
    const slope = this.#points.areAll ? (this.#points.slope() ?? this.#slope) : this.#slope;
    this.#detect(slope, sentDeltaMs, group.arrivedMs);
  }

  #detect(slope: number, sentDeltaMs: number, nowMs: number): void {
    const trend = this.#deltas * slope * gain;
    if (trend > this.#thresholdMs) {
      this.#overMs += sentDeltaMs;
      this.#overCount++;
      if (this.#overMs > leastOverMs && this.#overCount > 1 && slope >= this.#slope) this.#isGrowing = true;
    } else {
      this.#overMs = 0;
      this.#overCount = 0;
      this.#isGrowing = false;
    }
    this.#slope = slope;
    this.#adapt(Math.abs(trend), nowMs);
  }

  /** The threshold follows the trend, faster down than up, so that flows that fill queues don't starve this one. */
  #adapt(trend: number, nowMs: number): void {
    const sinceMs = Math.min(100, Math.max(0, nowMs - (this.#adaptedMs ?? nowMs)));
    this.#adaptedMs = nowMs;
    if (trend > this.#thresholdMs + farMs) return;
    const rate = trend < this.#thresholdMs ? fallPerMs : risePerMs;
    const next = this.#thresholdMs + rate * (trend - this.#thresholdMs) * sinceMs;
    this.#thresholdMs = Math.min(mostThresholdMs, Math.max(leastThresholdMs, next));
  }
}

interface Group {
  readonly firstSentMs: number;
  sentMs: number;
  arrivedMs: number;
}

// As in libwebrtc's trendline estimator and overuse detector.
const groupMs = 5;
const smoothing = 0.9;
const windowGroups = 20;
const mostDeltas = 60;
const gain = 4;
const initialThresholdMs = 12.5;
const leastThresholdMs = 6;
const mostThresholdMs = 600;
const farMs = 15;
const risePerMs = 0.0087;
const fallPerMs = 0.039;
const leastOverMs = 10;

function groupOf({ sentMs, arrivedMs }: Arrival): Group {
  return { firstSentMs: sentMs, sentMs, arrivedMs };
}

/** The last delays. An object for each would live just long enough to be old to the garbage collector. */
class Points {
  readonly #atMs = new Float64Array(windowGroups);
  readonly #delayMs = new Float64Array(windowGroups);
  #count = 0;

  get areAll(): boolean {
    return this.#count >= windowGroups;
  }

  push(atMs: number, delayMs: number): void {
    const i = this.#count % windowGroups;
    this.#atMs[i] = atMs;
    this.#delayMs[i] = delayMs;
    this.#count++;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Of the line with the least squares through all of them; null where all are at one moment. */
  slope(): number | null {
    const meanMs = meanOf(this.#atMs);
    const meanDelay = meanOf(this.#delayMs);
    let over = 0;
    let under = 0;
    for (let i = 0; i < windowGroups; i++) {
      const fromMeanMs = (this.#atMs[i] ?? 0) - meanMs;
      over += fromMeanMs * ((this.#delayMs[i] ?? 0) - meanDelay);
      under += fromMeanMs ** 2;
    }
    return under > 0 ? over / under : null;
  }
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
