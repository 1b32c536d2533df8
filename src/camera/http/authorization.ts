import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface AuthorizedRequest {
  readonly method: string;
  /** The request target: path and query (RFC 7616, section 3.4). */
  readonly target: string;
}

/**
 * The Authorization header that answers a WWW-Authenticate header: Digest (RFC 7616; MD5, SHA-256, their `-sess`
 * forms, with and without `qop=auth`) where it is offered, else Basic (RFC 7617). Null where neither is.
 */
export function authorize(
  challenge: string,
  credentials: Credentials,
  request: AuthorizedRequest,
  clientNonce = randomBytes(16).toString('hex'),
): string | null {
  const offers = digestOffers(challenge);
  const digest = offers.find(({ algorithm }) => /^sha-256/i.test(algorithm)) ?? offers[0];
  if (digest !== undefined) return digestAuthorization(digest, credentials, request, clientNonce);
  return /(^|,)\s*basic\b/i.test(challenge) ? basicAuthorization(credentials) : null;
}

export function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** Across a redirect: only to the host that they were given for, and never from an encrypted way onto an open one. */
export function mayKeepCredentials(from: URL, to: URL): boolean {
  return to.host === from.host && (to.protocol === from.protocol || to.protocol === 'https:');
}

interface DigestOffer {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: string;
  readonly qop: 'auth' | undefined;
}

const hashes: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256' };

function digestOffers(challenge: string): readonly DigestOffer[] {
  const schemes = challenge.split(/(?:^|,)\s*(?=(?:digest|basic)\s)/i).filter((part) => /^\s*digest\s/i.test(part));
  return schemes.flatMap((scheme) => {
    const fields = new Map<string, string>();
    for (const [, name, quotedValue, plainValue] of scheme.matchAll(
      /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g,
    )) {
      fields.set((name ?? '').toLowerCase(), quotedValue ?? plainValue ?? '');
    }
    const algorithm = fields.get('algorithm') ?? 'MD5';
    const known = hashes[algorithm.toLowerCase().replace(/-sess$/, '')] !== undefined;
    const nonce = fields.get('nonce');
    if (!known || nonce === undefined) return [];
    const qop = /\bauth\b(?!-)/i.test(fields.get('qop') ?? '') ? ('auth' as const) : undefined;
    return [{ realm: fields.get('realm') ?? '', nonce, opaque: fields.get('opaque'), algorithm, qop }];
  });
}

function digestAuthorization(
  { realm, nonce, opaque, algorithm, qop }: DigestOffer,
  { user, password }: Credentials,
  { method, target }: AuthorizedRequest,
  clientNonce: string,
): string {
  const hash = (text: string) =>
    createHash(hashes[algorithm.toLowerCase().replace(/-sess$/, '')] ?? 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const count = '00000001';
  const secret = hash(`${user}:${realm}:${password}`);
  const a1 = /-sess$/i.test(algorithm) ? hash(`${secret}:${nonce}:${clientNonce}`) : secret;
  const a2 = hash(`${method}:${target}`);
  const response = hash(
    qop === undefined ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${count}:${clientNonce}:${qop}:${a2}`,
  );
  // Node writes headers as Latin-1: each character stands for one byte of UTF-8.
  const text = (value: string) => `"${Buffer.from(value, 'utf8').toString('latin1').replace(/["\\]/g, '\\$&')}"`;
  const fields = [
    `username=${text(user)}`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri=${text(target)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`, `cnonce="${clientNonce}"`]),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ];
  return `Digest ${fields.join(', ')}`;
}
