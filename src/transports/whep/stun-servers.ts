import { isIPv6 } from 'node:net';
import type { IceServer } from '../../core/ice-server.js';

/** One that is asked over UDP, without encryption. */
export interface StunServer {
  readonly host: string;
  readonly port: number;
}

const defaultPort = 3478;

/**
 * The STUN servers that this server asks itself. The connections' library knows no STUN over TLS; and where the network
 * has IPv6, nothing stands behind another address that would have to be asked for.
 */
export function stunServersToAsk(servers: readonly IceServer[]): readonly StunServer[] {
  return servers.filter(canAsk).map(({ host, port = defaultPort }) => ({ host, port }));
}

/** Those that are told to viewers and not asked here. TURN servers are none of them: they are for viewers. */
export function stunServersNotAsked(servers: readonly IceServer[]): readonly IceServer[] {
  return servers.filter((server) => server.scheme.startsWith('stun') && !canAsk(server));
}

function canAsk({ scheme, host }: IceServer): boolean {
  return scheme === 'stun' && !isIPv6(host);
}
