/** HTTP authentication as a camera asks for it: basic (RFC 7617) and digest (RFC 7616). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type HttpAuthOptions =
  | { readonly scheme: 'basic'; readonly user: string; readonly password: string }
  | {
      readonly scheme: 'digest';
      readonly user: string;
      readonly password: string;
      readonly algorithm: 'MD5' | 'SHA-256';
      /** False: as RFC 2069 had it, without `qop`, `nc` and `cnonce`. */
      readonly qop?: boolean;
    };

/** Judges the requests of one camera. */
export interface HttpAuth {
  /** Null where the request may pass, else the `WWW-Authenticate` of its 401. */
  challenge(method: string, target: string, authorization: string | undefined): string | null;
  /** Every nonce given so far is stale from now on. */
  expireNonces(): void;
}

const realm = 'test camera';

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function basic(user: string, password: string): HttpAuth {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return {
    challenge: (_method, _target, authorization = '') =>
      same(authorization, expected) ? null : `Basic realm="${realm}", charset="UTF-8"`,
    expireNonces: () => {},
  };
}

function parameters(authorization: string): Map<string, string> {
  const pairs = authorization.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g);
  return new Map(
    [...pairs].map(([, name = '', quoted, token]) => [name, quoted?.replace(/\\(.)/g, '$1') ?? token ?? '']),
  );
}

type DigestOptions = Extract<HttpAuthOptions, { scheme: 'digest' }>;

class DigestAuth implements HttpAuth {
  readonly #options: DigestOptions;
  /** Nonce to the highest `nc` seen with it: a repeated one is a replay. */
  readonly #nonces = new Map<string, number>();
  readonly #opaque = randomBytes(8).toString('hex');

  constructor(options: DigestOptions) {
    this.#options = options;
  }

  challenge(method: string, target: string, authorization = ''): string | null {
    const given = parameters(authorization);
    if (!authorization.startsWith('Digest ') || !this.#responseFits(method, target, given)) return this.#ask(false);
    const nonce = given.get('nonce') ?? '';
    const known = this.#nonces.get(nonce);
    if (known === undefined) return this.#ask(true);
    if (this.#options.qop === false) return null;
    const count = Number.parseInt(given.get('nc') ?? '', 16);
    if (!(count > known)) return this.#ask(true);
    this.#nonces.set(nonce, count);
    return null;
  }

  expireNonces(): void {
    this.#nonces.clear();
  }

  #ask(stale: boolean): string {
    const { algorithm, qop } = this.#options;
    const nonce = randomBytes(16).toString('base64url');
    this.#nonces.set(nonce, 0);
    const fields = [`realm="${realm}"`, `nonce="${nonce}"`, `opaque="${this.#opaque}"`, `algorithm=${algorithm}`];
    if (qop !== false) fields.push('qop="auth"');
    if (stale) fields.push('stale=true');
    return `Digest ${fields.join(', ')}`;
  }

  /** RFC 7616, 3.4.1 to 3.4.3. */
  #responseFits(method: string, target: string, given: Map<string, string>): boolean {
    const { algorithm, user, password, qop } = this.#options;
    const hash = (...parts: (string | undefined)[]) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(parts.join(':'))
        .digest('hex');
    const fixed: [string, string][] = [
      ['username', user],
      ['realm', realm],
      ['uri', target],
      ['opaque', this.#opaque],
    ];
    if (!fixed.every(([name, value]) => given.get(name) === value)) return false;
    if ((given.get('algorithm') ?? 'MD5') !== algorithm) return false;
    if (qop !== false && (given.get('qop') !== 'auth' || !given.get('cnonce'))) return false;
    const secret = hash(user, realm, password);
    const request = hash(method, target);
    const nonce = given.get('nonce');
    const expected =
      qop === false
        ? hash(secret, nonce, request)
        : hash(secret, nonce, given.get('nc'), given.get('cnonce'), 'auth', request);
    return same(given.get('response') ?? '', expected);
  }
}

export function httpAuth(options: HttpAuthOptions): HttpAuth {
  return options.scheme === 'basic' ? basic(options.user, options.password) : new DigestAuth(options);
}
