/** One encoded picture, or an access unit of H.264, shared by everyone who shows it and counted by reference. */

export interface FrameInit {
  /** The encoded bytes; unusable after the last release. */
  readonly data: Uint8Array;
  /** Pixels; 0 where unknown. */
  readonly width: number;
  readonly height: number;
  /** When the camera captured it, in milliseconds of CLOCK_MONOTONIC. */
  readonly captureMs: number;
  /** Counts the frames of its tier since the pipeline's start. */
  readonly sequence: number;
  /** Not the camera's picture, but one that stands in for it while it gives none. */
  readonly isStandIn?: boolean;
  /** Whether it can be decoded without those before it; true for every JPEG. */
  readonly isKeyframe?: boolean;
}

/**
 * Born with one reference, which belongs to its maker. Whoever keeps a frame beyond the call that handed it over
 * retains it, and releases it exactly once. The last release frees the bytes at once: they must not be read after it,
 * nor by a socket that still holds them.
 */
export class Frame {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly captureMs: number;
  readonly sequence: number;
  readonly isStandIn: boolean;
  readonly isKeyframe: boolean;
  #references = 1;
  readonly #free: () => void;

  constructor(init: FrameInit, free: () => void) {
    this.data = init.data;
    this.width = init.width;
    this.height = init.height;
    this.captureMs = init.captureMs;
    this.sequence = init.sequence;
    this.isStandIn = init.isStandIn ?? false;
    this.isKeyframe = init.isKeyframe ?? true;
    this.#free = free;
  }

  /** Throws where the frame was freed already. */
  retain(): this {
    if (this.#references === 0) throw new Error(`frame ${this.sequence} was retained after its last release`);
    this.#references++;
    return this;
  }

  /** Throws where it was called more often than there were references. */
  release(): void {
    if (this.#references === 0) throw new Error(`frame ${this.sequence} was released once too often`);
    this.#references--;
    if (this.#references === 0) this.#free();
  }

  get references(): number {
    return this.#references;
  }
}
