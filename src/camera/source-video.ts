import { type Passthrough, PassthroughJudge } from '../pipeline/passthrough.js';
import { otherCodec } from './own-frames.js';

export interface SourceVideoOptions {
  /** What passes the source: its caps, '' as long as that isn't known. */
  readonly caps: () => string;
  /** Told once it is clear, and each time it is another. */
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
    return this.#told !== null;
  }

  see(accessUnit: Uint8Array): void {
    if (this.#isH264) {
      this.#judge.see(accessUnit);
      this.#tell(this.#judge.verdict);
      return;
    }
    const caps = this.#options.caps();
    this.#tell(otherCodec(caps));
    if (caps === '' || this.isClear) return;
    this.#isH264 = true;
    this.see(accessUnit);
  }

  #tell(video: Passthrough | null): void {
    if (video === null || video.passes === this.#told?.passes) return;
    this.#told = video;
    this.#options.onVerdict(video);
  }
}
