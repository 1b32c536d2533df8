import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.js';
import { Frame } from '../core/frame.js';
import type { NativeAddon, NativePipeline } from '../native/addon.types.js';
import { describePlaceholder, PLACEHOLDER, type PlaceholderForm } from '../pipeline/placeholder.js';
import type { KeptPicture } from './kept-pictures.js';

export interface PlaceholderOptions {
  readonly addon: NativeAddon;
  readonly clock: Clock;
  readonly form: PlaceholderForm;
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
  #needsKeyframe = false;
  #closed = false;

  constructor(options: PlaceholderOptions) {
    this.#options = options;
    this.#opening = this.#open().catch((error: unknown) => {
      if (!this.#closed) options.onFailure(error);
    });
  }

  /** Whether it was made for such a picture. */
  fits(form: PlaceholderForm): boolean {
    return isDeepStrictEqual(form, this.#options.form);
  }

  /** Its video goes on with a keyframe, at the next picture. */
  requestKeyframe(): void {
    const { h264 } = this.#options.form;
    if (h264 === null || this.#closed) return;
    this.#needsKeyframe = true;
    const { keyframe } = h264.encoder;
    this.#pipeline?.requestKeyframe(PLACEHOLDER.encoder, keyframe === 'event' ? undefined : keyframe.action);
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
    const { addon, form } = this.#options;
    const handlers = { onFrames: () => this.#takeAll(), onEvent: () => undefined };
    const description = describePlaceholder(form);
    // Not on this thread: to load what draws letters would hold everybody up for some ten milliseconds.
    this.#pipeline = await addon.openPipelineAsync(description, { sinks: [PLACEHOLDER.sink] }, handlers);
    if (this.#closed) return;
    this.#pipeline.start().catch(() => undefined);
    if (this.#first !== undefined) paint(this.#pipeline, this.#first);
  }

  #takeAll(): void {
    while (this.#take());
  }

  #take(): boolean {
    const native = this.#closed ? null : this.#pipeline?.take(PLACEHOLDER.sink);
    if (!native) return false;
    const { addon, clock, onFrame } = this.#options;
    const { handle, data, width, height, sequence, keyframe } = native;
    const picture = { data: new Uint8Array(data), width, height, captureMs: clock(), sequence };
    const frame = new Frame({ ...picture, isStandIn: true, isKeyframe: keyframe }, () => addon.releaseFrame(handle));
    if (keyframe) this.#needsKeyframe = false;
    try {
      // One that was on its way when the keyframe was asked for.
      if (!this.#needsKeyframe) onFrame(frame);
    } finally {
      frame.release();
    }
    return true;
  }
}

function paint(pipeline: NativePipeline, { words, picture }: Message): void {
  pipeline.setProperty(PLACEHOLDER.words, 'text', escapeMarkup(words));
  if (picture !== null) pipeline.push(PLACEHOLDER.input, picture.data, queueBytes);
}

/** textoverlay takes its text for Pango markup. */
function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
