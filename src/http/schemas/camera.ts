import { z } from 'zod';
import { tierSchema } from '../../config/schema.js';
import { components, count, isoTime, nextTry, rate } from './components.js';

const milliseconds = z.number().min(0).nullable();

const rates = z.strictObject({
  fps: rate('Frames a second, over the last two seconds'),
  bits_per_second: count('Of one copy of the tier'),
});
const latency = z
  .strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds })
  .meta({ description: "From capture to the viewers' sockets, over the last half minute to minute" });
const encodeMs = milliseconds.meta({
  description: 'What encoding a frame took, the mean since the start; null: none was',
});

const tierVideoSchema = z
  .strictObject({
    viewers: count('Viewers on it at this moment'),
    rates,
    latency_ms: latency,
    encode_ms: encodeMs,
    keyframes: count('Keyframes since the start'),
    encoder: z
      .string()
      .nullable()
      .meta({ description: 'The GStreamer element that encodes it; null: it is passed on' }),
  })
  .register(components, { id: 'TierVideo', description: 'A tier as H.264, for WebRTC' });

export const tierViewSchema = z
  .strictObject({
    name: z.string(),
    ...tierSchema.shape,
    min_fps: tierSchema.shape.min_fps
      .unwrap()
      .nullable()
      .optional()
      .meta({ description: 'Down to so many frames a second those that show nothing new are left out; null: none is' }),
    viewers: count('Viewers on it at this moment'),
    frame: z
      .strictObject({ width: z.int().min(0), height: z.int().min(0) })
      .nullable()
      .meta({ description: "The picture's own size, while somebody watches" }),
    rates,
    latency_ms: latency,
    encode_ms: encodeMs,
    media: z.array(z.enum(['jpeg', 'h264'])).meta({ description: 'As what viewers can have it' }),
    h264: tierVideoSchema.nullable().meta({ description: 'What is told above of its JPEGs, of its video' }),
    h264_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why there is no video of it although there is of other tiers; null where there is' }),
  })
  .register(components, {
    id: 'Tier',
    description: 'A tier. `source` is the camera’s own picture and has no settings',
  });

const jobSchema = z
  .strictObject({
    element: z.string().meta({ description: 'The element of GStreamer that does it' }),
    hardware: z.boolean().meta({ description: "Whether that is the machine's chip" }),
    fallback_reason: z.string().nullable().meta({ description: 'Why the chip does not do it; null where none could' }),
  })
  .nullable();

const accelerationSchema = z
  .strictObject({ decode: jobSchema, scale: jobSchema, jpeg: jobSchema, h264: jobSchema })
  .meta({ description: 'What works on its pictures since the last start; null: nothing does, or it is not known yet' });

export const cameraViewSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    source: z.string().meta({ description: 'Its address; a password is masked' }),
    state: z.enum(['idle', 'starting', 'live', 'degraded', 'recovering', 'failed']),
    since: isoTime(),
    cause: z
      .strictObject({ code: z.string(), message: z.string(), permanent: z.boolean() })
      .nullable()
      .meta({ description: 'Why it gives no frames' }),
    attempt: count('Tries since it was last stable'),
    next_try: nextTry(),
    acceleration: accelerationSchema,
    profile: z.string().meta({ description: 'The tier that auto viewers are held to, or auto' }),
    viewers: count('Viewers at this moment'),
    fps: rate('Frames a second from the source'),
    frames: count('Frames that the source delivered'),
    corrupt_frames: count('Broken frames that were dropped'),
    h264: z
      .strictObject({ passthrough: z.boolean(), reason: z.string().nullable() })
      .meta({ description: 'Whether WebRTC viewers can have the camera’s own H.264 as it is, and if not, why' }),
    tiers: z.array(tierViewSchema).meta({ description: 'Best first' }),
  })
  .register(components, { id: 'Camera' });

export const camerasSchema = z
  .strictObject({ cameras: z.array(cameraViewSchema) })
  .register(components, { id: 'Cameras' });

/** µStreamer's `/state`. */
export const ustreamerStateSchema = z
  .strictObject({
    ok: z.boolean(),
    result: z.strictObject({
      instance_id: z.string(),
      encoder: z.strictObject({ type: z.enum(['HW', 'CPU']), quality: count('JPEG quality') }),
      source: z.strictObject({
        resolution: z.strictObject({ width: count('Pixels'), height: count('Pixels') }),
        online: z.boolean(),
        desired_fps: rate('As set'),
        captured_fps: count('As it is'),
      }),
      stream: z.strictObject({
        queued_fps: count('Of the fastest client'),
        clients: count('Clients at this moment'),
        clients_stat: z.record(
          z.string(),
          z.strictObject({
            fps: count('Frames a second'),
            extra_headers: z.boolean().optional(),
            advance_headers: z.boolean().optional(),
            dual_final_frames: z.boolean().optional(),
            zero_data: z.boolean().optional(),
            key: z.string().optional(),
          }),
        ),
      }),
    }),
  })
  .register(components, { id: 'UstreamerState', description: 'As µStreamer has it' });
