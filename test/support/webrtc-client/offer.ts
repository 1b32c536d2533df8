/** What a browser offers to receive one H.264 video, after Chromium. */

export const payloadType = 102;
export const rtxPayloadType = 103;
export const transportCcId = 3;

interface LocalTransport {
  readonly ufrag: string;
  readonly password: string;
  readonly fingerprint: string;
}

/** Of a description that node-datachannel made. */
export function readTransport(sdp: string): LocalTransport {
  const value = (name: string) => new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1] ?? '';
  return { ufrag: value('ice-ufrag'), password: value('ice-pwd'), fingerprint: value('fingerprint') };
}

/**
 * Without candidates: the server answers where it is asked from. Would it ask first, node-datachannel might connect
 * before it knows the fingerprint that it has to check.
 */
export function writeOffer({ ufrag, password, fingerprint }: LocalTransport): string {
  const lines = [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=msid-semantic: WMS',
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloadType} ${rtxPayloadType}`,
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    'a=ice-options:trickle',
    `a=fingerprint:${fingerprint}`,
    'a=setup:actpass',
    'a=mid:0',
    'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    `a=extmap:${transportCcId} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01`,
    'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
    'a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${payloadType} H264/90000`,
    ...['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli'].map((kind) => `a=rtcp-fb:${payloadType} ${kind}`),
    `a=fmtp:${payloadType} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f`,
    `a=rtpmap:${rtxPayloadType} rtx/90000`,
    `a=fmtp:${rtxPayloadType} apt=${payloadType}`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The streams that an answer announces; `rtx` is 0 where it has none. */
export function streamsOf(answer: string): { readonly ssrc: number; readonly rtxSsrc: number } {
  const group = /^a=ssrc-group:FID (\d+) (\d+)/m.exec(answer);
  const single = /^a=ssrc:(\d+)/m.exec(answer);
  return { ssrc: Number(group?.[1] ?? single?.[1] ?? 0), rtxSsrc: Number(group?.[2] ?? 0) };
}
