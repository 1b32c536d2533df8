import type { TierConfig } from '../config/config.js';
import type { Clock } from '../core/clock.js';
import type { Frame } from '../core/frame.js';
import { Channel } from '../hub/channel.js';
import { VideoChannel } from '../hub/video-channel.js';
import type { Medium } from '../hub/viewer-registry.js';
import { type Output, type OutputKey, outputKey } from '../pipeline/output.js';
import { SOURCE_TIER } from '../pipeline/plan.js';
import type { OwnFrames } from './own-frames.js';
import { type TierChange, TierSettings } from './tier-settings.js';

export interface TiersOptions {
  readonly clock: Clock;
  /** Says whether there is the tier `source`. */
  readonly own: Pick<OwnFrames, 'pass'>;
  /** How many tiers are encoded to H.264 at most; null: all. */
  readonly mostVideoTiers: () => number | null;
  /** Somebody watches an output now, or nobody any more. */
  readonly onDemand: (output: Output, wanted: boolean) => void;
  /** Somebody who watches an output can't go on without a keyframe. */
  readonly onKeyframeWanted: (output: Output) => void;
}

/** A camera's tiers: a channel for each in each medium, what each is set to, and which are watched. */
export class Tiers {
  readonly #options: TiersOptions;
  readonly #settings: TierSettings;
  readonly #watched = new Set<OutputKey>();
  #channels: ReadonlyMap<string, Channel> = new Map();
  #videos: ReadonlyMap<string, VideoChannel> = new Map();

  constructor(tiers: readonly TierConfig[], options: TiersOptions) {
    this.#options = options;
    this.#settings = new TierSettings(tiers);
    this.#makeChannels();
  }

  /** Those that there are in a medium, best first. */
  namesOf(medium: Medium): readonly string[] {
    const all = this.#settings.all().map(({ name }) => name);
    const encoded = medium === 'jpeg' ? all : bestAndLast(all, this.#options.mostVideoTiers() ?? all.length);
    return this.#options.own.pass(medium) === true ? [SOURCE_TIER, ...encoded] : encoded;
  }

  /** Those that there are in any medium, best first. */
  get names(): readonly string[] {
    const all = new Set([...this.namesOf('jpeg'), ...this.namesOf('h264')]);
    return [...all].toSorted((a, b) => Number(b === SOURCE_TIER) - Number(a === SOURCE_TIER));
  }

  /** Those that viewers can be held to, best first: also `source` as long as it may turn out that there is one. */
  get namesToHold(): readonly string[] {
    const isOpen = this.#options.own.pass('h264') === undefined && !this.names.includes(SOURCE_TIER);
    return isOpen ? [SOURCE_TIER, ...this.names] : this.names;
  }

  get watched(): ReadonlySet<OutputKey> {
    return this.#watched;
  }

  /** Undefined where there is no such tier, or not now. */
  channel(name: string): Channel | undefined {
    return this.namesOf('jpeg').includes(name) ? this.#channels.get(name) : undefined;
  }

  /** Undefined where there is no such tier in H.264, or not now. */
  video(name: string): VideoChannel | undefined {
    return this.namesOf('h264').includes(name) ? this.#videos.get(name) : undefined;
  }

  /** The camera's own H.264, whatever it is, also before that is known. */
  get sourceVideo(): VideoChannel | undefined {
    return this.#videos.get(SOURCE_TIER);
  }

  get channels(): Iterable<Channel> {
    return this.#channels.values();
  }

  publish({ tier, medium }: Output, frame: Frame): void {
    const channel = medium === 'jpeg' ? this.#channels.get(tier) : this.#videos.get(tier);
    channel?.publish(frame);
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
    const there = new Set<OutputKey>(
      [...this.#channels.keys()].flatMap((tier) => [
        outputKey({ tier, medium: 'jpeg' }),
        outputKey({ tier, medium: 'h264' }),
      ]),
    );
    for (const key of this.#watched) if (!there.has(key)) this.#watched.delete(key);
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
    this.#videos = new Map(names.map((name) => [name, this.#videos.get(name) ?? this.#makeVideo(name)]));
  }

  #makeChannel(tier: string): Channel {
    const channel: Channel = new Channel(tier, {
      clock: this.#options.clock,
      // A tier that is gone may still have somebody who is about to leave.
      onDemand: (wanted) => this.#channels.get(tier) === channel && this.#count({ tier, medium: 'jpeg' }, wanted),
    });
    return channel;
  }

  #makeVideo(tier: string): VideoChannel {
    const output = { tier, medium: 'h264' } as const;
    const channel: VideoChannel = new VideoChannel(tier, {
      clock: this.#options.clock,
      onDemand: (wanted) => this.#videos.get(tier) === channel && this.#count(output, wanted),
      onKeyframeWanted: () => this.#options.onKeyframeWanted(output),
      keepsStart: tier === SOURCE_TIER,
    });
    return channel;
  }

  #count(output: Output, wanted: boolean): void {
    if (wanted) this.#watched.add(outputKey(output));
    else this.#watched.delete(outputKey(output));
    this.#options.onDemand(output, wanted);
  }
}

/** Of names, best first: the best ones, and with them the last one, for those who can't have more. */
function bestAndLast(names: readonly string[], most: number): readonly string[] {
  return names.length <= most ? names : [...names.slice(0, Math.max(0, most - 1)), ...names.slice(-1)].slice(0, most);
}
