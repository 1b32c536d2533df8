import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { IceUdpMuxListener } from 'node-datachannel';
import { LensError } from '../../core/errors.js';

/** The one UDP port of all viewers, held from the server's start to its end. */
export interface UdpPort {
  readonly port: number;
  /** What libjuice binds to; undefined for all addresses. */
  readonly bindAddress: string | undefined;
  /** The one address that is listened on; null for all. */
  readonly boundTo: string | null;
  readonly hasIpv6: boolean;
  /** Gives the port back, once no connection is left on it. Idempotent. */
  close(): void;
}

/**
 * Takes the port: without a listener libjuice would open it with the first connection and leave it with the last one.
 * Throws PORT_IN_USE, PORT_FORBIDDEN or ADDRESS_UNAVAILABLE.
 */
export async function openUdpPort(host: string, port: number): Promise<UdpPort> {
  const address = await resolve(host);
  const isAny = address === '0.0.0.0' || address === '::';
  const hasIpv6 = isAny ? await canBind('::') : isIP(address) === 6;
  const wanted = isAny ? (hasIpv6 ? '::' : '0.0.0.0') : address;
  // libjuice takes no port 0, and tells no reason where it fails.
  const bound = await bindOnce(wanted, port).catch((error: unknown) => {
    throw portError(error, host, port);
  });
  const bindAddress = isAny && hasIpv6 ? undefined : wanted;
  const listener = listen(bound, bindAddress, host);
  let isClosed = false;
  return {
    port: bound,
    bindAddress,
    boundTo: isAny ? null : address,
    hasIpv6,
    close: () => {
      if (isClosed) return;
      isClosed = true;
      listener.stop();
    },
  };
}

function listen(port: number, bindAddress: string | undefined, host: string): IceUdpMuxListener {
  try {
    return bindAddress === undefined ? new IceUdpMuxListener(port) : new IceUdpMuxListener(port, bindAddress);
  } catch (error) {
    // Taken in the moment since it was found free.
    throw portError(error, host, port);
  }
}

async function resolve(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw portError(error, host, 0);
  }
}

async function canBind(address: string): Promise<boolean> {
  try {
    await bindOnce(address, 0);
    return true;
  } catch {
    return false;
  }
}

/** The port that was bound, and given back at once. */
async function bindOnce(address: string, port: number): Promise<number> {
  const socket: Socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((bound, failed) => {
      socket.once('error', failed);
      socket.bind({ address, port, exclusive: true }, bound);
    });
    return socket.address().port;
  } finally {
    await new Promise<void>((closed) => socket.close(() => closed()));
  }
}

function portError(error: unknown, host: string, port: number): LensError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const hint = 'Choose another one with webrtc.port, or do without WebRTC with webrtc.max_viewers: 0.';
  switch (code) {
    case 'EACCES':
      return new LensError('PORT_FORBIDDEN', `UDP port ${port} (webrtc.port) may not be used without privileges.`, {
        hint,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LensError('ADDRESS_UNAVAILABLE', `This machine has no address ${host} (webrtc.host).`, {
        hint: 'Choose another one with webrtc.host; 0.0.0.0 and :: are all addresses.',
      });
    default:
      return new LensError('PORT_IN_USE', `UDP port ${port} (webrtc.port) on ${host} is used by another program.`, {
        hint,
        cause: error,
      });
  }
}
