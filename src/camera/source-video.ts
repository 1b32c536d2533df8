import { beginsH264, type Passthrough, PassthroughJudge } from '../pipeline/passthrough.js';
import { otherCodec } from './own-frames.js';

export interface SourceVideoOptions {
  /** What passes the source: its caps, '' as long as that isn't known. */
  readonly caps: () => string;
  /** Told once it can be told, and each time it is another. */
  readonly onVerdict: (video: Passthrough) => void;
}

/** Listens to a camera's own video until it is clear whether browsers can have it, and on while that is watched. */
export class SourceVideo {
  readonly #options: SourceVideoOptions;
  readonly #judge = new PassthroughJudge();
  #isH264 = false;
  #told: Passthrough | null = null;

  constructor(options: SourceVideoOptions) {
    this.#options = options;
  }

  /** Whether it need not be listened to any more where nobody watches it. */
  get isClear(): boolean {
    return this.#told !== null && (!this.#isH264 || this.#judge.isCertain);
  }

  /** Whether browsers could show it, by all that was seen of it. */
  get canBeShown(): boolean {
    return this.#isH264 && this.#judge.verdict?.passes !== false;
  }

  see(accessUnit: Uint8Array, isKeyframe: boolean): void {
    this.#isH264 ||= this.#begins(accessUnit);
    if (!this.#isH264 || (!isKeyframe && this.#judge.isBySps)) return;
    this.#judge.see(accessUnit);
    this.#tell(this.#judge.verdict);
  }

  #begins(accessUnit: Uint8Array): boolean {
    const caps = this.#options.caps();
    // Of a pipeline in another process they come later than its first frame.
    if (caps === '') return beginsH264(accessUnit);
    const other = otherCodec(caps);
    this.#tell(other);
    return other === null;
  }

  #tell(video: Passthrough | null): void {
    if (video === null || video.passes === this.#told?.passes) return;
    this.#told = video;
    this.#options.onVerdict(video);
  }
}
