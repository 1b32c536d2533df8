import { isIPv4, isIPv6 } from 'node:net';
import { LensError, quote } from '../core/errors.js';
import type { IceServer } from '../core/ice-server.js';
import { maskUrl } from '../core/mask.js';

/** What a server may look like, for messages and documents. */
export const ICE_SERVER_FORMS = 'stun:HOST:PORT and turn:USER:PASSWORD@HOST:PORT';

/**
 * Reads `stun:HOST:PORT` and `turn:USER:PASSWORD@HOST:PORT?transport=udp`, or with `stuns:` and `turns:`. The port and
 * the transport may be left out; an IPv6 address stands in brackets. The login is taken as it stands, not decoded.
 * Throws CONFIG_INVALID, with the password masked.
 */
export function parseIceServer(text: string): IceServer {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (!isScheme(scheme)) throw invalid(text, 'it begins with none of stun:, stuns:, turn: and turns:');
  if (rest.startsWith('//'))
    throw invalid(text, `nothing stands between "${scheme}:" and what follows, no "//" either`);
  if (scheme.startsWith('stun')) {
    if (rest.includes('@')) throw invalid(text, 'a STUN server has no user and password');
    if (rest.includes('?')) throw invalid(text, 'nothing follows the port of a STUN server');
    return { scheme, ...parsePlace(text, rest), transport: undefined, login: undefined };
  }
  const at = rest.lastIndexOf('@');
  const login = parseLogin(text, rest.slice(0, Math.max(at, 0)));
  const [, place = '', , transport] = /^([^?]*)(\?transport=(udp|tcp))?$/s.exec(rest.slice(at + 1)) ?? [];
  if (place === '') throw invalid(text, 'only "?transport=udp" or "?transport=tcp" may follow host and port');
  const chosen = transport === 'udp' || transport === 'tcp' ? transport : undefined;
  return { scheme, ...parsePlace(text, place), transport: chosen, login };
}

const schemes: readonly string[] = ['stun', 'stuns', 'turn', 'turns'] satisfies IceServer['scheme'][];

function isScheme(text: string): text is IceServer['scheme'] {
  return schemes.includes(text);
}

/** It goes into HTTP headers, which have no other characters. */
const loginText = /^([!-9;-?A-~]{1,255}):([!-?A-~]{1,255})$/;

function parseLogin(text: string, written: string): IceServer['login'] {
  const [, username, password] = loginText.exec(written) ?? [];
  if (username !== undefined && password !== undefined) return { username, password };
  throw invalid(text, 'USER:PASSWORD@ stands before the host, of printable ASCII without spaces and "@"');
}

function parsePlace(text: string, written: string): Pick<IceServer, 'host' | 'port'> {
  const [, bracketed, name = '', port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(written) ?? [];
  const host = bracketed ?? name;
  if (bracketed === undefined ? !isName(name) : !isIPv6(bracketed) || bracketed.includes('%')) {
    throw invalid(text, 'its host is no name, IPv4 address or IPv6 address in brackets');
  }
  if (port !== undefined && !isPort(port)) throw invalid(text, 'its port is no number from 1 to 65535');
  return { host, port: port === undefined ? undefined : Number(port) };
}

/** What ends in a number is an IPv4 address or none. */
function isName(text: string): boolean {
  return isIPv4(text) || (/^[\w.-]{1,253}$/.test(text) && !/(?:^|\.)\d+\.?$/.test(text));
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function invalid(text: string, reason: string): LensError {
  const message = `${quote(mask(text))} can't be used: ${reason}; allowed is ${ICE_SERVER_FORMS}.`;
  return new LensError('CONFIG_INVALID', message);
}

/** A password is one even where its host was forgotten. */
function mask(text: string): string {
  return text.includes('@') ? maskUrl(text) : text.replace(/^(turns?:[^:]*:)(?!\d{1,5}(?:\?|$)).+$/s, '$1***');
}
