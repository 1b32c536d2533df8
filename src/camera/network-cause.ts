import { connect } from 'node:net';
import type { Cause } from './supervisor.js';

const words: Readonly<Record<string, (place: string) => string>> = {
  ECONNREFUSED: (place) => `${place} refuses the connection`,
  ECONNRESET: (place) => `${place} closed the connection`,
  EHOSTUNREACH: (place) => `no route to ${place}`,
  ENETUNREACH: (place) => `no network that leads to ${place}`,
  ENOTFOUND: (place) => `the name of ${place} cannot be resolved`,
  EAI_AGAIN: (place) => `the name of ${place} cannot be resolved now`,
  ETIMEDOUT: (place) => `${place} does not answer`,
};

/** What an error of a socket means to the camera's owner; `place` is the camera's host. */
export function networkCause(error: Error, place: string): Cause {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = words[code]?.(place) ?? `${place} failed: ${error.message}`;
  return { code: code === 'ECONNRESET' ? 'ended' : 'unreachable', message, permanent: false };
}

/** Where a camera listens. */
export interface NetworkAddress {
  readonly host: string;
  readonly port: number;
}

/** Connects once to find out why nobody else could; null where that works. `rtspsrc` keeps the reason to itself. */
export function whyUnreachable(address: NetworkAddress, place: string, timeoutMs: number): Promise<Cause | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const finish = (cause: Cause | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(cause);
    };
    const late = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => finish(networkCause(late, place)), timeoutMs);
    socket.on('error', (error) => finish(networkCause(error, place)));
    socket.on('connect', () => finish(null));
  });
}
