import type { TierConfig } from '../config/config.js';
import type { Clock } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import { Channel } from '../hub/channel.js';
import { SOURCE_TIER } from '../pipeline/plan.js';
import { type TierChange, TierSettings } from './tier-settings.js';

export interface TiersOptions {
  readonly clock: Clock;
  /** Somebody watches a tier now, or nobody any more. */
  readonly onDemand: (tier: string, wanted: boolean) => void;
}

/** A camera's tiers: a channel for each, what each is set to, and which are watched. */
export class Tiers {
  /** Whether the camera delivers JPEG, and so has the tier `source`; undefined until it is known. */
  passesThrough: boolean | undefined;
  readonly #options: TiersOptions;
  readonly #settings: TierSettings;
  readonly #watched = new Set<string>();
  #channels: ReadonlyMap<string, Channel> = new Map();

  constructor(tiers: readonly TierConfig[], options: TiersOptions) {
    this.#options = options;
    this.#settings = new TierSettings(tiers);
    this.#makeChannels();
  }

  /** Best first. */
  get names(): readonly string[] {
    return [...this.#channels.keys()].filter((name) => name !== SOURCE_TIER || this.passesThrough === true);
  }

  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  /** Undefined where there is no such tier, or not now. */
  channel(name: string): Channel | undefined {
    return this.names.includes(name) ? this.#channels.get(name) : undefined;
  }

  get channels(): Iterable<Channel> {
    return this.#channels.values();
  }

  publish(name: string, frame: Frame): void {
    this.#channels.get(name)?.publish(frame);
  }

  /** Best first; without `source`, which has no settings. */
  allSettings(): readonly TierConfig[] {
    return this.#settings.all();
  }

  settings(name: string): TierConfig | undefined {
    return this.#settings.get(name);
  }

  /** Throws RangeError where there is no such tier. */
  change(name: string, change: TierChange): TierConfig {
    return this.#settings.change(name, change);
  }

  /** Other tiers, or another order. Channels of tiers that stay go on; who watches one that goes must be moved. */
  replace(tiers: readonly TierConfig[]): void {
    this.#settings.replace(tiers);
    this.#makeChannels();
    for (const name of this.#watched) if (!this.#channels.has(name)) this.#watched.delete(name);
  }

  /** Forgets the pictures: their source is gone. */
  clear(): void {
    for (const channel of this.#channels.values()) channel.clear();
  }

  /** Forgets what frames weighed: they come from somewhere else now. */
  forgetSizes(): void {
    for (const channel of this.#channels.values()) channel.meanFrameBytes = null;
  }

  #makeChannels(): void {
    const names = [SOURCE_TIER, ...this.#settings.all().map(({ name }) => name)];
    this.#channels = new Map(names.map((name) => [name, this.#channels.get(name) ?? this.#makeChannel(name)]));
  }

  #makeChannel(name: string): Channel {
    const channel: Channel = new Channel(name, {
      clock: this.#options.clock,
      onDemand: (wanted) => {
        // A tier that is gone may still have somebody who is about to leave.
        if (this.#channels.get(name) !== channel) return;
        if (wanted) this.#watched.add(name);
        else this.#watched.delete(name);
        this.#options.onDemand(name, wanted);
      },
    });
    return channel;
  }
}
