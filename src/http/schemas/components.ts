import { z } from 'zod';

/** The schemas that have a name of their own in the API's description. */
export const components = z.registry<{ id: string; description?: string }>();

/** Null where none is waited for. */
export const nextTry = () =>
  z.iso
    .datetime()
    .nullable()
    .meta({ description: 'When the camera is tried next, UTC, RFC 3339; null while it is tried or is not down' });
export const isoTime = () => z.iso.datetime().meta({ description: 'UTC, RFC 3339' });
export const count = (description: string) => z.int().min(0).meta({ description });
export const rate = (description: string) => z.number().min(0).meta({ description });
