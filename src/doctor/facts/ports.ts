import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { ServerConfig, WebRtcConfig } from '../../config/config.js';
import { bracketed } from '../../core/bracketed.js';
import type { Binding, PortFacts } from '../checks/ports.js';
import { findSocketUser } from './socket-user.js';

const answerTimeoutMs = 1500;

/** Tries the ports by listening on them for a moment. */
export async function gatherPorts(server: ServerConfig, webRtc: WebRtcConfig): Promise<PortFacts> {
  const [binding, udpBinding] = await Promise.all([
    tryTcp(server.host, server.port),
    webRtc.maxViewers === 0 ? null : tryUdp(webRtc.host, webRtc.port),
  ]);
  const isUsed = binding === 'used';
  return {
    host: server.host,
    http: {
      port: server.port,
      binding,
      user: isUsed ? await findSocketUser('tcp', server.port) : null,
      isLenscast: isUsed && (await answersAsLenscast(server.host, server.port)),
    },
    webRtc: udpBinding && {
      port: webRtc.port,
      host: webRtc.host,
      binding: udpBinding,
      user: udpBinding === 'used' ? await findSocketUser('udp', webRtc.port) : null,
    },
  };
}

function tryTcp(host: string, port: number): Promise<Binding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(bindingOf(error)));
    server.listen({ host, port }, () => server.close(() => resolve('free')));
  });
}

function tryUdp(host: string, port: number): Promise<Binding> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(bindingOf(error));
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve('free')));
  });
}

function bindingOf(error: Error): Binding {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'used';
  return code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'no-address';
}

/** What it serves tells a Lenscast from any other program. */
async function answersAsLenscast(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const authority = bracketed(reachable);
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const response = await fetch(`http://${authority}:${port}/api/openapi.json`, { signal });
    const document: unknown = await response.json();
    return /"title":"Lenscast"/.test(JSON.stringify(document));
  } catch {
    return false;
  }
}
