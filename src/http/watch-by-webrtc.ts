import { firstTier } from '../adaptation/place.js';
import type { Camera } from '../camera/camera.js';
import { isKnown } from '../camera/own-frames.js';
import { waitForOwnVideo } from '../camera/own-video-wait.js';
import { LensError, quote, tierNotFound } from '../core/errors.js';
import { checkTierBounds, parseTierQuery, type TierQuery, tierChoice } from '../hub/tier-query.js';
import { SOURCE_TIER } from '../pipeline/plan.js';
import type { Established, WhepRequest } from '../transports/whep/transport.js';
import { clientAddress, type RequestContext, type Services } from './environment.js';
import { whyNoVideo } from './tier-view.js';
import { mustBeThere, tiersKnown } from './tiers-known.js';

// A camera that is slow to begin isn't to keep viewers from seeing that it is. Who wants its own video waits for that.
const patienceMs = 2000;
const ownVideoTimeoutMs = 5000;
const retryAfterS = 2;

/**
 * Begins what a request to watch by WebRTC asks for: answers its offer, or makes one where it brings none. Where it
 * isn't known yet whether viewers can have the camera's own H.264, the camera is started and asked first: at most 2 s,
 * or 5 s where that is the tier that was named. Throws CAMERA_NOT_FOUND, TIER_NOT_FOUND, QUERY_INVALID, CAMERA_UNAVAILABLE
 * where the camera didn't tell, VIDEO_UNAVAILABLE where there is no H.264 of it, and what the transport throws.
 */
export async function watchByWebRtc(
  c: RequestContext,
  camera: Camera,
  { cameras, whep }: Pick<Services, 'cameras' | 'whep'>,
  offer: string | null,
): Promise<Established> {
  const query = parseTierQuery(c.req.query());
  await tiersKnown(camera);
  mustBeThere(camera, cameras);
  const begin = () => {
    const request = watchRequest(c, camera, query);
    return offer === null ? whep.offer(request) : whep.answer(offer, request);
  };
  if (!isInQuestion(camera, query)) return begin();
  // No camera is started for somebody who can't watch it.
  whep.mustTake(offer);
  const { known, release } = waitForOwnVideo(camera, namesSource(query) ? ownVideoTimeoutMs : patienceMs);
  try {
    await known;
    mustBeThere(camera, cameras);
    return await begin();
  } finally {
    release();
  }
}

/** Whether it has to be known, and isn't yet, if the viewer can have the camera's own video. */
function isInQuestion(camera: Camera, query: TierQuery): boolean {
  if (isKnown(camera.sourceVideo)) return false;
  if (namesSource(query)) return true;
  return query.tier === 'auto' && query.maxTier === undefined && [null, SOURCE_TIER].includes(camera.profile);
}

function namesSource({ tier, maxTier, minTier }: TierQuery): boolean {
  return [tier, maxTier, minTier].includes(SOURCE_TIER);
}

function watchRequest(c: RequestContext, camera: Camera, query: TierQuery): WhepRequest {
  const names = camera.tierNamesOf('h264');
  if (namesSource(query) && !names.includes(SOURCE_TIER)) throw withoutSource(camera, names);
  if (names.length === 0) {
    const message = `Camera ${quote(camera.id)} gives no H.264, and this machine has no encoder for it.`;
    throw new LensError('VIDEO_UNAVAILABLE', message, { hint: 'Watch its MJPEG stream, or see lenscast doctor.' });
  }
  mustHaveVideo(camera, query, names);
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

/** A tier that is there, and not as H.264, is told apart from one that isn't. Throws TIER_NOT_FOUND. */
function mustHaveVideo(camera: Camera, { tier, maxTier, minTier }: TierQuery, names: readonly string[]): void {
  for (const name of [tier, maxTier, minTier]) {
    if (name === undefined || names.includes(name)) continue;
    const reason = whyNoVideo(camera, name);
    if (reason !== null) throw tierNotFound(name, camera.id, names, reason);
  }
}

function withoutSource(camera: Camera, names: readonly string[]): LensError {
  const { id, sourceVideo, supervision } = camera;
  if (isKnown(sourceVideo)) return tierNotFound(SOURCE_TIER, id, names, sourceVideo.reason ?? undefined);
  const { state, cause } = supervision;
  const why = cause === null ? `it is ${state} and gave no keyframe yet` : `it is ${state}, ${cause.message}`;
  const message = `Whether viewers can have the own video of camera ${quote(id)} is not known: ${why}.`;
  return new LensError('CAMERA_UNAVAILABLE', message, { retryAfterS, details: { camera: id } });
}
