import { viewOf } from './bytes.js';
import { parseBitrateEstimate, parseFullIntraRequest, parseNack, parsePictureLoss } from './feedback.js';
import type { RtcpPacket } from './packets.js';
import { parseBye, parseReceiverReport, parseSenderReport, parseSourceDescription } from './reports.js';
import { parseTransportFeedback } from './transport-feedback.js';

// Packet types: RFC 3550, 12.1; RFC 4585, 6.1. Feedback formats: RFC 4585, 6.2 and 6.3; RFC 5104, 4.3.
const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const bye = 203;
const transportLayerFeedback = 205;
const payloadSpecificFeedback = 206;
const nack = 1;
const transportWide = 15;
const pictureLoss = 1;
const fullIntraRequest = 4;
const applicationLayer = 15;

const headerBytes = 4;

/**
 * The packets of a compound RTCP packet (RFC 3550, 6.1), or of one of reduced size (RFC 5506), in order. Takes any
 * bytes: what isn't known or is broken is left out, and so is what stands behind a header with a wrong version or length.
 */
export function parseRtcp(bytes: Uint8Array): readonly RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  const view = viewOf(bytes);
  for (let at = 0; at + headerBytes <= bytes.byteLength; ) {
    const first = view.getUint8(at);
    const end = at + headerBytes + 4 * view.getUint16(at + 2);
    if (first >> 6 !== 2 || end > bytes.byteLength) break;
    const body = unpadded(bytes.subarray(at + headerBytes, end), (first & 0x20) !== 0);
    const packet = body === null ? null : parseBody(view.getUint8(at + 1), first & 0x1f, body);
    if (packet !== null) packets.push(packet);
    at = end;
  }
  return packets;
}

/** Without what the last byte counts, where there is padding; null where it counts more than there is. */
function unpadded(body: Uint8Array, hasPadding: boolean): Uint8Array | null {
  if (!hasPadding) return body;
  const bytes = body.at(-1) ?? 0;
  return bytes === 0 || bytes > body.byteLength ? null : body.subarray(0, body.byteLength - bytes);
}

function parseBody(packetType: number, count: number, body: Uint8Array): RtcpPacket | null {
  switch (packetType) {
    case senderReport:
      return parseSenderReport(body, count);
    case receiverReport:
      return parseReceiverReport(body, count);
    case sourceDescription:
      return parseSourceDescription(body, count);
    case bye:
      return parseBye(body, count);
    case transportLayerFeedback:
      if (count === nack) return parseNack(body);
      return count === transportWide ? parseTransportFeedback(body) : null;
    case payloadSpecificFeedback:
      if (count === pictureLoss) return parsePictureLoss(body);
      if (count === fullIntraRequest) return parseFullIntraRequest(body);
      return count === applicationLayer ? parseBitrateEstimate(body) : null;
    default:
      return null;
  }
}
