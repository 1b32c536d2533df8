import { Hono } from 'hono';
import { LensError, toProblem } from '../core/errors.js';
import type { App, Environment, RequestContext, Services } from './environment.js';
import { methodRoutes } from './methods.js';
import { refuseForeignOrigins } from './origin.js';
import { apiRoutes } from './routes/api.js';
import { eventRoutes } from './routes/events.js';
import { healthRoutes } from './routes/health.js';
import { openApiRoutes } from './routes/openapi.js';
import { pageRoutes } from './routes/pages.js';
import { prefixedPicture, streamRoutes } from './routes/streams.js';
import { viewerRoutes } from './routes/viewers.js';
import { webRtcRoutes } from './routes/webrtc.js';
import { whepRoutes } from './routes/whep.js';
import { allowWatching, isWatchPath } from './watch-origin.js';

/** Every path of the server. Errors leave as problem+json (RFC 9457). */
export function createApp(services: Services): App {
  const app = new Hono<Environment>();
  app.onError((error, c) => problem(c, error, services));
  app.notFound((c) => {
    const message = `There is nothing at ${JSON.stringify(c.req.path.slice(0, 200))}.`;
    return problem(c, new LensError('NOT_FOUND', message, { hint: 'See / and /api/cameras.' }), services);
  });
  refuseForeignOrigins(app, isWatchPath);
  allowWatching(app, services.webRtc);
  streamRoutes(app, services);
  apiRoutes(app, services);
  viewerRoutes(app, services);
  whepRoutes(app, services);
  webRtcRoutes(app, services);
  eventRoutes(app, services);
  openApiRoutes(app, services);
  healthRoutes(app, services);
  pageRoutes(app, services);
  methodRoutes(app, (path) => (prefixedPicture(path) === undefined ? [] : ['GET']));
  return app;
}

function problem(c: RequestContext, error: Error, { log }: Services): Response {
  const body = toProblem(error);
  if (body.status >= 500 && !(error instanceof LensError)) log.error(`${c.req.method} ${c.req.path}: ${error.stack}`);
  const headers = new Headers({ 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' });
  if (error instanceof LensError && error.retryAfterS !== undefined) headers.set('Retry-After', `${error.retryAfterS}`);
  // RFC 9110, section 15.5.22.
  if (body.code === 'UPGRADE_REQUIRED') headers.set('Upgrade', 'websocket');
  if (body.code === 'METHOD_NOT_ALLOWED' && Array.isArray(body.allowed)) headers.set('Allow', body.allowed.join(', '));
  return new Response(JSON.stringify(body), { status: body.status, headers });
}
