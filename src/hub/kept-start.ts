import { Frame } from '../core/frame.js';

const longestMs = 1000;
const mostBytes = 4 * 1024 * 1024;

/**
 * Copies of a video's access units since its last keyframe, for somebody who is about to come and would else wait for the
 * next one. Holds none where that keyframe is more than a second old, or they are more than 4 MB: whoever comes then is
 * better off with the next.
 */
export class KeptStart {
  #units: Frame[] = [];
  #bytes = 0;

  push({ data, width, height, captureMs, sequence, isKeyframe, isStandIn }: Frame): void {
    if (isKeyframe || isStandIn) this.clear();
    // What stands in for the camera can be had anew at any time.
    if (isStandIn || (!isKeyframe && this.#units.length === 0)) return;
    const copy = { data: Uint8Array.from(data), width, height, captureMs, sequence, isKeyframe };
    this.#units.push(new Frame(copy, () => undefined));
    this.#bytes += data.byteLength;
    if (captureMs - (this.#units[0]?.captureMs ?? captureMs) > longestMs || this.#bytes > mostBytes) this.clear();
  }

  /** In order, a keyframe first; none are left. */
  take(): readonly Frame[] {
    const units = this.#units;
    this.clear();
    return units;
  }

  clear(): void {
    this.#units = [];
    this.#bytes = 0;
  }
}
