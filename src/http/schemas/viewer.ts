import { z } from 'zod';
import { components, count, isoTime, rate } from './components.js';

export const viewerViewSchema = z
  .strictObject({
    id: z.string(),
    camera: z.string(),
    transport: z.string().meta({ description: 'mjpeg, websocket or webrtc' }),
    address: z.string().meta({ description: 'address:port of the other side' }),
    tier: z.string().meta({ description: 'The tier it gets now' }),
    mode: z.enum(['auto', 'fixed']).meta({ description: 'Whether the server chooses the tier' }),
    max_tier: z.string().nullable().meta({ description: 'The best tier that auto may give it' }),
    min_tier: z.string().nullable().meta({ description: 'The least tier that auto may give it' }),
    max_fps: rate('The most frames a second that it wants').nullable(),
    fps: rate('Frames a second, over the last two seconds'),
    bits_per_second: count('As sent, over the last two seconds'),
    delivered: count('Frames sent'),
    dropped: z.strictObject({
      slow: count('Left out because it was still busy'),
      fps: count('Left out because of a frame rate limit'),
    }),
    link: z.strictObject({
      bits_per_second: count('What its link can carry').nullable(),
      rtt_ms: rate('Round trip').nullable(),
    }),
    age_ms: z
      .strictObject({ p50: z.number().min(0).nullable(), p95: z.number().min(0).nullable() })
      .meta({ description: 'How old frames are when it has them' }),
    rtp: z
      .strictObject({
        timestamp: z.int().min(0).max(0xffffffff).meta({ description: 'Of what is captured now, 90 kHz' }),
        unix_ms: z.number().meta({ description: 'Now, in milliseconds since 1970' }),
      })
      .nullable()
      .meta({ description: 'How the RTP timestamps of its video tell the time, as a sender report has it' }),
    since: isoTime(),
  })
  .register(components, { id: 'Viewer', description: 'Null is what is not known, or not bounded' });

export const viewersSchema = z
  .strictObject({ viewers: z.array(viewerViewSchema) })
  .register(components, { id: 'Viewers' });
