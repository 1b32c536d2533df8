import type { Clock } from '../core/clock.js';
import { Frame } from '../core/frame.js';
import type { NativeAddon, NativePipeline } from '../native/addon.types.js';
import { describePlaceholder, PLACEHOLDER } from '../pipeline/placeholder.js';
import type { TierSettings } from '../pipeline/tier.js';

/** A picture kept in memory of its own. */
export interface KeptPicture {
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** CLOCK_MONOTONIC ms. */
  readonly captureMs: number;
}

export type PlaceholderBounds = Pick<TierSettings, 'width' | 'height'>;

export interface PlaceholderOptions {
  readonly addon: NativeAddon;
  readonly clock: Clock;
  /** Whether words are painted over pictures, or over nothing. */
  readonly hasPicture: boolean;
  /** Undefined: as large as the picture. */
  readonly bounds: PlaceholderBounds | undefined;
  /** The frame belongs to the placeholder: retain it to keep it. */
  readonly onFrame: (frame: Frame) => void;
}

const closeTimeoutMs = 1000;
const queueBytes = 1;

/** Paints words over a picture. Owns a pipeline, from its construction to `close()`. */
export class Placeholder {
  readonly #options: PlaceholderOptions;
  readonly #pipeline: NativePipeline;
  #closed = false;

  /** Throws what the addon throws where an element is missing. */
  constructor(options: PlaceholderOptions) {
    this.#options = options;
    const { addon, hasPicture, bounds } = options;
    const handlers = { onFrames: () => this.#take(), onEvent: () => undefined };
    const description = describePlaceholder(hasPicture, bounds);
    this.#pipeline = addon.openPipeline(description, { sinks: [PLACEHOLDER.sink] }, handlers);
    this.#pipeline.start().catch(() => undefined);
  }

  /** Whether it was made for such a picture. */
  fits({ hasPicture, bounds }: Pick<PlaceholderOptions, 'hasPicture' | 'bounds'>): boolean {
    const own = this.#options;
    const isSameSize = own.bounds?.width === bounds?.width && own.bounds?.height === bounds?.height;
    return own.hasPicture === hasPicture && isSameSize;
  }

  /** Paints over `picture`, or over nothing; the frame comes later. Throws what the addon throws. */
  say(words: string, picture: KeptPicture | null): void {
    if (this.#closed) return;
    this.#pipeline.setProperty(PLACEHOLDER.words, 'text', escapeMarkup(words));
    if (picture !== null) this.#pipeline.push(PLACEHOLDER.input, picture.jpeg, queueBytes);
  }

  /** No frame comes after this was called. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pipeline.close(closeTimeoutMs);
  }

  #take(): void {
    const native = this.#closed ? null : this.#pipeline.take(PLACEHOLDER.sink);
    if (native === null) return;
    const { addon, clock, onFrame } = this.#options;
    const { handle, data, width, height, sequence } = native;
    const init = { data: new Uint8Array(data), width, height, captureMs: clock(), sequence, isStandIn: true };
    const frame = new Frame(init, () => addon.releaseFrame(handle));
    try {
      onFrame(frame);
    } finally {
      frame.release();
    }
  }
}

/** textoverlay takes its text for Pango markup. */
function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
