import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { TcpConnection } from '../tcp/connection.js';
import { descriptorOf } from '../tcp/sockets.js';

/** Text that a client hasn't taken from the server yet; a client with more than this doesn't read. */
export const MOST_UNSENT_TEXT_BYTES = 256 * 1024;

/** Codes of RFC 6455, section 7.4.1. */
export const CLOSE = { normal: 1000, goingAway: 1001, unsupportedData: 1003 } as const;

export interface ConnectionHandlers {
  /** A text message; at most 64 kB. */
  onText(text: string): void;
  /** The connection is over, whoever ended it, and so are its watches. Called once. */
  onClose(): void;
}

/** One of those who take turns on a connection. */
export interface TurnTaker {
  /** Its frames left out because the connection was busy. */
  readonly droppedSlow: number;
  /** The connection is free. */
  takeTurn(): void;
  /** Another one sends. */
  wait(): void;
  /** The most frames a second by what was found of the link; null for all. */
  adaptFps(maxFps: number | null): void;
  close(): void;
}

const closeTimeoutMs = 1000;

/**
 * One WebSocket, from the handshake to its end. Owns the socket and the watches on it, which take turns: the next frame
 * is chosen when the last one, whosever it was, is wholly with the kernel. So there is at most one frame in the
 * server's memory for each connection, and each watch gets the newest there is when its turn comes.
 */
export class WebSocketConnection {
  /** `address:port` of the other side. */
  readonly address: string;
  readonly link: TcpConnection;
  /** Whether it gave a sign of life since the last `ping()`. */
  #alive = true;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #watches = new Set<TurnTaker>();
  #handlers: ConnectionHandlers | undefined;
  #sender: TurnTaker | undefined;
  #unsentTextBytes = 0;
  #closing = false;
  #closed = false;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(
    webSocket: WebSocket,
    socket: Socket,
    address: string,
    makeLink: (connection: WebSocketConnection) => TcpConnection,
  ) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.address = address;
    socket.setNoDelay(true);
    this.link = makeLink(this);
    webSocket.on('message', (data, isBinary) => {
      this.#alive = true;
      if (isBinary) this.close(CLOSE.unsupportedData, 'messages are JSON texts');
      else if (!this.#closing) this.#handlers?.onText(data.toString());
    });
    webSocket.on('pong', () => {
      this.#alive = true;
    });
    // What is wrong was answered with a code by then; the end follows.
    webSocket.on('error', () => undefined);
    webSocket.on('close', () => this.#end());
  }

  /** Messages that came before are lost: call it at once. */
  begin(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** The only watch on it; undefined where there are none or several. */
  get onlyWatch(): TurnTaker | undefined {
    const [first] = this.#watches;
    return this.#watches.size === 1 ? first : undefined;
  }

  get isOpen(): boolean {
    return !this.#closing && !this.#closed && !this.#socket.destroyed;
  }

  /** Sends a text. A client that doesn't read is cut off. */
  send(text: string): void {
    if (!this.isOpen) return;
    const bytes = Buffer.byteLength(text);
    this.#unsentTextBytes += bytes;
    this.#webSocket.send(text, () => {
      this.#unsentTextBytes -= bytes;
    });
    if (this.#unsentTextBytes > MOST_UNSENT_TEXT_BYTES) this.terminate();
  }

  /** Takes no more messages until `resume()`, but those that have come already. */
  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    if (!this.#closed) this.#webSocket.resume();
  }

  /** Looks whether the other side is there: it answers until the next time, or is cut off then. */
  ping(): void {
    if (!this.#alive) this.terminate();
    this.#alive = false;
    if (this.isOpen) this.#webSocket.ping();
  }

  /** Ends it in order, within a second. Idempotent. */
  close(code: number, reason: string): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#closeWatches();
    this.#webSocket.close(code, reason);
    this.#closeTimer = setTimeout(() => this.terminate(), closeTimeoutMs);
  }

  /** Ends it at once. */
  terminate(): void {
    this.#webSocket.terminate();
  }

  /** The descriptor where a frame may be written past the streams of Node; else -1. For watches alone, as the rest. */
  descriptor(): number {
    return !this.isOpen || this.#socket.writableLength > 0 ? -1 : descriptorOf(this.#socket);
  }

  add(watch: TurnTaker): void {
    // What was found of the link counts for one watch that has all of it.
    this.onlyWatch?.adaptFps(null);
    this.#watches.add(watch);
    if (this.#watches.size > 1) this.link.setLinkBps(null);
  }

  remove(watch: TurnTaker): void {
    this.#watches.delete(watch);
  }

  /** Whether any watch may send now. */
  get isFree(): boolean {
    return this.#sender === undefined && this.isOpen;
  }

  /** A watch was handed a frame: the others get none until its turn ends. */
  turnBegins(sender: TurnTaker): void {
    this.#sender = sender;
    for (const watch of this.#watches) if (watch !== sender) watch.wait();
  }

  /** The kernel has the frame: whoever has waited longest and has a new one is next. */
  turnEnds(): void {
    const last = this.#sender;
    this.#sender = undefined;
    if (!this.isOpen) return;
    if (last !== undefined && this.#watches.delete(last)) this.#watches.add(last);
    for (const watch of [...this.#watches]) {
      if (!this.isFree) return;
      watch.takeTurn();
    }
  }

  #closeWatches(): void {
    for (const watch of [...this.#watches]) watch.close();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#closeTimer);
    this.#closeWatches();
    this.link.close();
    this.#handlers?.onClose();
  }
}
