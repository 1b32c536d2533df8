import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { firstTier } from '../../adaptation/place.js';
import type { Camera } from '../../camera/camera.js';
import { isDelivering, isDown } from '../../camera/supervisor.js';
import { snapshotUnavailable } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { checkTierBounds, tierChoice } from '../../hub/tier-query.js';
import type { TierChoice } from '../../hub/viewer-registry.js';
import { CONTENT_TYPE } from '../../transports/mjpeg/parts.js';
import { parseStreamQuery } from '../../transports/mjpeg/query.js';
import { parseMaxAge, serveSnapshot } from '../../transports/snapshot/serve.js';
import { takeSnapshot } from '../../transports/snapshot/take.js';
import { type App, clientAddress, type RequestContext, type Services } from '../environment.js';
import { mustBeThere, tiersKnown } from '../tiers-known.js';

const snapshotTimeoutMs = 1900;

/** The pictures: MJPEG streams and snapshots, under Lenscast's own paths and those of µStreamer and mjpg-streamer. */
export function streamRoutes(app: App, services: Services): void {
  const { cameras } = services;
  const stream = (c: RequestContext, camera: Camera) => serveStream(c, camera, services);
  const snapshot = (c: RequestContext, camera: Camera) => servePicture(c, camera, services);

  // `?action=` counts before the path: mjpg-streamer's clients ask `/`, `/webcam/`, `/webcam`.
  app.use(async (c, next) => {
    const action = c.req.query('action');
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next();
    if (action === 'stream') return stream(c, cameraOfPath(c.req.path, services));
    if (action === 'snapshot') return snapshot(c, cameraOfPath(c.req.path, services));
    return next();
  });
  app.get('/cameras/:id/stream', (c) => stream(c, cameras.get(c.req.param('id'))));
  app.get('/cameras/:id/snapshot', (c) => snapshot(c, cameras.get(c.req.param('id'))));
  app.get('/cameras/:id/snapshot.jpg', (c) => snapshot(c, cameras.get(c.req.param('id'))));
  // Behind a proxy that leaves its own prefix in front.
  app.get('*', (c, next) => {
    const last = prefixedPicture(c.req.path);
    if (last === undefined) return next();
    const camera = cameraOfPath(c.req.path, services);
    return last === 'stream' ? stream(c, camera) : snapshot(c, camera);
  });
}

/** Which picture a path asks for, behind whatever prefix; undefined for none. */
export function prefixedPicture(path: string): string | undefined {
  return /^(?!\/(?:api|cameras)\/).*\/(stream|snapshot|snapshot\.jpg)\/?$/.exec(path)?.[1];
}

function cameraOfPath(path: string, { cameras }: Services): Camera {
  const id = /\/cameras\/([^/]+)/.exec(path)?.[1];
  return id === undefined ? cameras.first() : cameras.get(decoded(id));
}

/** What is not percent-encoded rightly stays as it is, as in the parameters of Hono's paths. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function serveStream(c: RequestContext, camera: Camera, { cameras, mjpeg }: Services): Promise<Response> {
  const query = parseStreamQuery(c.req.query());
  await tiersKnown(camera);
  mustBeThere(camera, cameras);
  checkTierBounds(query, camera.id, camera.tierNames);
  const tier = firstTier(camera, 'jpeg', tierChoice(query));
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store' });
  const isOnline = () => isDelivering(camera.supervision.state);
  const channelOf = (name: string) => camera.channel(name);
  const address = clientAddress(c);
  mjpeg.serve(c.env.outgoing, { camera: camera.id, tier, channelOf, query, address, isOnline });
  return RESPONSE_ALREADY_SENT;
}

async function servePicture(c: RequestContext, camera: Camera, { cameras, clock }: Services): Promise<Response> {
  const startMs = clock();
  const maxAgeMs = parseMaxAge(c.req.query('max_age'));
  await tiersKnown(camera);
  mustBeThere(camera, cameras);
  const tier = c.req.query('tier') || 'auto';
  const choice: TierChoice = tier === 'auto' ? { mode: 'auto' } : { mode: 'fixed', fixedTier: tier };
  const channel = camera.channel(firstTier(camera, 'jpeg', choice));
  const timeoutMs = Math.max(1, snapshotTimeoutMs - (clock() - startMs));
  const own = isDown(camera.supervision.state) ? null : await takeSnapshot(channel, { maxAgeMs, timeoutMs, clock });
  const frame = newerOf(own, keptPicture(camera, channel.name));
  const isTooOld = frame !== null && c.req.query('max_age') !== undefined && frame.captureMs < startMs - maxAgeMs;
  const { state, cause } = camera.supervision;
  if (frame === null || isTooOld) {
    frame?.release();
    throw snapshotUnavailable(camera.id, cause === null ? `it is ${state}` : `it is ${state}, ${cause.message}`, 2);
  }
  serveSnapshot(c.env.outgoing, frame, { online: isDelivering(state), ageMs: clock() - frame.captureMs });
  return RESPONSE_ALREADY_SENT;
}

/** Releases the other. */
function newerOf(one: Frame | null, other: Frame | null): Frame | null {
  if (one === null || other === null) return one ?? other;
  const [newer, older] = one.captureMs >= other.captureMs ? [one, other] : [other, one];
  older.release();
  return newer;
}

/** The last picture of a camera that gives none now, with one reference for the caller; null where there never was one. */
function keptPicture(camera: Camera, tier: string): Frame | null {
  const kept = camera.lastPicture(tier);
  if (kept === null) return null;
  const { data, width, height, captureMs } = kept;
  return new Frame({ data, width, height, captureMs, sequence: 0 }, () => undefined);
}
