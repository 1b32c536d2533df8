import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { LensError } from '../../core/errors.js';
import { type App, clientAddress, type RequestContext, type Services } from '../environment.js';
import { EventFeed } from '../events/feed.js';
import { mustBeOwn } from '../origin.js';

/** What happens, and pictures on request, over WebSockets: of one camera or of all. */
export function eventRoutes(app: App, services: Services): void {
  const feed = new EventFeed(services);
  const open = (c: RequestContext, camera: string | null): Response => {
    mustBeHandshake(c);
    mustBeOwn(c);
    const { incoming, outgoing } = c.env;
    const { socket } = outgoing;
    if (socket === null || socket.destroyed) return RESPONSE_ALREADY_SENT;
    const address = clientAddress(c);
    outgoing.detachSocket(socket);
    services.webSockets.accept(incoming, socket, address, (connection) => feed.join(connection, camera));
    return RESPONSE_ALREADY_SENT;
  };
  app.get('/api/events', (c) => open(c, null));
  app.get('/ws', (c) => open(c, services.cameras.first().id));
  app.get('/cameras/:id/ws', (c) => open(c, services.cameras.get(c.req.param('id')).id));
}

function mustBeHandshake(c: RequestContext): void {
  if (c.req.method === 'GET' && c.req.header('Upgrade')?.toLowerCase() === 'websocket') return;
  throw new LensError('UPGRADE_REQUIRED', 'Here are WebSockets alone; the request is none for one (RFC 6455).');
}
