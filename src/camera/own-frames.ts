import type { Source } from '../config/source.js';
import type { Medium } from '../hub/viewer-registry.js';
import { type Passthrough, passesNot } from '../pipeline/passthrough.js';
import { type PlannedOutput, SOURCE_TIER } from '../pipeline/plan.js';

const notYetKnown: Passthrough = passesNot('it is not known before the camera was watched for the first time');
const givesNone = passesNot('the camera gives no H.264');

/** Whether it was found out, of what {@link OwnFrames.video} tells; it takes a keyframe of most cameras. */
export function isKnown(video: Passthrough): boolean {
  return video !== notYetKnown;
}

/**
 * Whether viewers can have a camera's own frames, as JPEGs or as H.264, and so whether there is the tier `source`. What
 * isn't known without a look at the source, or a start of it, stays as it was until then.
 */
export class OwnFrames {
  #jpeg: boolean | undefined;
  #video: Passthrough | undefined;

  constructor(source: Source) {
    this.begin(source);
  }

  /** Undefined until it is known. */
  pass(medium: Medium): boolean | undefined {
    return medium === 'jpeg' ? this.#jpeg : this.#video?.passes;
  }

  /** Whether its H.264 passes, and why not. */
  get video(): Passthrough {
    return this.#video ?? notYetKnown;
  }

  /** The camera has this source now. */
  begin({ kind }: Source): void {
    if (kind === 'http') this.#jpeg = true;
    else if (kind !== 'v4l2' && kind !== 'file') this.#jpeg = false;
    if (kind !== 'rtsp' && kind !== 'file') this.#video = givesNone;
  }

  /** What was planned for it. Returns whether that says something new. */
  learnPlan(outputs: readonly PlannedOutput[]): boolean {
    const isPlanned = (medium: Medium) =>
      outputs.some((output) => output.tier === SOURCE_TIER && output.medium === medium);
    const before = [this.#jpeg, this.#video?.passes];
    this.#jpeg = isPlanned('jpeg');
    if (!isPlanned('h264')) this.#video = givesNone;
    return before[0] !== this.#jpeg || before[1] !== this.#video?.passes;
  }

  /** What was seen of its H.264. Returns whether that says something new. */
  learnVideo(video: Passthrough): boolean {
    const before = this.#video?.passes;
    this.#video = video;
    return before !== video.passes;
  }
}

/** What a stream that isn't H.264 means, by its caps; null where it is, or isn't known yet. Pure. */
export function otherCodec(caps: string): Passthrough | null {
  const [media = ''] = caps.split(',', 1);
  if (media === '' || media === 'video/x-h264') return null;
  const name = media === 'video/x-h265' ? 'H.265' : media === 'image/jpeg' ? 'JPEG' : media;
  return passesNot(`the camera gives ${name}, not H.264`);
}
