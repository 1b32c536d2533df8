import type { Clock } from '../core/clock.js';
import { wallClockMs } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import type { Log } from '../core/log.js';
import type { Channel } from '../hub/channel.js';
import type { NativeAddon } from '../native/addon.types.js';
import type { H264Encoder } from '../pipeline/h264-encoder.js';
import { type Output, type OutputKey, outputOf } from '../pipeline/output.js';
import type { PlaceholderForm } from '../pipeline/placeholder.js';
import type { TierSettings } from '../pipeline/tier.js';
import { type KeptPicture, KeptPictures } from './kept-pictures.js';
import { Placeholder } from './placeholder.js';
import { isDown, type Supervision } from './supervisor.js';

export interface StandInOptions {
  readonly addon: NativeAddon;
  readonly clock: Clock;
  readonly log: Log;
  /** Null where nobody is shown video. */
  readonly encoder: H264Encoder | null;
  /** What a tier is set to; undefined for the camera's own pictures. */
  readonly settingsOf: (tier: string) => Pick<TierSettings, 'width' | 'height' | 'bitrateBps'> | undefined;
  /** The frame belongs to the stand-in: retain it to keep it. */
  readonly publish: (output: Output, frame: Frame) => void;
}

/** What is the matter, for the picture. */
export interface Trouble {
  readonly name: string;
  readonly words: string;
  /** CLOCK_MONOTONIC ms. */
  readonly sinceMs: number;
}

const repaintMs = 1000;
// A start that takes longer is told of.
const patienceMs = 900;
// For the camera's own video, of which nothing is set.
const sourceBitrateBps = 1_000_000;

/**
 * Stands in for a camera that gives nothing: its viewers see the last picture, dimmed, and what is the matter, anew
 * each second. Owns the kept pictures, a placeholder for each watched output and two timers; `close()` ends all of them.
 */
export class StandIn {
  readonly #options: StandInOptions;
  readonly #pictures = new KeptPictures();
  readonly #placeholders = new Map<OutputKey, Placeholder>();
  readonly #closing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #trouble: Trouble | null = null;
  #isUnable = false;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  /** Keeps a copy of an output's last picture, which may go with its pipeline then. */
  keep(output: Output, frame: Frame): void {
    this.#pictures.keep(output, frame);
  }

  /** The same for the newest of each of these, which aren't the camera's where it stands in for that. */
  keepNewest(channels: Iterable<Pick<Channel, 'name' | 'newest'>>): void {
    for (const { name, newest } of channels) {
      if (newest !== undefined && !newest.isStandIn) this.keep({ tier: name, medium: 'jpeg' }, newest);
    }
  }

  /** The pictures were of another camera. */
  forget(): void {
    this.#pictures.clear();
  }

  /** The tier's last JPEG, else another tier's newest; null where there never was one. */
  lastPicture(tier: string): KeptPicture | null {
    return this.#pictures.lastJpeg(tier);
  }

  /** Whoever watches sees within a second what is the matter with a camera of that name, as long as something is. */
  follow(supervision: Supervision, name: string, watched: ReadonlySet<OutputKey>): void {
    clearTimeout(this.#patience);
    const { state, sinceMs, cause } = supervision;
    const waitedMs = this.#options.clock() - sinceMs;
    if (watched.size > 0 && (isDown(state) || (state === 'starting' && waitedMs >= patienceMs))) {
      const words = cause === null ? state : `${state}: ${cause.message}`;
      this.show({ name, words, sinceMs }, watched);
      return;
    }
    if (state === 'idle') this.rest();
    else this.hide();
    if (state !== 'starting') return;
    this.#patience = setTimeout(() => this.follow(supervision, name, watched), patienceMs - waitedMs);
  }

  /** Shows what is the matter on the watched outputs, from now on until `hide()`. Video begins with a keyframe. */
  show(trouble: Trouble, watched: ReadonlySet<OutputKey>): void {
    const isNew = this.#trouble === null;
    this.#trouble = trouble;
    for (const [key, placeholder] of this.#placeholders) {
      if (!watched.has(key) || !placeholder.fits(this.#formOf(outputOf(key)))) this.#end(key, placeholder);
      else if (isNew) placeholder.requestKeyframe();
    }
    for (const key of watched) if (!this.#placeholders.has(key) && !this.#isUnable) this.#begin(key);
    this.#paint();
    this.#timer ??= setInterval(() => this.#paint(), repaintMs);
  }

  /** Where it shows something: somebody can't go on without a keyframe, and gets one now. */
  requestKeyframe(key: OutputKey): void {
    if (this.#trouble === null) return;
    this.#placeholders.get(key)?.requestKeyframe();
    this.#paint();
  }

  /**
   * The camera is back: nothing is published after this. The placeholders stay for the next time, since to make one
   * takes some ten milliseconds. Idempotent.
   */
  hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#trouble = null;
  }

  /** As `hide()`, and nobody will look for a while. Idempotent. */
  rest(): void {
    this.hide();
    for (const [key, placeholder] of this.#placeholders) this.#end(key, placeholder);
  }

  async close(): Promise<void> {
    clearTimeout(this.#patience);
    this.rest();
    this.#pictures.clear();
    await Promise.all(this.#closing);
  }

  #begin(key: OutputKey): void {
    const { addon, clock, publish } = this.#options;
    const output = outputOf(key);
    const onFrame = (frame: Frame) => {
      if (this.#trouble !== null) publish(output, frame);
    };
    const onFailure = (error: unknown) => {
      if (!this.#isUnable) this.#complain(error);
      // An element is missing, and will be the next time.
      this.#isUnable = true;
      if (this.#placeholders.get(key) === placeholder) this.#end(key, placeholder);
    };
    const placeholder = new Placeholder({ addon, clock, form: this.#formOf(output), onFrame, onFailure });
    this.#placeholders.set(key, placeholder);
  }

  #formOf({ tier, medium }: Output): PlaceholderForm {
    const { settingsOf, encoder } = this.#options;
    const settings = settingsOf(tier);
    const bounds = settings === undefined ? undefined : { width: settings.width, height: settings.height };
    const bitrateBps = settings?.bitrateBps ?? sourceBitrateBps;
    const h264 = medium === 'h264' && encoder !== null ? { encoder, bitrateBps } : null;
    return { input: this.#pictures.last(tier)?.medium ?? null, bounds, h264 };
  }

  #complain(error: unknown): void {
    this.#options.log.warn(`no placeholder: ${error instanceof Error ? error.message : String(error)}`);
  }

  #end(key: OutputKey, placeholder: Placeholder): void {
    this.#placeholders.delete(key);
    const closing = placeholder.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #paint(): void {
    if (this.#trouble === null) return;
    const { name, words, sinceMs } = this.#trouble;
    const since = timeOfDay(new Date(wallClockMs(sinceMs)));
    const seconds = Math.round((this.#options.clock() - sinceMs) / 1000);
    for (const [key, placeholder] of this.#placeholders) {
      try {
        placeholder.say(`${name}\n${words}\nsince ${since} (${seconds} s)`, this.#pictures.last(outputOf(key).tier));
      } catch (error) {
        this.#complain(error);
        this.#end(key, placeholder);
      }
    }
  }
}

/** 24 hours, of the machine's time zone. Not by `toLocaleTimeString()`, whose first call takes 15 ms. */
function timeOfDay(date: Date): string {
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
