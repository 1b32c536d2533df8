/** What a trial's outputs were seen to give. */
import { isBSlice, NAL, nalType, nalUnits } from '../pipeline/h264-units.js';
import { parseSps } from '../pipeline/sps.js';
import { TRIAL_FRAMES, type Trial, type Watched } from './trial.js';

/** One picture or access unit. */
export interface Seen {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Counts the output's frames from 0, also those that were not seen. */
  readonly sequence: number;
}

const leastFrames = 25;
const baselineIdc = 66;

/** Sums up an output's frames as they come. */
export class OutputObservation {
  readonly #watched: Watched;
  /** How many reached the sink. */
  frames = 0;
  #width = 0;
  #height = 0;
  #profileIdc: number | null = null;
  #hasBFrames = false;
  #forcedAt: number | null = null;
  #answered = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  get isVideo(): boolean {
    return this.#watched.output.medium === 'h264';
  }

  see({ data, width, height, sequence }: Seen): void {
    this.frames = sequence + 1;
    if (!this.isVideo) {
      this.#width = width;
      this.#height = height;
      return;
    }
    for (const unit of nalUnits(data)) this.#seeUnit(unit, sequence);
  }

  /** A keyframe is asked for now. */
  force(): void {
    this.#forcedAt = this.frames;
  }

  get wasForced(): boolean {
    return this.#forcedAt !== null;
  }

  /** Whether nothing more is waited for. */
  get isComplete(): boolean {
    return this.frames >= TRIAL_FRAMES && (this.#answered || !this.isVideo);
  }

  /** Null where all is as it should be. */
  judge(): string | null {
    const { width, height } = this.#watched;
    if (this.frames < leastFrames) return `${this.frames} of ${TRIAL_FRAMES} frames came`;
    const isNear = (is: number, wanted: number) => Math.abs(is - wanted) <= 2;
    if (!isNear(this.#width, width) || !isNear(this.#height, height)) {
      return `pictures of ${this.#width}x${this.#height} came, not of ${width}x${height}`;
    }
    return this.isVideo ? this.#judgeVideo() : null;
  }

  #judgeVideo(): string | null {
    if (this.#hasBFrames) return 'it gives B-frames';
    if (this.#profileIdc !== baselineIdc)
      return `its profile_idc is ${this.#profileIdc ?? 'unknown'}, not ${baselineIdc}`;
    return this.#forcedAt === null || this.#answered ? null : 'it gives no keyframe when it is asked';
  }

  #seeUnit(unit: Uint8Array, sequence: number): void {
    const type = nalType(unit);
    if (type === NAL.sps) {
      const sps = parseSps(unit);
      this.#profileIdc = sps?.profileIdc ?? this.#profileIdc;
      this.#width = sps?.width ?? this.#width;
      this.#height = sps?.height ?? this.#height;
    }
    if (type === NAL.slice && isBSlice(unit)) this.#hasBFrames = true;
    const forcedAt = this.#forcedAt;
    if (type === NAL.idrSlice && forcedAt !== null && sequence >= forcedAt) this.#answered = true;
  }
}

/** The first thing that is wrong with any output. */
export function judgeAll(trial: Trial, observations: readonly OutputObservation[]): string | null {
  const findings = observations.map((observation, i) => {
    const problem = observation.judge();
    return problem !== null && i > 0 && trial.watched[i]?.output.medium === 'h264'
      ? `with a second one at once: ${problem}`
      : problem;
  });
  return findings.find((finding) => finding !== null) ?? null;
}
