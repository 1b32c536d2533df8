import { bracketed } from './bracketed.js';

/** A STUN or TURN server: `stun:HOST:PORT` (RFC 7064) or `turn:HOST:PORT?transport=…` (RFC 7065). */
export interface IceServer {
  /** With an `s` at its end it is TLS, or DTLS. */
  readonly scheme: 'stun' | 'stuns' | 'turn' | 'turns';
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string;
  /** Undefined for the scheme's own: 3478, or 5349 with TLS. */
  readonly port: number | undefined;
  /** From there to the server; undefined where it isn't told. */
  readonly transport: 'udp' | 'tcp' | undefined;
  /** Who may be relayed: TURN servers have one, STUN servers none. */
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/** As browsers take it: without its login. */
export function iceServerUrl({ scheme, host, port, transport }: Omit<IceServer, 'login'>): string {
  return `${scheme}:${bracketed(host)}${port === undefined ? '' : `:${port}`}${transport ? `?transport=${transport}` : ''}`;
}
