import { isBSlice, NAL, nalType, nalUnits } from './h264-units.js';
import { parseSps, type Sps } from './sps.js';

/** Whether a camera's own H.264 can be given to browsers as it is, and if not, why. */
export interface Passthrough {
  readonly passes: boolean;
  /** Null where it passes. */
  readonly reason: string | null;
}

export const PASSES: Passthrough = { passes: true, reason: null };

export function passesNot(reason: string): Passthrough {
  return { passes: false, reason };
}

// Of those that browsers offer for WebRTC: Baseline, Main and High.
const profiles = new Map([
  [66, 'Baseline'],
  [77, 'Main'],
  [100, 'High'],
]);
const highestLevelIdc = 51;
// Where the stream doesn't say whether it has B-frames: most that have them begin with some, and nobody is to wait long.
const framesUntilLikely = 6;
// At most every third frame of one that has them is none.
const framesUntilCertain = 60;

/** By the parameter set alone; null where that doesn't tell. Pure. */
export function judgeSps(sps: Sps): Passthrough | null {
  if (!profiles.has(sps.profileIdc))
    return passesNot(`its profile (profile_idc ${sps.profileIdc}) is not for browsers`);
  if (sps.chromaFormatIdc !== 1) return passesNot(`its colours are ${chromaNames[sps.chromaFormatIdc]}, not 4:2:0`);
  if (sps.bitDepth !== 8) return passesNot(`its pictures have ${sps.bitDepth} bits, not 8`);
  if (sps.isInterlaced) return passesNot('it is interlaced');
  if (sps.levelIdc > highestLevelIdc)
    return passesNot(`its level is ${sps.levelIdc / 10}, above ${highestLevelIdc / 10}`);
  if (sps.maxReorderFrames !== null && sps.maxReorderFrames > 0) return passesNot(hasBFrames);
  const isInOrder = sps.profileIdc === 66 || sps.picOrderCountType === 2 || sps.maxReorderFrames === 0;
  return isInOrder ? PASSES : null;
}

const chromaNames = ['monochrome', '4:2:0', '4:2:2', '4:4:4'];
const hasBFrames = 'it has B-frames, which browsers can not show in WebRTC';

/**
 * By the first parameter set in the `codec_data` of caps, an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1);
 * null where there is none, or it doesn't tell. Pure.
 */
export function judgeCaps(caps: string): Passthrough | null {
  const [, hex] = /^video\/x-h264,.*\bcodec_data=\(buffer\)([0-9a-f]+)/.exec(caps) ?? [];
  if (hex === undefined) return null;
  const record = Buffer.from(hex, 'hex');
  const begin = spsLengthAt + 2;
  const sps = record.length < begin ? null : parseSps(record.subarray(begin, begin + record.readUInt16BE(spsLengthAt)));
  return sps && judgeSps(sps);
}

const spsLengthAt = 6;

/** Whether these bytes begin an H.264 stream: start codes, and a parameter set before its first slice. Pure. */
export function beginsH264(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0 || bytes[1] !== 0) return false;
  for (const unit of nalUnits(bytes)) {
    const type = nalType(unit);
    if (type === NAL.sps) return parseSps(unit) !== null;
    if (type >= NAL.slice && type <= NAL.idrSlice) return false;
  }
  return false;
}

/** Looks at a camera's access units until it is clear whether they can pass, and on, since a camera may change. */
export class PassthroughJudge {
  /** By all that was seen so far; null before that says anything. */
  verdict: Passthrough | null = null;
  #sps: Buffer | undefined;
  #bySps: Passthrough | null = null;
  #withoutB = 0;

  /** Whether the verdict stays as long as the camera sends the same. */
  get isCertain(): boolean {
    if (this.verdict === null) return false;
    return !this.verdict.passes || this.#bySps !== null || this.#withoutB >= framesUntilCertain;
  }

  /** Whether the parameter sets alone told, so that what is between keyframes can't change it. */
  get isBySps(): boolean {
    return this.#bySps !== null;
  }

  /** In the order of the stream. Cheap: nothing behind the first slice is looked at. */
  see(accessUnit: Uint8Array): void {
    for (const unit of nalUnits(accessUnit)) {
      const type = nalType(unit);
      if (type === NAL.sps) this.#seeSps(unit);
      if (type < NAL.slice || type > NAL.idrSlice) continue;
      // Before its parameter set nothing is known.
      if (this.#sps !== undefined && this.#bySps === null) this.#seeSlice(unit);
      return;
    }
  }

  #seeSps(unit: Uint8Array): void {
    if (this.#sps?.equals(unit)) return;
    const sps = parseSps(unit);
    if (sps === null) return;
    this.#sps = Buffer.from(unit);
    this.#bySps = judgeSps(sps);
    this.#withoutB = 0;
    // A camera that was clear before stays so until it is seen to be otherwise.
    this.verdict = this.#bySps ?? (this.verdict?.passes === true ? this.verdict : null);
  }

  #seeSlice(unit: Uint8Array): void {
    if (isBSlice(unit)) this.verdict = passesNot(hasBFrames);
    else if (this.verdict?.passes !== false && this.#withoutB < framesUntilCertain) {
      this.#withoutB++;
      if (this.#withoutB >= framesUntilLikely) this.verdict = PASSES;
    }
  }
}
