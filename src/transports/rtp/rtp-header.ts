/** RTP headers (RFC 3550, 5.1) with one-byte header extensions (RFC 8285, 4.2). */

/** The extensions' ids, 1 to 14, as far as they were negotiated. */
export interface HeaderExtensions {
  /** draft-holmer-rmcat-transport-wide-cc-extensions-01 */
  readonly transportCcId?: number | undefined;
  /** http://www.webrtc.org/experiments/rtp-hdrext/playout-delay; always says: show it at once */
  readonly playoutDelayId?: number | undefined;
  /** http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time */
  readonly absSendTimeId?: number | undefined;
  /** RFC 8843, 15; a value of 1 to 16 bytes */
  readonly mid?: { readonly id: number; readonly value: string } | undefined;
}

/** One stream's own fields. */
export interface StreamFields {
  readonly ssrc: number;
  /** 0 to 127. */
  readonly payloadType: number;
}

/** No header is longer, the original sequence number of RFC 4588 included. */
export const headroomBytes = 48;

const fixedBytes = 12;

/** Writes one stream's headers: made once, and then only what differs from packet to packet is patched. */
export class RtpHeader {
  readonly byteLength: number;
  readonly #template: Uint8Array;
  readonly #transportCcAt: number;
  readonly #absSendTimeAt: number;

  /** Throws a RangeError where a field can't be written. */
  constructor({ ssrc, payloadType }: StreamFields, extensions: HeaderExtensions) {
    const { transportCcId, playoutDelayId, absSendTimeId, mid } = extensions;
    const elements: number[] = [];
    const add = (id: number, data: readonly number[]): number => {
      elements.push(firstByte(id, data.length), ...data);
      return fixedBytes + 4 + elements.length - data.length;
    };
    this.#transportCcAt = transportCcId === undefined ? 0 : add(transportCcId, [0, 0]);
    this.#absSendTimeAt = absSendTimeId === undefined ? 0 : add(absSendTimeId, [0, 0, 0]);
    if (playoutDelayId !== undefined) add(playoutDelayId, [0, 0, 0]);
    if (mid !== undefined) add(mid.id, [...Buffer.from(mid.value)]);
    while (elements.length % 4 > 0) elements.push(0);
    const words = elements.length / 4;
    const extension = words === 0 ? [] : [0xbe, 0xde, words >> 8, words & 0xff, ...elements];
    const template = Buffer.concat([Buffer.alloc(fixedBytes), Buffer.from(extension)]);
    template[0] = 0x80 | (words === 0 ? 0 : 0x10);
    template[1] = payloadType;
    template.writeUInt32BE(ssrc, 8);
    this.#template = template;
    this.byteLength = template.byteLength;
  }

  /**
   * Writes the header to `into` from `at` on. `sequence`, `timestamp` and `transportSequence` may exceed their fields:
   * the lower bits count. `nowMs` is for abs-send-time.
   */
  write(
    into: Uint8Array,
    at: number,
    isMarked: boolean,
    sequence: number,
    timestamp: number,
    transportSequence: number,
    nowMs: number,
  ): void {
    const template = this.#template;
    for (let i = 0; i < template.length; i++) into[at + i] = template[i] ?? 0;
    if (isMarked) into[at + 1] = (into[at + 1] ?? 0) | 0x80;
    into[at + 2] = (sequence >>> 8) & 0xff;
    into[at + 3] = sequence & 0xff;
    into[at + 4] = timestamp >>> 24;
    into[at + 5] = (timestamp >>> 16) & 0xff;
    into[at + 6] = (timestamp >>> 8) & 0xff;
    into[at + 7] = timestamp & 0xff;
    if (this.#transportCcAt > 0) {
      into[at + this.#transportCcAt] = (transportSequence >>> 8) & 0xff;
      into[at + this.#transportCcAt + 1] = transportSequence & 0xff;
    }
    if (this.#absSendTimeAt > 0) writeSendTime(into, at + this.#absSendTimeAt, nowMs);
  }
}

function firstByte(id: number, length: number): number {
  if (!Number.isInteger(id) || id < 1 || id > 14) {
    throw new RangeError(`a one-byte header extension has an id of 1 to 14, not ${id}`);
  }
  if (length < 1 || length > 16) {
    throw new RangeError(`a one-byte header extension has 1 to 16 bytes, not ${length}`);
  }
  return (id << 4) | (length - 1);
}

/** Seconds in 6.18 fixed point. */
function writeSendTime(into: Uint8Array, at: number, nowMs: number): void {
  const ticks = Math.floor(((nowMs % 64_000) * 262_144) / 1000);
  into[at] = (ticks >>> 16) & 0xff;
  into[at + 1] = (ticks >>> 8) & 0xff;
  into[at + 2] = ticks & 0xff;
}
