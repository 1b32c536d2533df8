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
  /** It can't be made: an element is missing. At most once; close it then. */
  readonly onFailure: (error: unknown) => void;
}

const closeTimeoutMs = 1000;
const queueBytes = 1;

interface Message {
  readonly words: string;
  readonly picture: KeptPicture | null;
}

/** Paints words over a picture. Owns a pipeline, from its construction to `close()`. */
export class Placeholder {
  readonly #options: PlaceholderOptions;
  readonly #opening: Promise<void>;
  #pipeline: NativePipeline | undefined;
  /** What is to be painted once there is a pipeline. */
  #first: Message | undefined;
  #closed = false;

  constructor(options: PlaceholderOptions) {
    this.#options = options;
    this.#opening = this.#open().catch((error: unknown) => {
      if (!this.#closed) options.onFailure(error);
    });
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
    if (this.#pipeline === undefined) this.#first = { words, picture };
    else paint(this.#pipeline, { words, picture });
  }

  /** No frame comes after this was called. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening;
    await this.#pipeline?.close(closeTimeoutMs);
  }

  async #open(): Promise<void> {
    const { addon, hasPicture, bounds } = this.#options;
    const handlers = { onFrames: () => this.#take(), onEvent: () => undefined };
    const description = describePlaceholder(hasPicture, bounds);
    // Not on this thread: to load what draws letters would hold everybody up for some ten milliseconds.
    this.#pipeline = await addon.openPipelineAsync(description, { sinks: [PLACEHOLDER.sink] }, handlers);
    if (this.#closed) return;
    this.#pipeline.start().catch(() => undefined);
    if (this.#first !== undefined) paint(this.#pipeline, this.#first);
  }

  #take(): void {
    const native = this.#closed ? null : this.#pipeline?.take(PLACEHOLDER.sink);
    if (!native) return;
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

function paint(pipeline: NativePipeline, { words, picture }: Message): void {
  pipeline.setProperty(PLACEHOLDER.words, 'text', escapeMarkup(words));
  if (picture !== null) pipeline.push(PLACEHOLDER.input, picture.jpeg, queueBytes);
}

/** textoverlay takes its text for Pango markup. */
function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
