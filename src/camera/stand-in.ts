import type { Clock } from '../core/clock.js';
import { wallClockMs } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import type { Log } from '../core/log.js';
import type { NativeAddon } from '../native/addon.types.js';
import { type KeptPicture, Placeholder, type PlaceholderBounds } from './placeholder.js';

export interface StandInOptions {
  readonly addon: NativeAddon;
  readonly clock: Clock;
  readonly log: Log;
  /** A tier's bounds; undefined for the camera's own pictures. */
  readonly boundsOf: (tier: string) => PlaceholderBounds | undefined;
  /** The frame belongs to the stand-in: retain it to keep it. */
  readonly publish: (tier: string, frame: Frame) => void;
}

/** What is the matter, for the picture. */
export interface Trouble {
  readonly name: string;
  readonly words: string;
  /** CLOCK_MONOTONIC ms. */
  readonly sinceMs: number;
}

const repaintMs = 1000;

/**
 * Stands in for a camera that gives nothing: its viewers see the last picture, dimmed, and what is the matter, anew
 * each second. Owns the kept pictures, a placeholder for each watched tier and a timer; `close()` ends all of them.
 */
export class StandIn {
  readonly #options: StandInOptions;
  readonly #pictures = new Map<string, KeptPicture>();
  readonly #placeholders = new Map<string, Placeholder>();
  readonly #closing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #trouble: Trouble | null = null;
  #isUnable = false;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  /** Keeps a copy of a tier's last picture, which may go with its pipeline then. */
  keep(tier: string, { data, width, height, captureMs }: Frame): void {
    this.#pictures.set(tier, { jpeg: Uint8Array.from(data), width, height, captureMs });
  }

  /** The pictures were of another camera. */
  forget(): void {
    this.#pictures.clear();
  }

  /** The tier's last picture, else another tier's newest; null where there never was one. */
  lastPicture(tier: string): KeptPicture | null {
    const own = this.#pictures.get(tier);
    if (own !== undefined) return own;
    const others = [...this.#pictures.values()].sort((a, b) => b.captureMs - a.captureMs);
    return others[0] ?? null;
  }

  /** Shows what is the matter on the watched tiers, from now on until `hide()`. */
  show(trouble: Trouble, watched: ReadonlySet<string>): void {
    this.#trouble = trouble;
    for (const [tier, placeholder] of this.#placeholders) {
      if (!watched.has(tier) || !placeholder.fits(this.#madeFor(tier))) this.#end(tier, placeholder);
    }
    for (const tier of watched) if (!this.#placeholders.has(tier) && !this.#isUnable) this.#begin(tier);
    this.#paint();
    this.#timer ??= setInterval(() => this.#paint(), repaintMs);
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
    for (const [tier, placeholder] of this.#placeholders) this.#end(tier, placeholder);
  }

  async close(): Promise<void> {
    this.rest();
    this.#pictures.clear();
    await Promise.all(this.#closing);
  }

  #begin(tier: string): void {
    const { addon, clock, publish } = this.#options;
    const onFrame = (frame: Frame) => {
      if (this.#trouble !== null) publish(tier, frame);
    };
    const onFailure = (error: unknown) => {
      if (!this.#isUnable) this.#complain(error);
      // An element is missing, and will be the next time.
      this.#isUnable = true;
      if (this.#placeholders.get(tier) === placeholder) this.#end(tier, placeholder);
    };
    const placeholder = new Placeholder({ addon, clock, ...this.#madeFor(tier), onFrame, onFailure });
    this.#placeholders.set(tier, placeholder);
  }

  #madeFor(tier: string) {
    return { hasPicture: this.lastPicture(tier) !== null, bounds: this.#options.boundsOf(tier) };
  }

  #complain(error: unknown): void {
    this.#options.log.warn(`no placeholder: ${error instanceof Error ? error.message : String(error)}`);
  }

  #end(tier: string, placeholder: Placeholder): void {
    this.#placeholders.delete(tier);
    const closing = placeholder.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #paint(): void {
    if (this.#trouble === null) return;
    const { name, words, sinceMs } = this.#trouble;
    const since = new Date(wallClockMs(sinceMs)).toLocaleTimeString('en-GB');
    const seconds = Math.round((this.#options.clock() - sinceMs) / 1000);
    for (const [tier, placeholder] of this.#placeholders) {
      try {
        placeholder.say(`${name}\n${words}\nsince ${since} (${seconds} s)`, this.lastPicture(tier));
      } catch (error) {
        this.#complain(error);
        this.#end(tier, placeholder);
      }
    }
  }
}
