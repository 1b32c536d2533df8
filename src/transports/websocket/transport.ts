import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import type { ViewerRegistry } from '../../hub/viewer-registry.js';
import { TcpConnection } from '../tcp/connection.js';
import { FanOut } from '../tcp/fan-out.js';
import type { Sockets } from '../tcp/sockets.js';
import { CLOSE, WebSocketConnection } from './connection.js';
import { frameMessage } from './frame-message.js';
import { FrameWatch, type WatchRequest } from './watch.js';

export interface WebSocketTransportOptions {
  readonly viewers: ViewerRegistry;
  readonly clock: Clock;
  readonly sockets: Sockets;
}

/** A longer message ends the connection with code 1009. */
export const MOST_MESSAGE_BYTES = 64 * 1024;
/** Whoever gives no sign of life between two of them is cut off. */
export const PING_INTERVAL_MS = 25_000;

/** All WebSockets of a server. Owns them and a timer; `close()` ends all of it. */
export class WebSocketTransport {
  readonly #options: WebSocketTransportOptions;
  readonly #fanOut: FanOut;
  readonly #handshakes = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_MESSAGE_BYTES,
  });
  readonly #connections = new Set<WebSocketConnection>();
  readonly #pingTimer: NodeJS.Timeout;
  readonly #messages = new WeakMap<Frame, Map<number, readonly Uint8Array[]>>();
  #closed = false;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
    this.#fanOut = new FanOut(options.sockets.sendToAll);
    this.#pingTimer = setInterval(() => {
      for (const connection of this.#connections) connection.ping();
    }, PING_INTERVAL_MS);
  }

  /**
   * Answers a handshake (RFC 6455, section 4.2), with an error where it is none. `begin` gets the open connection, and
   * returns what is to be called when it is over.
   */
  accept(
    request: IncomingMessage,
    socket: Socket,
    address: string,
    begin: (connection: WebSocketConnection) => { onText(text: string): void; onClose(): void },
  ): void {
    this.#handshakes.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket) => {
      const connection = new WebSocketConnection(webSocket, socket, address, (its) => this.#linkOf(its));
      if (this.#closed) return connection.close(CLOSE.goingAway, 'the server is stopping');
      this.#connections.add(connection);
      const handlers = begin(connection);
      connection.begin({
        onText: (text) => handlers.onText(text),
        onClose: () => {
          this.#connections.delete(connection);
          handlers.onClose();
        },
      });
    });
  }

  /** Frames of a camera for a connection. The watch is a viewer from now on until it is closed. */
  watch(connection: WebSocketConnection, request: WatchRequest): FrameWatch {
    const { viewers, clock } = this.#options;
    const onClose = () => {
      viewers.remove(watch);
      request.onClose();
    };
    const plainMessage = (frame: Frame, index: number) => this.#plainMessage(frame, index);
    const watch = new FrameWatch(connection, { ...request, onClose }, { clock, fanOut: this.#fanOut, plainMessage });
    viewers.add(watch);
    return watch;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Says goodbye to all; each is gone within a second. Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#pingTimer);
    for (const connection of [...this.#connections]) connection.close(CLOSE.goingAway, 'the server is stopping');
  }

  #linkOf(connection: WebSocketConnection): TcpConnection {
    const { sockets, clock } = this.#options;
    const frames = {
      get stats() {
        return { droppedSlow: connection.onlyWatch?.droppedSlow ?? 0 };
      },
    };
    const setFps = (maxFps: number | null) => connection.onlyWatch?.adaptFps(maxFps);
    return new TcpConnection(connection.socket, sockets, frames, clock, setFps);
  }

  #plainMessage(frame: Frame, index: number): readonly Uint8Array[] {
    const ofFrame = this.#messages.get(frame) ?? new Map<number, readonly Uint8Array[]>();
    this.#messages.set(frame, ofFrame);
    const made = ofFrame.get(index) ?? frameMessage(frame, index);
    ofFrame.set(index, made);
    return made;
  }
}
