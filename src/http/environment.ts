import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { CameraDirectory } from '../camera/directory.js';
import { bracketed } from '../core/bracketed.js';
import type { Clock } from '../core/clock.js';
import type { IceServer } from '../core/ice-server.js';
import type { Log } from '../core/log.js';
import type { EventBus } from '../hub/events.js';
import type { ViewerRegistry } from '../hub/viewer-registry.js';
import type { MjpegTransport } from '../transports/mjpeg/transport.js';
import type { WebSocketTransport } from '../transports/websocket/transport.js';
import type { WhepTransport } from '../transports/whep/transport.js';

/** What the routes work on; `server.ts` makes it. */
export interface Services {
  readonly cameras: CameraDirectory;
  readonly viewers: ViewerRegistry;
  readonly events: EventBus;
  readonly mjpeg: MjpegTransport;
  readonly webSockets: WebSocketTransport;
  readonly whep: WhepTransport;
  readonly webRtc: WebRtcAccess;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}

/** Who may watch by WebRTC, and what viewers are told to reach the server. */
export interface WebRtcAccess {
  /** `https://host:port` of pages of other sites; `*` for all. */
  readonly origins: readonly string[];
  readonly iceServers: readonly IceServer[];
}

/** Prometheus' text format. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
}

export type Environment = { Bindings: HttpBindings };
export type App = Hono<Environment>;
export type RequestContext = Context<Environment>;

/** `address:port` of the client; an IPv6 address in brackets. */
export function clientAddress(c: RequestContext): string {
  const { remoteAddress = '?', remotePort = 0 } = c.env.incoming.socket;
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return `${bracketed(address)}:${remotePort}`;
}
