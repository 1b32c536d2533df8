import { viewOf } from './bytes.js';
import type { BitrateEstimate, FullIntraRequest, GenericNack, PictureLoss } from './packets.js';

/** The bodies of feedback messages (RFC 4585, 6.1) behind the common header. Null where one is too short. */

// Sender's SSRC, media SSRC.
const fixedBytes = 8;
const remb = 0x52454d42;

export function parsePictureLoss(bytes: Uint8Array): PictureLoss | null {
  return bytes.byteLength < fixedBytes ? null : { type: 'picture-loss', mediaSsrc: viewOf(bytes).getUint32(4) };
}

export function parseFullIntraRequest(bytes: Uint8Array): FullIntraRequest | null {
  const view = viewOf(bytes);
  const requests: { ssrc: number; sequence: number }[] = [];
  for (let at = fixedBytes; at + 8 <= bytes.byteLength; at += 8) {
    requests.push({ ssrc: view.getUint32(at), sequence: view.getUint8(at + 4) });
  }
  return requests.length === 0 ? null : { type: 'full-intra-request', requests };
}

export function parseNack(bytes: Uint8Array): GenericNack | null {
  if (bytes.byteLength < fixedBytes + 4) return null;
  const view = viewOf(bytes);
  const sequences: number[] = [];
  for (let at = fixedBytes; at + 4 <= bytes.byteLength; at += 4) {
    const first = view.getUint16(at);
    const mask = view.getUint16(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit++) {
      if ((mask >> bit) & 1) sequences.push((first + bit + 1) & 0xffff);
    }
  }
  return { type: 'nack', mediaSsrc: view.getUint32(4), sequences };
}

/** Null also where the application layer message isn't REMB. */
export function parseBitrateEstimate(bytes: Uint8Array): BitrateEstimate | null {
  if (bytes.byteLength < fixedBytes + 8) return null;
  const view = viewOf(bytes);
  if (view.getUint32(8) !== remb) return null;
  const count = view.getUint8(12);
  if (bytes.byteLength < fixedBytes + 8 + 4 * count) return null;
  const exponent = view.getUint8(13) >> 2;
  const mantissa = ((view.getUint8(13) & 3) << 16) | view.getUint16(14);
  return {
    type: 'bitrate-estimate',
    bitrateBps: mantissa * 2 ** exponent,
    ssrcs: Array.from({ length: count }, (_, i) => view.getUint32(16 + 4 * i)),
  };
}
