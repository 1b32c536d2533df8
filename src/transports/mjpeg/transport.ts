import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import type { Channel } from '../../hub/channel.js';
import type { ViewerRegistry } from '../../hub/viewer-registry.js';
import { FanOut } from '../tcp/fan-out.js';
import type { Sockets } from '../tcp/sockets.js';
import { part } from './parts.js';
import type { StreamQuery } from './query.js';
import { MjpegViewer } from './viewer.js';

export interface MjpegTransportOptions {
  readonly viewers: ViewerRegistry;
  readonly clock: Clock;
  readonly sockets: Sockets;
}

export interface MjpegRequest {
  readonly camera: string;
  readonly tier: string;
  readonly channelOf: (tier: string) => Channel;
  readonly query: StreamQuery;
  readonly address: string;
  /** Whether the camera delivers now. */
  readonly isOnline: () => boolean;
}

/** All MJPEG viewers of a server. It owns no viewer: each ends with its connection. */
export class MjpegTransport {
  readonly #options: MjpegTransportOptions;
  readonly #fanOut: FanOut;
  readonly #plainParts = new WeakMap<Frame, readonly Uint8Array[]>();

  constructor(options: MjpegTransportOptions) {
    this.#options = options;
    this.#fanOut = new FanOut(options.sockets.sendToAll);
  }

  /** Answers a request with a stream that lasts as long as the connection. Nothing where the client is gone already. */
  serve(response: ServerResponse, request: MjpegRequest): void {
    const { socket } = response;
    if (socket === null || socket.destroyed) return;
    const { viewers, clock, sockets } = this.#options;
    const viewer = new MjpegViewer(response, socket, {
      ...request,
      clock,
      sockets,
      fanOut: this.#fanOut,
      plainPart: (frame) => this.#plainPart(frame),
      onClose: (closed) => viewers.remove(closed),
    });
    viewers.add(viewer);
  }

  #plainPart(frame: Frame): readonly Uint8Array[] {
    const made = this.#plainParts.get(frame);
    if (made !== undefined) return made;
    const chunks = part(frame, { advanceHeaders: false, zeroData: false });
    this.#plainParts.set(frame, chunks);
    return chunks;
  }
}
