/** An HTTP MJPEG camera on loopback: `/stream`, and `/redirect` that leads there. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpAuth, type HttpAuthOptions, httpAuth } from './http-camera/auth.js';
import type { Framing } from './http-camera/framing.js';
import { movingJpegs, stampJpeg } from './http-camera/jpegs.js';
import { type HttpCameraFault, Viewer } from './http-camera/viewer.js';

export type { HttpAuthOptions } from './http-camera/auth.js';
export type { Framing } from './http-camera/framing.js';
export { readStamp, type Stamp } from './http-camera/jpegs.js';
export type { HttpCameraFault } from './http-camera/viewer.js';

export interface HttpCameraOptions {
  /** 0 (default): any free one. */
  readonly port?: number;
  /** Pixels; 640 by default. */
  readonly width?: number;
  /** Pixels; 360 by default. */
  readonly height?: number;
  /** 30 by default. */
  readonly fps?: number;
  readonly framing?: Framing;
  /** Chunked transfer-encoding (RFC 9112, 7.1); by default the body lasts until the connection closes. */
  readonly chunked?: boolean;
  readonly auth?: HttpAuthOptions;
}

/** A running camera. A restart is another `start` with the `port` of the one before. */
export class HttpCamera {
  readonly port: number;
  readonly #server: Server;
  #jpegs: readonly Buffer[];
  readonly #options: HttpCameraOptions;
  readonly #auth: HttpAuth | null;
  readonly #viewers = new Set<Viewer>();
  readonly #startMs = performance.now();
  #timer: NodeJS.Timeout;
  #sequence = 0;
  #fault: HttpCameraFault = 'none';
  #requests = 0;
  #framesSent = 0;

  private constructor(server: Server, jpegs: readonly Buffer[], options: HttpCameraOptions) {
    this.#server = server;
    this.#jpegs = jpegs;
    this.#options = options;
    this.#auth = options.auth ? httpAuth(options.auth) : null;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => this.#answer(request, response));
    this.#timer = setTimeout(() => this.#capture(), 0);
  }

  /** Resolves once it listens on 127.0.0.1. Rejects where the port is used. */
  static async start(options: HttpCameraOptions = {}): Promise<HttpCamera> {
    const jpegs = await movingJpegs(options.width ?? 640, options.height ?? 360);
    const server = createServer();
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpCamera(server, jpegs, options);
  }

  /** Without the credentials. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/stream`;
  }

  /** Answers 302 with {@link url} as its Location. */
  get redirectUrl(): string {
    return `http://127.0.0.1:${this.port}/redirect`;
  }

  /** Requests so far, refused ones too. */
  get requests(): number {
    return this.#requests;
  }

  /** Streams open now. */
  get viewers(): number {
    return this.#viewers.size;
  }

  /** Frames sent so far, over all streams. */
  get framesSent(): number {
    return this.#framesSent;
  }

  get fault(): HttpCameraFault {
    return this.#fault;
  }

  /** What is wrong from the next frame or request on; `none` repairs it for new connections. */
  set fault(fault: HttpCameraFault) {
    this.#fault = fault;
    if (fault === 'not-found' || fault === 'server-error' || fault === 'html') {
      for (const viewer of this.#viewers) viewer.end();
    }
  }

  /** Pictures of another size from the next one on, in the same streams. */
  async changeSize(width: number, height: number): Promise<void> {
    this.#jpegs = await movingJpegs(width, height);
  }

  /** Every nonce of digest authentication given so far is stale from now on. */
  expireNonces(): void {
    this.#auth?.expireNonces();
  }

  /** Ends all connections at once and stops listening. Idempotent. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#requests++;
    if (this.#fault === 'silence') return;
    const path = (request.url ?? '').split('?')[0];
    const challenge = this.#auth?.challenge(request.method ?? '', request.url ?? '', request.headers.authorization);
    if (challenge) {
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    } else if (this.#fault === 'not-found' || (path !== '/stream' && path !== '/redirect')) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('no such stream\n');
    } else if (this.#fault === 'server-error') {
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end('the camera is out of order\n');
    } else if (this.#fault === 'html') {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Log in</title>\n');
    } else if (path === '/redirect') {
      response.writeHead(302, { Location: this.url }).end();
    } else {
      const viewer = new Viewer(response, this.#options.framing ?? {}, this.#options.chunked ?? false);
      this.#viewers.add(viewer);
      response.once('close', () => this.#viewers.delete(viewer));
    }
  }

  #capture(): void {
    const periodMs = 1000 / (this.#options.fps ?? 30);
    const nowMs = performance.now() - this.#startMs;
    const jpeg = this.#jpegs[this.#sequence % this.#jpegs.length];
    if (jpeg && this.#viewers.size > 0) {
      const stamped = stampJpeg(jpeg, this.#sequence, process.hrtime.bigint() / 1000n);
      for (const viewer of this.#viewers) {
        if (viewer.send(stamped, this.#fault) !== null) this.#framesSent++;
      }
    }
    // By the clock, so that late timers neither slow the camera down nor make it catch up in a burst.
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(nowMs / periodMs));
    this.#timer = setTimeout(() => this.#capture(), Math.max(0, this.#sequence * periodMs - nowMs));
  }
}
