import type { Camera } from '../../camera/camera.js';
import { LensError, quote } from '../../core/errors.js';
import { readText } from '../body.js';
import type { App, RequestContext, Services } from '../environment.js';
import { iceLinks } from '../ice-links.js';
import { watchByWebRtc } from '../watch-by-webrtc.js';

const sdpType = 'application/sdp';
const fragmentType = 'application/trickle-ice-sdpfrag';
export const mostSdpBytes = 64 * 1024;

/**
 * WebRTC by WHEP (draft-ietf-wish-whep, which follows RFC 9725). One POST has everything: the answer has all candidates.
 * A session takes candidates that come later, and never restarts ICE: who changes networks asks for a new one.
 */
export function whepRoutes(app: App, services: Services): void {
  const { cameras, whep, webRtc } = services;
  const links = iceLinks(webRtc.iceServers);
  const cameraOf = (c: RequestContext): Camera => {
    const id = c.req.param('id');
    return id === undefined ? cameras.first() : cameras.get(id);
  };
  const begin = async (c: RequestContext): Promise<Response> => {
    const camera = cameraOf(c);
    const offer = await readText(c, [sdpType], mostSdpBytes);
    const { id, etag, sdp } = await watchByWebRtc(c, camera, services, offer);
    c.header('Location', sessionReference(c, camera.id, id));
    c.header('ETag', etag);
    c.header('Accept-Patch', fragmentType);
    c.header('Cache-Control', 'no-store');
    if (links !== undefined) c.header('Link', links);
    return c.body(sdp, 201, { 'Content-Type': sdpType });
  };
  const trickle = async (c: RequestContext): Promise<Response> => {
    const [camera, id] = [cameraOf(c).id, c.req.param('session') ?? ''];
    const etag = whep.etagOf(camera, id);
    const fragment = await readText(c, [fragmentType], mostSdpBytes);
    mustMatch(c.req.header('If-Match'), etag);
    whep.trickle(camera, id, fragment);
    return c.body(null, 204);
  };
  const end = (c: RequestContext): Response => {
    whep.end(cameraOf(c).id, c.req.param('session') ?? '');
    return c.body(null, 200);
  };
  for (const prefix of ['/cameras/:id', '']) {
    app.use(`${prefix}/whep`, async (c, next) => {
      await next();
      if (c.req.method !== 'OPTIONS') return;
      c.res.headers.set('Accept-Post', sdpType);
      if (links !== undefined) c.res.headers.set('Link', links);
    });
    app.post(`${prefix}/whep`, begin);
    app.patch(`${prefix}/whep/:session`, trickle);
    app.delete(`${prefix}/whep/:session`, end);
  }
}

/**
 * A session's URL relative to the request's, against which who asked resolves it (RFC 9110, 10.2.2): a reverse proxy may
 * have taken a prefix away that nobody here knows. Where none was taken, clients that resolve it against the root find it
 * as well.
 */
export function sessionReference(c: RequestContext, camera: string, session: string): string {
  const depth = c.req.path.split('/').length - 2;
  return `${'../'.repeat(depth) || './'}cameras/${encodeURIComponent(camera)}/whep/${session}`;
}

/** RFC 9725, 4.3.1. Throws IF_MATCH_MISSING and ETAG_MISMATCH. */
function mustMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined) {
    throw new LensError('IF_MATCH_MISSING', `The request has no If-Match; it is ${etag}, as ETag told, or *.`);
  }
  const given = ifMatch.split(',').map((tag) => tag.trim());
  if (given.includes('*') || given.includes(etag)) return;
  throw new LensError('ETAG_MISMATCH', `If-Match is ${quote(ifMatch)}, and the session is ${etag}.`);
}
