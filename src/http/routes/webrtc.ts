import type { Camera } from '../../camera/camera.js';
import { parseCandidate } from '../../transports/whep/sdp/candidate.js';
import { bodyType, checkBody, readText } from '../body.js';
import type { App, RequestContext, Services } from '../environment.js';
import { browserIceServer } from '../ice-links.js';
import { offerSchema, signalSchema } from '../schemas/webrtc.js';
import { watchByWebRtc } from '../watch-by-webrtc.js';
import { mostSdpBytes, sessionReference } from './whep.js';

/** WebRTC as go2rtc's and camera-streamer's clients ask for it. */
export function webRtcRoutes(app: App, services: Services): void {
  const { cameras } = services;
  app.post('/api/webrtc', (c) => {
    const source = c.req.query('src');
    return answerInKind(c, source === undefined ? cameras.first() : cameras.get(source), services);
  });
  app.post('/webrtc', (c) => signal(c, cameras.first(), services));
  app.post('/cameras/:id/webrtc', (c) => signal(c, cameras.get(c.req.param('id')), services));
}

const jsonType = 'application/json';
const sdpType = 'application/sdp';

/** go2rtc's: an offer as JSON is answered with JSON, one as SDP as WHEP does it, and one as text with a text. */
async function answerInKind(c: RequestContext, camera: Camera, services: Services): Promise<Response> {
  const type = bodyType(c);
  const body = await readText(c, [jsonType, sdpType, 'text/plain', ''], mostSdpBytes);
  const offer = type === jsonType ? checkBody(body, offerSchema).sdp : body;
  const { id, etag, sdp } = await watchByWebRtc(c, camera, services, offer);
  c.header('Location', sessionReference(c, camera.id, id));
  c.header('ETag', etag);
  c.header('Cache-Control', 'no-store');
  if (type === jsonType) return c.json({ type: 'answer', sdp });
  return c.body(sdp, type === sdpType ? 201 : 200, { 'Content-Type': type === '' ? sdpType : type });
}

/** camera-streamer's: the server makes the offer, and all messages go to one path. */
async function signal(c: RequestContext, camera: Camera, services: Services): Promise<Response> {
  const { whep, webRtc } = services;
  const said = checkBody(await readText(c, [jsonType], mostSdpBytes), signalSchema);
  c.header('Cache-Control', 'no-store');
  switch (said.type) {
    case 'request': {
      const { id, sdp } = await watchByWebRtc(c, camera, services, null);
      return c.json({ id, type: 'offer', sdp, iceServers: webRtc.iceServers.map(browserIceServer) });
    }
    case 'offer': {
      const { id, sdp } = await watchByWebRtc(c, camera, services, said.sdp);
      return c.json({ id, type: 'answer', sdp });
    }
    case 'answer':
      whep.accept(said.id, said.sdp);
      return c.json({});
    case 'remote_candidate':
      // The end of candidates is an empty one.
      whep.addCandidates(
        said.id,
        said.candidates.flatMap(({ candidate }) => parseCandidate(candidate.replace(/^a=/, '')) ?? []),
      );
      return c.json({});
  }
}
