import type { Socket } from 'node:net';
import type { SendToAll } from './fan-out.js';

/** What the transport needs of the kernel beside Node's streams. */
export interface Sockets {
  readonly sendToAll: SendToAll;
  /** Bounds what the kernel keeps for a viewer (SO_SNDBUF, socket(7)). */
  boundBuffer(descriptor: number): void;
  /** Unsent bytes in the kernel beyond which the socket takes no more (TCP_NOTSENT_LOWAT, tcp(7)). */
  setUnsentLimit(descriptor: number, bytes: number): void;
  /** Throws where the socket is gone. */
  info(descriptor: number): SocketCounters;
}

export interface SocketCounters {
  readonly ackedBytes: number;
  /** Beyond a gap, by whole segments: not among `ackedBytes` (SACK, RFC 2018). */
  readonly sackedBytes: number;
  readonly busyMs: number;
  /** Not acknowledged, the unsent ones included. */
  readonly unackedBytes: number;
  readonly rttMs: number;
  readonly minRttMs: number;
}

/** The file descriptor of a connected TCP socket, -1 where there is none. */
export function descriptorOf(socket: Socket): number {
  if (socket.destroyed) return -1;
  const handle: unknown = '_handle' in socket ? socket._handle : null;
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return -1;
  return typeof handle.fd === 'number' ? handle.fd : -1;
}
