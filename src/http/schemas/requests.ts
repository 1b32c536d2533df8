import { z } from 'zod';
import { tierSchema } from '../../config/schema.js';
import { components } from './components.js';

/** The bodies that the API takes. Tiers are checked against the camera's own where they are given. */

export const tierChangeSchema = tierSchema
  .extend({
    min_fps: tierSchema.shape.min_fps.unwrap().nullable().optional().meta({
      description: 'Down to so many frames a second those that show nothing new are left out; null: none is',
      allowed: 'a whole number from 1 to 240 (frames per second), or null',
    }),
  })
  .meta({ description: 'Any of the settings; the others stay', allowed: '' })
  .register(components, { id: 'TierChange', description: 'Any of the settings; the others stay' });

/** `auto` or a tier; without `tiers` any name, for the API's description. */
function tierChoice(description: string, tiers?: readonly string[]) {
  if (tiers === undefined) return z.string().meta({ description, allowed: 'auto or the name of a tier' });
  return z.enum(['auto', ...tiers]).meta({ description, allowed: `auto, ${tiers.join(', ')}` });
}

export function profileSchema(tiers?: readonly string[]) {
  const tier = tierChoice('The tier that every auto viewer is held to; auto lets go', tiers);
  return z.strictObject({ tier }).meta({ description: 'A profile', allowed: '' });
}

export function viewerChangeSchema(tiers?: readonly string[]) {
  const fps = z.number().gt(0).max(1000).nullable().meta({
    description: 'The most frames a second; null for all',
    allowed: 'a number above 0 and up to 1000, or null',
  });
  return z
    .strictObject({
      tier: tierChoice('Pins the viewer to a tier; auto leaves the choice to the server', tiers).optional(),
      fps: fps.optional(),
    })
    .meta({ description: 'What to change of a viewer', allowed: '' });
}

export const anyProfileSchema = profileSchema().register(components, { id: 'Profile' });
export const anyViewerChangeSchema = viewerChangeSchema().register(components, { id: 'ViewerChange' });
