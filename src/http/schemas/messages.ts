import { z } from 'zod';
import { tierSchema } from '../../config/schema.js';
import { components, count, isoTime, nextTry } from './components.js';
import { problemSchema } from './problem.js';

/** The JSON messages of the WebSockets, in both directions. */

const cameraId = () => z.string().meta({ description: 'The camera', allowed: 'the id of a camera' });
const optionalCamera = () =>
  cameraId()
    .optional()
    .meta({ description: 'The camera; may be left out on /cameras/{id}/ws', allowed: 'the id of a camera' });
const tierChoice = () =>
  z.string().meta({ description: 'A tier, or auto (the default)', allowed: 'auto or the name of a tier' });
const mostFps = () =>
  z.number().gt(0).max(1000).nullable().meta({
    description: 'The most frames a second; null for all',
    allowed: 'a number above 0 and up to 1000, or null',
  });
const frames = (least: number) =>
  z
    .int()
    .min(least)
    .max(1000)
    .meta({
      description: 'Frames that the client can take beside those granted before; never more than 1000 together',
      allowed: `a whole number from ${least} to 1000`,
    });

export const watchMessageSchema = z.strictObject({
  type: z.literal('watch'),
  camera: optionalCamera(),
  tier: tierChoice().optional(),
  fps: mostFps().optional(),
  frames: frames(0).optional(),
});
export const creditMessageSchema = z.strictObject({
  type: z.literal('credit'),
  camera: optionalCamera(),
  frames: frames(1),
});
export const tierMessageSchema = z.strictObject({
  type: z.literal('tier'),
  camera: optionalCamera(),
  tier: tierChoice().optional(),
  fps: mostFps().optional(),
});
export const unwatchMessageSchema = z.strictObject({ type: z.literal('unwatch'), camera: optionalCamera() });

/** By their type. */
export const clientMessageSchemas = {
  watch: watchMessageSchema,
  credit: creditMessageSchema,
  tier: tierMessageSchema,
  unwatch: unwatchMessageSchema,
} as const;

export const clientMessageSchema = z
  .discriminatedUnion('type', [watchMessageSchema, creditMessageSchema, tierMessageSchema, unwatchMessageSchema])
  .register(components, {
    id: 'ClientMessage',
    description:
      'From a WebSocket’s client: a text of at most 64 kB; a longer one, or a binary one, ends the connection',
  });

const cause = z
  .strictObject({ code: z.string(), message: z.string(), permanent: z.boolean() })
  .nullable()
  .meta({ description: 'Why it gives no frames, or too few' });
const tiers = z
  .array(z.strictObject({ name: z.string(), ...tierSchema.shape }))
  .meta({ description: 'Best first; `source` is the camera’s own picture and has no settings' });
const watching = {
  viewers: count('Viewers at this moment'),
  by_tier: z.record(z.string(), count('Viewers on this tier')),
  by_transport: z.record(z.string(), count('Viewers by this transport')),
};
const stateFields = {
  state: z.enum(['idle', 'starting', 'live', 'degraded', 'recovering', 'failed']),
  since: isoTime(),
  cause,
  attempt: count('Tries since it was last stable'),
  next_try: nextTry(),
};
const cameraStatus = z.strictObject({ id: z.string(), name: z.string(), ...stateFields, tiers, ...watching });

export const serverMessageSchema = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('hello'),
        protocol: z.literal(1),
        version: z.string().meta({ description: 'The server’s version' }),
        cameras: z.array(cameraStatus),
      })
      .meta({ description: 'The first message, with everything as it is' }),
    z
      .strictObject({ type: z.literal('cameras'), cameras: z.array(cameraStatus) })
      .meta({ description: 'Another configuration was applied: all cameras there are now' }),
    z
      .strictObject({ type: z.literal('state'), camera: z.string(), from: stateFields.state, ...stateFields })
      .meta({ description: 'A camera went into another state, or has another cause to be in the same' }),
    z
      .strictObject({ type: z.literal('tiers'), camera: z.string(), tiers })
      .meta({ description: 'A camera’s tiers, or a tier’s settings, are other ones now' }),
    z
      .strictObject({ type: z.literal('viewers'), camera: z.string(), ...watching })
      .meta({ description: 'Who watches a camera has changed; at most four times a second' }),
    z
      .strictObject({
        type: z.literal('tier'),
        viewer: z.string(),
        camera: z.string(),
        from: z.string(),
        to: z.string(),
        reason: z.enum(['late', 'link', 'probe', 'bounds', 'request']).meta({
          description:
            'late: its link carries less than was sent; link, probe: it carries more; bounds: its tier is gone, or is ' +
            'forbidden by now; request: it was asked for',
        }),
      })
      .meta({ description: 'A viewer, of whatever transport, gets another tier' }),
    z
      .strictObject({
        type: z.literal('watching'),
        camera: z.string(),
        index: z.int().min(0).max(65_535).meta({ description: 'In the header of each of its pictures' }),
        viewer: z.string().meta({ description: 'Its id in /api/viewers' }),
        tier: z.string().meta({ description: 'The tier it begins with' }),
      })
      .meta({ description: 'The answer to watch and to tier' }),
    z
      .strictObject({ type: z.literal('unwatched'), camera: z.string(), index: z.int() })
      .meta({ description: 'The watch is over, whoever ended it; its index may be given to another' }),
    z
      .strictObject({
        type: z.literal('error'),
        request: z.string().nullable().meta({ description: 'The type of the message that failed, where it has one' }),
        camera: z.string().nullable().meta({ description: 'The camera that the message named' }),
        problem: problemSchema,
      })
      .meta({ description: 'A message was not understood or not possible; the connection stays' }),
  ])
  .register(components, { id: 'ServerMessage', description: 'From the server, on a WebSocket: a text' });

export type ServerMessage = z.output<typeof serverMessageSchema>;
export type ClientMessage = z.output<typeof clientMessageSchema>;
