import { type AnswerParts, sessionLines, toText, videoLines } from './answer.js';
import { parseH264Parameters } from './h264.js';
import type { Offer } from './offer.js';
import { sdpInvalid } from './sections.js';
import { extensionUris, type VideoFormat } from './video.js';

const mid = 'video';
const parameters = parseH264Parameters('level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
if (parameters === undefined) throw new Error('the offered H.264 is none');

/** What is offered where the server makes the offer. */
export const serverFormat: VideoFormat = {
  payloadType: 96,
  parameters,
  rtxPayloadType: 97,
  feedback: ['nack', 'nack pli', 'ccm fir', 'transport-cc', 'goog-remb'],
  extensions: [
    { name: 'transportCc', uri: extensionUris.transportCc, id: 1 },
    { name: 'playoutDelay', uri: extensionUris.playoutDelay, id: 2 },
    { name: 'absSendTime', uri: extensionUris.absSendTime, id: 3 },
    { name: 'mid', uri: extensionUris.mid, id: 4 },
  ],
};

/** One video to be received (RFC 9429, 5.2.1). */
export function writeOffer(parts: AnswerParts): string {
  const media = { protocol: 'UDP/TLS/RTP/SAVPF', mid };
  return toText([
    ...sessionLines(parts.sessionId),
    `a=group:BUNDLE ${mid}`,
    ...videoLines(media, serverFormat, true, parts),
  ]);
}

/** Throws SDP_INVALID where the answer names what was not offered (RFC 3264, 6.1). */
export function mustBeAnswerTo(offered: VideoFormat, { format }: Offer): void {
  const isSame =
    format.payloadType === offered.payloadType &&
    (format.rtxPayloadType === undefined || format.rtxPayloadType === offered.rtxPayloadType) &&
    format.extensions.every(({ name, id }) =>
      offered.extensions.some((other) => other.name === name && other.id === id),
    );
  if (!isSame) throw sdpInvalid('it is no answer to the offer: its payload types or extensions are others');
}
