/** An RTP receiver for H.264 of its own (RFC 3550, 6184, 4588, 8285), which shares no code with what is tested. */

export interface ReceivedPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payloadType: number;
  readonly ssrc: number;
  readonly extensions: ReadonlyMap<number, Buffer>;
  readonly payload: Buffer;
  readonly paddingBytes: number;
}

export interface ReceivedUnit {
  readonly timestamp: number;
  readonly nals: readonly Buffer[];
  readonly isKeyframe: boolean;
}

export function isRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223;
}

export function readPacket(datagram: Uint8Array): ReceivedPacket {
  const bytes = Buffer.from(datagram);
  if (bytes.readUInt8(0) >> 6 !== 2) throw new Error('not RTP');
  const flags = bytes.readUInt8(0);
  let at = 12 + 4 * (flags & 15);
  const extensions = new Map<number, Buffer>();
  if ((flags & 0x10) !== 0) {
    if (bytes.readUInt16BE(at) !== 0xbede) throw new Error('not a one-byte header extension');
    const end = at + 4 + 4 * bytes.readUInt16BE(at + 2);
    for (let e = at + 4; e < end; ) {
      const head = bytes.readUInt8(e);
      if (head === 0) {
        e++;
        continue;
      }
      const length = (head & 15) + 1;
      if (e + 1 + length > end) throw new Error('an extension beyond its end');
      extensions.set(head >> 4, bytes.subarray(e + 1, e + 1 + length));
      e += 1 + length;
    }
    at = end;
  }
  const paddingBytes = (flags & 0x20) === 0 ? 0 : bytes.readUInt8(bytes.length - 1);
  if (at + paddingBytes > bytes.length) throw new Error('more padding than there is');
  return {
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    marker: (bytes.readUInt8(1) & 0x80) !== 0,
    payloadType: bytes.readUInt8(1) & 0x7f,
    ssrc: bytes.readUInt32BE(8),
    extensions,
    payload: bytes.subarray(at, bytes.length - paddingBytes),
    paddingBytes,
  };
}

/** The packet that an RTX packet repeats. */
export function originalOf(rtx: ReceivedPacket, ssrc: number, payloadType: number): ReceivedPacket {
  return { ...rtx, ssrc, payloadType, sequence: rtx.payload.readUInt16BE(0), payload: rtx.payload.subarray(2) };
}

/** The NAL units of packets in order, without gaps. Throws where they contradict RFC 6184. */
export function nalsOf(packets: readonly ReceivedPacket[]): Buffer[] {
  const nals: Buffer[] = [];
  let open: Buffer[] | null = null;
  for (const { payload } of packets) {
    const type = payload.readUInt8(0) & 31;
    if (open !== null && type !== 28) throw new Error('a fragment without its end');
    if (type >= 1 && type <= 23) nals.push(payload);
    else if (type === 24) {
      for (let at = 1; at < payload.length; ) {
        const length = payload.readUInt16BE(at);
        if (length === 0 || at + 2 + length > payload.length) throw new Error('a wrong size in a STAP-A');
        nals.push(payload.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
    } else if (type === 28) {
      const flags = payload.readUInt8(1);
      const isStart = (flags & 0x80) !== 0;
      const isEnd = (flags & 0x40) !== 0;
      if (isStart === (open !== null) || (isStart && isEnd)) throw new Error('a fragment out of place');
      open ??= [Buffer.of((payload.readUInt8(0) & 0xe0) | (flags & 31))];
      open.push(payload.subarray(2));
      if (isEnd) {
        nals.push(Buffer.concat(open));
        open = null;
      }
    } else throw new Error(`a payload of type ${type}`);
  }
  if (open !== null) throw new Error('a fragment without its end');
  return nals;
}

/**
 * The access units of media packets, by their first packets' sequence. Throws where sequence numbers skip, timestamps
 * run back or a marker is missing; `mayBeCut` allows access units without their end, which are left out.
 */
export function unitsOf(packets: readonly ReceivedPacket[], mayBeCut = false): ReceivedUnit[] {
  const units: ReceivedUnit[] = [];
  let open: ReceivedPacket[] = [];
  let previous: ReceivedPacket | undefined;
  for (const packet of packets) {
    if (previous !== undefined && packet.sequence !== ((previous.sequence + 1) & 0xffff)) {
      throw new Error(`sequence ${packet.sequence} after ${previous.sequence}`);
    }
    const step = previous === undefined ? 0 : (packet.timestamp - previous.timestamp) | 0;
    if (step < 0) throw new Error('a timestamp runs back');
    if (step > 0 && open.length > 0) {
      if (!mayBeCut) throw new Error('an access unit without a marker');
      open = [];
    }
    const isEmpty = packet.payload.length === 0;
    if (step === 0 && previous?.marker && !isEmpty) throw new Error('two access units of one timestamp');
    previous = isEmpty ? { ...packet, marker: previous?.marker ?? false } : packet;
    if (isEmpty) continue;
    open.push(packet);
    if (!packet.marker) continue;
    const nals = nalsOf(open);
    units.push({ timestamp: packet.timestamp, nals, isKeyframe: nals.some((nal) => (nal.readUInt8(0) & 31) === 5) });
    open = [];
  }
  return units;
}
