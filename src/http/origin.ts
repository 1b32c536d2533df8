import { LensError, quote } from '../core/errors.js';
import type { App, RequestContext } from './environment.js';

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what pages of other sites try to change, with ORIGIN_FORBIDDEN.
 *
 * The server trusts whoever reaches it, often just because it listens on loopback or in a home's network. The browser of
 * somebody in there reaches it too, on behalf of any page it shows. No response allows such a page anything by CORS, so
 * it can't read what it asks for, nor send what needs asking first (PUT, PATCH, DELETE, JSON). That leaves requests that
 * browsers send unasked, such as a form's POST: they are refused here by what browsers say of them and pages can't
 * forge. `Sec-Fetch-Site` counts first (Fetch Metadata; sent to loopback and over HTTPS): only `same-origin`, and `none`
 * for what a person typed. Without it, `Origin` must name the host that was asked (RFC 6454, section 7), or the one that a proxy
 * says was asked: a page can't set X-Forwarded-Host without asking first. Programs that are no browsers send neither
 * header and may do all.
 *
 * GET changes nothing and stays free for all: pictures may be embedded anywhere. A name that an attacker points at this
 * machine's address (DNS rebinding) makes his page one of ours in the browser's eyes, for reading too; a proxy that knows
 * its own names keeps it out.
 */
export function refuseForeignOrigins(app: App, watching: (path: string) => boolean): void {
  app.use(async (c, next) => {
    // Paths to watch by WebRTC have rules of their own.
    if (!safeMethods.includes(c.req.method) && !watching(c.req.path)) mustBeOwn(c);
    await next();
  });
}

/** Throws ORIGIN_FORBIDDEN. For WebSockets besides: no CORS keeps other sites from reading those (RFC 6455, 10.2). */
export function mustBeOwn(c: RequestContext): void {
  if (isOwn((name) => c.req.header(name))) return;
  const from = c.req.header('Origin') ?? 'another site';
  throw new LensError('ORIGIN_FORBIDDEN', `A page of ${quote(from)} may change nothing here.`);
}

export function isOwn(header: (name: string) => string | undefined): boolean {
  const site = header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = header('Origin');
  if (origin === undefined) return true;
  const asked = [header('Host'), header('X-Forwarded-Host')?.split(',')[0]?.trim()];
  return asked.some((host) => host !== undefined && isHostOf(origin, host));
}

/** Compares as URLs: `http://cam:80` is of the host `cam`. */
function isHostOf(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: own } = new URL(origin);
  const asked = `${protocol}//${host}`;
  return /^https?:$/.test(protocol) && URL.canParse(asked) && new URL(asked).host === own;
}
