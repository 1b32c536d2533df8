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

export interface PlaceholderOptions {
  readonly addon: NativeAddon;
  readonly clock: Clock;
  /** The last picture there was; null for none. */
  readonly picture: KeptPicture | null;
  /** Undefined: as large as the picture. */
  readonly bounds: Pick<TierSettings, 'width' | 'height'> | undefined;
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
    const { addon, picture, bounds } = options;
    const handlers = { onFrames: () => this.#take(), onEvent: () => undefined };
    const description = describePlaceholder(picture !== null, bounds);
    this.#pipeline = addon.openPipeline(description, { sinks: [PLACEHOLDER.sink] }, handlers);
    this.#pipeline.start().catch(() => undefined);
  }

  /** Paints anew; the frame comes later. */
  say(words: string): void {
    if (this.#closed) return;
    this.#pipeline.setProperty(PLACEHOLDER.words, 'text', escapeMarkup(words));
    const { picture } = this.#options;
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
