import { wallClockMs } from '../../core/clock.js';
import type { Frame } from '../../core/frame.js';
import { padded } from '../tcp/padding.js';

/**
 * A binary message with a picture: twenty bytes, all numbers unsigned and big-endian, then the JPEG.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 1 | version of this layout: 1 |
 * | 1 | 1 | flags: 1 for a picture that stands in for a camera which gives none; the others are 0 |
 * | 2 | 2 | the watch's index, from the answer to `watch` |
 * | 4 | 4 | sequence: counts the frames of a tier since the camera's start, modulo 2³² |
 * | 8 | 8 | when it was captured, µs since 1970 (Unix) |
 * | 16 | 2 | width, pixels; 0 where unknown |
 * | 18 | 2 | height, pixels; 0 where unknown |
 */
export const FRAME_HEADER_BYTES = 20;
export const FRAME_VERSION = 1;
export const STAND_IN_FLAG = 1;

/** The whole message as it goes on the wire. `paddingBytes` makes the picture larger, unseen. */
export function frameMessage(frame: Frame, index: number, paddingBytes = 0): readonly Uint8Array[] {
  const jpeg = paddingBytes > 0 ? padded(frame.data, paddingBytes) : [frame.data];
  const length = jpeg.reduce((sum, { byteLength }) => sum + byteLength, FRAME_HEADER_BYTES);
  return [Buffer.concat([binaryHeader(length), pictureHeader(frame, index)]), ...jpeg];
}

function pictureHeader(frame: Frame, index: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt8(FRAME_VERSION, 0);
  header.writeUInt8(frame.isStandIn ? STAND_IN_FLAG : 0, 1);
  header.writeUInt16BE(index, 2);
  header.writeUInt32BE(frame.sequence >>> 0, 4);
  header.writeBigUInt64BE(BigInt(Math.round(1000 * wallClockMs(frame.captureMs))), 8);
  header.writeUInt16BE(frame.width, 16);
  header.writeUInt16BE(frame.height, 18);
  return header;
}

const finalBinary = 0x82;

/** The header of an unmasked binary message of one piece (RFC 6455, section 5.2). */
function binaryHeader(length: number): Buffer {
  if (length < 126) return Buffer.of(finalBinary, length);
  if (length <= 0xffff) {
    const header = Buffer.alloc(4);
    header.writeUInt8(finalBinary, 0);
    header.writeUInt8(126, 1);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header.writeUInt8(finalBinary, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
