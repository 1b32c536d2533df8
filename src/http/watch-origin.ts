import { LensError, quote } from '../core/errors.js';
import type { App, RequestContext, WebRtcAccess } from './environment.js';
import { isOwn } from './origin.js';

/** Whether it is one of the paths to watch by WebRTC. */
export function isWatchPath(path: string): boolean {
  return /^(?:\/cameras\/[^/]+)?\/(?:whep(?:\/[^/]+)?|webrtc)$|^\/api\/webrtc$/.test(path);
}

const exposed = 'ETag, Location, Link';
const preflightMaxAgeS = 600;

/**
 * Which pages may watch by WebRTC. Such a page can read the pictures, unlike one that embeds an MJPEG stream: any site
 * somebody in the house looks at could else look into the house. So, beside the server's own pages, only those of the
 * same host on another port may (a dashboard on the same machine), and those in `webrtc.origins`. They are allowed by
 * CORS, and can read `ETag`, `Location` and `Link`. Others are refused with ORIGIN_FORBIDDEN, also where their browser
 * wouldn't have asked first. Programs that are no browsers send no `Origin` and may watch.
 */
export function allowWatching(app: App, access: WebRtcAccess): void {
  app.use(async (c, next) => {
    if (!isWatchPath(c.req.path)) return next();
    const origin = c.req.header('Origin');
    const isAllowed = mayWatch(c, access);
    if (!isAllowed && c.req.method !== 'OPTIONS') {
      const message = `A page of ${quote(origin ?? 'another site')} may not watch by WebRTC.`;
      throw new LensError('ORIGIN_FORBIDDEN', message, { hint: 'Name its origin in webrtc.origins.' });
    }
    await next();
    const { headers } = c.res;
    headers.append('Vary', 'Origin');
    headers.set('Access-Control-Expose-Headers', exposed);
    if (!isAllowed || origin === undefined) return;
    headers.set('Access-Control-Allow-Origin', origin);
    if (c.req.method === 'OPTIONS') allowPreflight(c, headers);
  });
}

function mayWatch(c: RequestContext, { origins }: WebRtcAccess): boolean {
  const origin = c.req.header('Origin');
  if (origin !== undefined && (origins.includes('*') || origins.includes(origin))) return true;
  return isOwn((name) => c.req.header(name)) || (origin !== undefined && isOfSameHost(origin, c.req.header('Host')));
}

function isOfSameHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin) || !URL.canParse(`http://${host}`)) return false;
  const { protocol, hostname } = new URL(origin);
  return /^https?:$/.test(protocol) && hostname !== '' && hostname === new URL(`http://${host}`).hostname;
}

function allowPreflight(c: RequestContext, headers: Headers): void {
  headers.set('Access-Control-Allow-Methods', 'POST, PATCH, DELETE');
  headers.set('Access-Control-Allow-Headers', 'Content-Type, If-Match, Authorization');
  headers.set('Access-Control-Max-Age', `${preflightMaxAgeS}`);
  // A public page asks before it reaches into a private network (wicg.github.io/private-network-access).
  if (c.req.header('Access-Control-Request-Private-Network') === 'true') {
    headers.set('Access-Control-Allow-Private-Network', 'true');
  }
}
