import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { LensError } from '../core/errors.js';
import type { App } from './environment.js';
import { answerUpgrades } from './upgrade.js';

export interface Listener {
  /** The port it really listens on. */
  readonly port: number;
  /** Takes no more connections, ends what is open, at the latest after `graceMs`. Idempotent. */
  close(graceMs: number): Promise<void>;
}

/** Throws PORT_IN_USE, PORT_FORBIDDEN or ADDRESS_UNAVAILABLE. */
export async function listen(app: App, host: string, port: number): Promise<Listener> {
  // An HTTP/1.0 client needn't name a host.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false, hostname: 'localhost' });
  // A client that connects and says nothing is not waited for as long as Node would.
  const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2000 };
  const server = createServer(timeouts, answer);
  const endUpgraded = answerUpgrades(server, answer);
  await bind(server, host, port);
  const bound = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    port: bound.port,
    close: (graceMs) => {
      closing ??= closeServer(server, endUpgraded, graceMs);
      return closing;
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const hint = 'Choose another one with --port or server.port.';
  switch (error.code) {
    case 'EADDRINUSE':
      return new LensError('PORT_IN_USE', `Port ${port} on ${host} is used by another program.`, { hint });
    case 'EACCES':
      return new LensError('PORT_FORBIDDEN', `Port ${port} may not be used without privileges.`, { hint });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LensError('ADDRESS_UNAVAILABLE', `This machine has no address ${host}.`, {
        hint: 'Choose another one with --host or server.host; 0.0.0.0 is every IPv4 address.',
      });
    default:
      return error;
  }
}

function closeServer(server: Server, endUpgraded: () => void, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.closeAllConnections();
      endUpgraded();
    }, graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
