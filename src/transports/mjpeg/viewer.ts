import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import { RateMeter } from '../../core/rate.js';
import type { Channel } from '../../hub/channel.js';
import { Subscription } from '../../hub/subscription.js';
import { tierChoice } from '../../hub/tier-query.js';
import type { TierChoice, Viewer, ViewerLink, ViewerStats } from '../../hub/viewer-registry.js';
import { TcpConnection } from '../tcp/connection.js';
import type { FanOut, PartReceiver } from '../tcp/fan-out.js';
import { descriptorOf, type Sockets } from '../tcp/sockets.js';
import { CONTENT_TYPE, type PartOptions, part, streamOpening } from './parts.js';
import type { StreamQuery } from './query.js';

export interface MjpegViewerOptions {
  readonly camera: string;
  readonly tier: string;
  /** Throws TIER_NOT_FOUND. */
  readonly channelOf: (tier: string) => Channel;
  readonly query: StreamQuery;
  readonly address: string;
  readonly clock: Clock;
  readonly fanOut: FanOut;
  /** The parts of one frame, made once for all viewers who want them plain. */
  readonly plainPart: (frame: Frame) => readonly Uint8Array[];
  readonly sockets: Sockets;
  readonly isOnline: () => boolean;
  /** The connection is over, whoever ended it. Called once. */
  readonly onClose: (viewer: MjpegViewer) => void;
}

// After this long without a new picture the last one counts as final; see `dual_final_frames`.
const finalAfterMs = 100;

/**
 * One MJPEG connection, from the response's header to its end. Owns the response, its socket and its subscription.
 * What leaves bypasses the response's own stream: the header says that the body ends with the connection.
 */
export class MjpegViewer implements Viewer, PartReceiver {
  readonly id = randomBytes(8).toString('hex');
  readonly transport = 'mjpeg';
  readonly medium = 'jpeg';
  readonly camera: string;
  readonly address: string;
  readonly sinceMs: number;
  readonly request: Viewer['request'];
  readonly connection: TcpConnection;
  readonly #options: MjpegViewerOptions;
  readonly #query: StreamQuery;
  readonly #isPlain: boolean;
  readonly #socket: Socket;
  readonly #subscription: Subscription;
  readonly #rate: RateMeter;
  #bytes = 0;
  #tier: string;
  #choice: TierChoice;
  #maxFps: number | null;
  #adaptedFps: number | null = null;
  #finalTimer: NodeJS.Timeout | undefined;
  #finalCaptureMs = Number.NaN;
  #countedCaptureMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(response: ServerResponse, socket: Socket, options: MjpegViewerOptions) {
    const { query, tier, channelOf, clock } = options;
    this.camera = options.camera;
    this.address = options.address;
    this.sinceMs = clock();
    this.request = requestOf(query);
    this.#options = options;
    this.#query = query;
    this.#isPlain = !query.advanceHeaders && !query.zeroData && !query.extraHeaders;
    this.#socket = socket;
    this.#tier = tier;
    this.#choice = tierChoice(query);
    this.#maxFps = query.maxFps ?? null;
    this.#rate = new RateMeter(clock);
    socket.on('close', () => this.#end());
    this.#writeHeader(response);
    this.#subscription = new Subscription(channelOf(tier), {
      deliver: (frame) => this.#deliver(frame),
      ...(query.maxFps === undefined ? {} : { maxFps: query.maxFps }),
    });
    this.connection = new TcpConnection(socket, options.sockets, this.#subscription, clock, (fps) => {
      this.#adaptedFps = fps;
      this.#applyFps();
    });
    this.#subscription.ready();
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

  stats(): ViewerStats {
    return {
      ...this.#subscription.stats,
      fps: this.#rate.perSecond(),
      bytes: this.#bytes,
      bitrateBps: 8 * this.#rate.amountPerSecond(),
    };
  }

  moveTo(tier: string): void {
    this.#subscription.moveTo(this.#options.channelOf(tier));
    this.#tier = tier;
  }

  pinTo(tier: string | null): void {
    const { maxTier, minTier } = this.#query;
    this.#choice = tierChoice({ tier: tier ?? 'auto', maxTier, minTier });
    if (tier !== null) this.connection.leaveAlone();
  }

  limitTo(maxFps: number | null): void {
    this.#maxFps = maxFps;
    this.#applyFps();
  }

  link(): ViewerLink {
    return this.connection.link();
  }

  close(): void {
    if (this.#closed) return;
    // What is under way may finish, but a viewer that takes nothing must not hold the server up.
    if (this.#socket.writableLength === 0) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#end();
  }

  descriptor(): number {
    if (this.#closed || this.#socket.destroyed || this.#socket.writableLength > 0) return -1;
    return descriptorOf(this.#socket);
  }

  sent(frame: Frame, bytes: number): void {
    this.#count(frame.captureMs, bytes);
  }

  rest(frame: Frame, bytes: number, rest: Uint8Array): void {
    // Closed in the turn that brought the frame: the socket was ended and takes no more.
    if (this.#closed) return;
    const { captureMs } = frame;
    this.connection.waits(captureMs);
    this.#socket.write(rest, (error) => {
      if (!error) this.#count(captureMs, bytes);
    });
  }

  failed(): void {
    this.#socket.destroy();
  }

  #writeHeader(response: ServerResponse): void {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(200, {
      'Content-Type': CONTENT_TYPE,
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'Set-Cookie': `stream_client=${encodeURIComponent(this.#query.key)}/${this.id}; path=/; max-age=30`,
    });
    response.flushHeaders();
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, 10_000);
    this.#socket.write(streamOpening(this.#query));
  }

  #deliver(frame: Frame): void {
    const { fanOut, plainPart } = this.#options;
    const paddingBytes = this.connection.takePadding();
    const isShared = this.#isPlain && paddingBytes === 0;
    fanOut.deliver(frame, isShared ? plainPart(frame) : this.#ownPart(frame, paddingBytes), this);
    if (this.#query.dualFinalFrames) this.#armFinal(frame);
  }

  #ownPart(frame: Frame, paddingBytes: number): readonly Uint8Array[] {
    const options: PartOptions = this.#query;
    if (!this.#query.extraHeaders) return part(frame, options, undefined, paddingBytes);
    const facts = {
      online: this.#options.isOnline(),
      dropped: this.#subscription.stats.droppedSlow,
      clientFps: this.#rate.perSecond(),
      nowMs: this.#options.clock(),
    };
    return part(frame, options, facts, paddingBytes);
  }

  /** The lower of what the viewer wants and what its link carries. */
  #applyFps(): void {
    const limits = [this.#maxFps, this.#adaptedFps].filter((fps) => fps !== null);
    this.#subscription.limitTo(limits.length === 0 ? undefined : Math.min(...limits));
  }

  #armFinal(frame: Frame): void {
    if (frame.captureMs === this.#finalCaptureMs) return;
    this.#finalCaptureMs = frame.captureMs;
    clearTimeout(this.#finalTimer);
    this.#finalTimer = setTimeout(() => {
      if (this.#subscription.channel?.newest === frame) this.#subscription.repeat(frame);
    }, finalAfterMs);
  }

  #count(captureMs: number, bytes: number): void {
    this.#bytes += bytes;
    this.#rate.add(bytes);
    this.connection.handed(captureMs);
    // A picture sent once more is old by intention.
    if (captureMs > this.#countedCaptureMs) {
      this.#countedCaptureMs = captureMs;
      this.#subscription.channel?.latency.record(this.#options.clock() - captureMs);
    }
    this.connection.whenDrained(() => this.#subscription.ready());
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#finalTimer);
    this.connection.close();
    this.#subscription.close();
    this.#options.onClose(this);
  }
}

function requestOf(query: StreamQuery): Viewer['request'] {
  return {
    extra_headers: query.extraHeaders,
    advance_headers: query.advanceHeaders,
    dual_final_frames: query.dualFinalFrames,
    zero_data: query.zeroData,
    key: query.key,
    ...(query.maxFps === undefined ? {} : { fps: query.maxFps }),
    ...(query.maxTier === undefined ? {} : { max_tier: query.maxTier }),
    ...(query.minTier === undefined ? {} : { min_tier: query.minTier }),
  };
}
