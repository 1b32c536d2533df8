import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import { RateMeter } from '../../core/rate.js';
import type { Channel } from '../../hub/channel.js';
import type { AdaptableConnection } from '../../hub/link.js';
import { Subscription } from '../../hub/subscription.js';
import type { TierChoice, Viewer, ViewerLink, ViewerStats } from '../../hub/viewer-registry.js';
import type { FanOut, PartReceiver } from '../tcp/fan-out.js';
import type { TurnTaker, WebSocketConnection } from './connection.js';
import { Credit } from './credit.js';
import { frameMessage } from './frame-message.js';

export interface WatchRequest {
  readonly camera: string;
  readonly tier: string;
  /** Throws TIER_NOT_FOUND. */
  readonly channelOf: (tier: string) => Channel;
  readonly choice: TierChoice;
  /** The most frames a second; null for all. */
  readonly maxFps: number | null;
  /** Tells the watches of a connection apart, in each of their messages. */
  readonly index: number;
  /** It is over, whoever ended it. Called once. */
  readonly onClose: () => void;
}

export interface WatchServices {
  readonly clock: Clock;
  readonly fanOut: FanOut;
  /** The message of a frame, made once for all watches of that index. */
  readonly plainMessage: (frame: Frame, index: number) => readonly Uint8Array[];
}

/**
 * The frames of one camera on a connection with others. It gets a frame only while the client has granted some, and
 * while it is its turn. Owns its subscription.
 */
export class FrameWatch implements Viewer, PartReceiver, TurnTaker {
  readonly id = randomBytes(8).toString('hex');
  readonly transport = 'websocket';
  readonly medium = 'jpeg';
  readonly camera: string;
  readonly index: number;
  readonly address: string;
  readonly sinceMs: number;
  readonly request = {};
  readonly #connection: WebSocketConnection;
  readonly #services: WatchServices;
  readonly #channelOf: (tier: string) => Channel;
  readonly #onClose: () => void;
  readonly #subscription: Subscription;
  readonly #credit: Credit;
  readonly #rate: RateMeter;
  #bytes = 0;
  #choice: TierChoice;
  #tier: string;
  #maxFps: number | null;
  #adaptedFps: number | null = null;
  #countedCaptureMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(connection: WebSocketConnection, request: WatchRequest, services: WatchServices) {
    const { camera, tier, channelOf, choice, maxFps, index } = request;
    this.camera = camera;
    this.index = index;
    this.address = connection.address;
    this.sinceMs = services.clock();
    this.#connection = connection;
    this.#services = services;
    this.#onClose = request.onClose;
    this.#choice = choice;
    this.#channelOf = channelOf;
    this.#tier = tier;
    this.#maxFps = maxFps;
    this.#rate = new RateMeter(services.clock);
    this.#subscription = new Subscription(channelOf(tier), { deliver: (frame) => this.#deliver(frame) });
    this.#credit = new Credit(this.#subscription.stats);
    this.#applyFps();
    connection.add(this);
  }

  get tier(): string {
    return this.#tier;
  }

  get choice(): TierChoice {
    return this.#choice;
  }

  get maxFps(): number | null {
    return this.#maxFps;
  }

  /** Where several watches share a connection, nothing tells what part of the link is whose: none is adapted. */
  get connection(): AdaptableConnection | undefined {
    return this.#connection.onlyWatch === this ? this.#connection.link : undefined;
  }

  /** Frames left out because the connection was busy, as the adaptation counts them. */
  get droppedSlow(): number {
    return this.#credit.droppedSlow;
  }

  stats(): ViewerStats {
    return {
      ...this.#subscription.stats,
      fps: this.#rate.perSecond(),
      bytes: this.#bytes,
      bitrateBps: 8 * this.#rate.amountPerSecond(),
    };
  }

  link(): ViewerLink {
    return this.#connection.link.link();
  }

  /** The client can take so many frames more. */
  grant(frames: number): void {
    this.#credit.grant(frames);
    if (this.#connection.isFree) this.takeTurn();
  }

  moveTo(tier: string): void {
    this.#subscription.moveTo(this.#channelOf(tier));
    this.#tier = tier;
  }

  pinTo(tier: string | null): void {
    this.#choice = tier === null ? { mode: 'auto' } : { mode: 'fixed', fixedTier: tier };
    if (tier !== null) this.connection?.leaveAlone();
  }

  limitTo(maxFps: number | null): void {
    this.#maxFps = maxFps;
    this.#applyFps();
  }

  /** A limit beside the viewer's own; null for none. */
  adaptFps(maxFps: number | null): void {
    this.#adaptedFps = maxFps;
    this.#applyFps();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription.close();
    this.#connection.remove(this);
    this.#onClose();
  }

  /** Another watch sends. */
  wait(): void {
    this.#subscription.pause();
  }

  /** The connection is free. */
  takeTurn(): void {
    if (!this.#closed && this.#credit.frames > 0) this.#subscription.ready();
  }

  descriptor(): number {
    return this.#closed ? -1 : this.#connection.descriptor();
  }

  sent(frame: Frame, bytes: number): void {
    this.#handed(frame.captureMs, bytes);
  }

  rest(frame: Frame, bytes: number, rest: Uint8Array): void {
    const { captureMs } = frame;
    const { isOpen, link, socket } = this.#connection;
    // Nothing of it is out, and nobody wants it any more. Else the message must be ended for the next one's sake.
    const isUnwanted = rest.byteLength === bytes && this.#closed;
    if (!isOpen || isUnwanted) {
      this.#connection.turnEnds();
      return;
    }
    link.waits(captureMs);
    socket.write(rest, (error) => {
      if (!error) this.#handed(captureMs, bytes);
    });
  }

  failed(): void {
    this.#connection.terminate();
  }

  #deliver(frame: Frame): void {
    const { fanOut, plainMessage } = this.#services;
    this.#credit.spend();
    this.#connection.turnBegins(this);
    const isAdapted = this.#connection.onlyWatch === this;
    const paddingBytes = isAdapted ? this.#connection.link.takePadding() : 0;
    const message = paddingBytes > 0 ? frameMessage(frame, this.index, paddingBytes) : plainMessage(frame, this.index);
    fanOut.deliver(frame, message, this);
  }

  /** The lower of what the viewer wants and what its link carries. */
  #applyFps(): void {
    const limits = [this.#maxFps, this.#adaptedFps].filter((fps) => fps !== null);
    this.#subscription.limitTo(limits.length === 0 ? undefined : Math.min(...limits));
  }

  #handed(captureMs: number, bytes: number): void {
    this.#bytes += bytes;
    this.#rate.add(bytes);
    const { link } = this.#connection;
    link.handed(captureMs);
    // A picture sent once more is old by intention, and one that waited for credit by the client's.
    if (captureMs > this.#countedCaptureMs) {
      this.#countedCaptureMs = captureMs;
      this.#subscription.channel?.latency.record(this.#services.clock() - captureMs);
    }
    link.whenDrained(() => this.#connection.turnEnds());
  }
}
