import { z } from 'zod';
import { components } from './components.js';

/** JSON that other servers' clients send and expect; further keys are theirs and ignored. */

const sdp = z.string().meta({ description: 'A session description (RFC 8866)', allowed: 'a text' });
const session = z.string().meta({ description: 'As the answer to the request told it', allowed: 'a text' });

/** go2rtc's. */
export const offerSchema = z
  .object({ type: z.literal('offer').meta({ description: 'Kind', allowed: 'offer' }), sdp })
  .meta({ description: 'An offer', allowed: '' })
  .register(components, { id: 'WebRtcOffer', description: 'An offer' });

export const answerSchema = z
  .strictObject({ type: z.literal('answer'), sdp: z.string() })
  .register(components, { id: 'WebRtcAnswer', description: 'The answer' });

/** camera-streamer's. ICE servers that it names are ignored: the server talks to nobody whom a stranger names. */
export const signalSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('request') }),
    z.object({ type: z.literal('offer'), sdp }),
    z.object({ type: z.literal('answer'), id: session, sdp }),
    z.object({
      type: z.literal('remote_candidate'),
      id: session,
      candidates: z
        .array(z.object({ candidate: z.string().max(512) }))
        .max(40)
        .meta({
          description: 'As the client finds them; the last one may be empty',
          allowed: 'a list of up to 40 objects with a candidate, a text of up to 512 characters',
        }),
    }),
  ])
  .meta({ description: 'What the client says', allowed: '' })
  .register(components, { id: 'WebRtcSignal', description: 'What a client of camera-streamer says' });

export const signalAnswerSchema = z
  .object({
    id: z.string(),
    type: z.enum(['offer', 'answer']),
    sdp: z.string(),
    iceServers: z.array(
      z.object({ urls: z.string(), username: z.string().optional(), credential: z.string().optional() }),
    ),
  })
  .partial()
  .register(components, { id: 'WebRtcSignalAnswer', description: 'Nothing where there is nothing to say' });
