import { z } from 'zod';
import { answerSchema, offerSchema, signalAnswerSchema, signalSchema } from '../schemas/webrtc.js';
import { json, type Operation, operation } from './operation.js';

const tierName = (description: string) => z.string().meta({ description });
const query = {
  tier: tierName(
    'A tier, or auto (the default): the best that the link carries. `source` is a camera’s own H.264; of one that was ' +
      'never seen the answer takes until it has told whether it can be passed on, at most five seconds',
  ),
  max_tier: tierName('The best tier that auto may give'),
  min_tier: tierName('The least tier that auto may give'),
};
const sdp = { 'application/sdp': null };
const bodyErrors = ['BODY_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE', 'BODY_INVALID', 'ORIGIN_FORBIDDEN'] as const;
const offerErrors = ['SDP_INVALID', 'OFFER_UNPLAYABLE', 'VIDEO_UNAVAILABLE', 'TOO_MANY_VIEWERS'] as const;
const watchErrors = [
  'CAMERA_NOT_FOUND',
  'TIER_NOT_FOUND',
  'QUERY_INVALID',
  'CAMERA_UNAVAILABLE',
  'SHUTTING_DOWN',
] as const;

const pages = `Pages of this host may use it, on whatever port, and those named in \`webrtc.origins\`.`;

function whep(prefix: string, of: string): readonly Operation[] {
  const session = `${prefix}/whep/{session}`;
  return [
    operation('post', `${prefix}/whep`, 'webrtc', `Watch ${of} by WebRTC`, {
      description:
        'WHEP (draft-ietf-wish-whep): the offer has one video to receive, H.264 with packetization-mode=1 and rtcp-mux. ' +
        'The answer has all candidates; audio and whatever else was offered is rejected in it. `Location` is the ' +
        `session, relative to this request, \`ETag\` its name for PATCH, \`Link\` the ICE servers, if any. ${pages}`,
      query,
      body: sdp,
      responses: { 201: { description: 'The answer', content: sdp } },
      errors: [...watchErrors, ...offerErrors, ...bodyErrors],
    }),
    operation('patch', session, 'webrtc', 'More candidates of the viewer', {
      description: 'Trickle ICE (RFC 8840), with `If-Match`. ICE can’t be restarted: POST a new offer.',
      body: { 'application/trickle-ice-sdpfrag': null },
      responses: { 204: { description: 'They are taken' } },
      errors: [
        ...(['CAMERA_NOT_FOUND', 'VIEWER_NOT_FOUND', 'SDP_INVALID', 'IF_MATCH_MISSING'] as const),
        ...(['ETAG_MISMATCH', 'ICE_RESTART_UNSUPPORTED'] as const),
        ...bodyErrors,
      ],
    }),
    operation('delete', session, 'webrtc', 'End the session', {
      responses: { 200: { description: 'It is over' } },
      errors: ['CAMERA_NOT_FOUND', 'VIEWER_NOT_FOUND', 'ORIGIN_FORBIDDEN'],
    }),
  ];
}

function cameraStreamer(path: string, of: string): Operation {
  return operation('post', path, 'webrtc', `Watch ${of} by WebRTC, as camera-streamer has it`, {
    description:
      '`request` is answered with an offer, which `answer` completes within ten seconds; `remote_candidate` follows as ' +
      `the client finds them. ICE servers that the client names are ignored. ${pages}`,
    query,
    body: json(signalSchema),
    responses: { 200: { description: 'An offer, an answer, or nothing', content: json(signalAnswerSchema) } },
    errors: [...watchErrors, 'VIEWER_NOT_FOUND', ...offerErrors, ...bodyErrors],
  });
}

export const webRtcOperations: readonly Operation[] = [
  ...whep('/cameras/{id}', 'a camera'),
  ...whep('', 'the first camera'),
  operation('post', '/api/webrtc', 'webrtc', 'Watch a camera by WebRTC, as go2rtc has it', {
    description: `JSON is answered with JSON, SDP with SDP. ICE servers that the client names are ignored. ${pages}`,
    query: { src: z.string().meta({ description: 'The camera; the first one where left out' }), ...query },
    body: { ...json(offerSchema), ...sdp, 'text/plain': null },
    responses: {
      200: { description: 'The answer', content: { ...json(answerSchema), 'text/plain': null } },
      201: { description: 'The answer', content: sdp },
    },
    errors: [...watchErrors, ...offerErrors, ...bodyErrors],
  }),
  cameraStreamer('/webrtc', 'the first camera'),
  cameraStreamer('/cameras/{id}/webrtc', 'a camera'),
];
