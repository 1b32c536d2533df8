import { putAllInBounds } from '../../adaptation/place.js';
import type { Camera } from '../../camera/camera.js';
import type { TierChange } from '../../camera/tier-settings.js';
import { methodNotAllowed } from '../../core/errors.js';
import { readBody } from '../body.js';
import { cameraView, ustreamerState } from '../camera-view.js';
import type { App, Services } from '../environment.js';
import { profileSchema, tierChangeSchema } from '../schemas/requests.js';
import { tierView } from '../tier-view.js';

/** What the server knows about its cameras, and what of it can be changed, as JSON. */
export function apiRoutes(app: App, { cameras, viewers }: Services): void {
  app.get('/api/cameras', (c) => c.json({ cameras: cameras.all().map((camera) => cameraView(camera, viewers)) }));
  app.get('/api/cameras/:id', (c) => c.json(cameraView(cameras.get(c.req.param('id')), viewers)));
  app.get('/state', (c) => c.json(ustreamerState(cameras.first(), viewers)));
  app.get('/cameras/:id/state', (c) => c.json(ustreamerState(cameras.get(c.req.param('id')), viewers)));

  app.get('/api/cameras/:id/tiers/:tier', (c) => {
    return c.json(tierView(cameras.get(c.req.param('id')), c.req.param('tier'), viewers));
  });
  app.put('/api/cameras/:id/tiers/:tier', async (c) => {
    const camera = cameras.get(c.req.param('id'));
    const tier = c.req.param('tier');
    mustHaveSettings(camera, tier);
    camera.changeTier(tier, toTierChange(await readBody(c, tierChangeSchema)));
    return c.json(tierView(camera, tier, viewers));
  });

  app.get('/api/cameras/:id/profile', (c) => c.json(profileView(cameras.get(c.req.param('id')))));
  app.put('/api/cameras/:id/profile', async (c) => {
    const camera = cameras.get(c.req.param('id'));
    const { tier } = await readBody(c, profileSchema(camera.profileNames));
    camera.holdTo(tier === 'auto' ? null : tier);
    putAllInBounds(camera, viewers);
    return c.json(profileView(camera));
  });
}

function profileView({ profile }: Camera) {
  return { tier: profile ?? 'auto' };
}

/** Throws TIER_NOT_FOUND, and METHOD_NOT_ALLOWED for the camera's own picture. */
function mustHaveSettings(camera: Camera, tier: string): void {
  if (camera.channel(tier) && camera.tierSettings(tier) !== undefined) return;
  const reason = `The tier ${tier} is the camera's own picture, untouched: it has no settings.`;
  throw methodNotAllowed('PUT', ['GET', 'HEAD', 'OPTIONS'], reason);
}

function toTierChange({ bitrate, min_fps: minFps, ...same }: ReturnType<typeof tierChangeSchema.parse>): TierChange {
  const given = Object.entries({ ...same, bitrateBps: bitrate, minFps }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
