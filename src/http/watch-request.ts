import { firstTier } from '../adaptation/place.js';
import type { Camera } from '../camera/camera.js';
import { LensError, quote } from '../core/errors.js';
import { checkTierBounds, parseTierQuery, tierChoice } from '../hub/tier-query.js';
import type { WhepRequest } from '../transports/whep/transport.js';
import { clientAddress, type RequestContext, type Services } from './environment.js';
import { mustBeThere, tiersKnown } from './tiers-known.js';

/**
 * What a request to watch by WebRTC asks for. Throws CAMERA_NOT_FOUND, TIER_NOT_FOUND, QUERY_INVALID, and
 * VIDEO_UNAVAILABLE where there is no H.264 of the camera.
 */
export async function watchRequest(
  c: RequestContext,
  camera: Camera,
  cameras: Services['cameras'],
): Promise<WhepRequest> {
  const query = parseTierQuery(c.req.query());
  await tiersKnown(camera);
  mustBeThere(camera, cameras);
  const names = camera.tierNamesOf('h264');
  if (names.length === 0) {
    const message = `Camera ${quote(camera.id)} gives no H.264, and this machine has no encoder for it.`;
    throw new LensError('VIDEO_UNAVAILABLE', message, { hint: 'Watch its MJPEG stream, or see lenscast doctor.' });
  }
  checkTierBounds(query, camera.id, names);
  return {
    camera: camera.id,
    tier: firstTier(camera, 'h264', tierChoice(query)),
    channelOf: (tier) => camera.video(tier),
    query,
    address: clientAddress(c),
    reachedAt: c.env.incoming.socket.localAddress,
  };
}
