/** RTCP as receivers send it, written byte by byte from the RFCs, without the code under test. */

function packet(count: number, packetType: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header[0] = 0x80 | count;
  header[1] = packetType;
  header.writeUInt16BE(body.length / 4, 2);
  return Buffer.concat([header, body]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * i);
  return bytes;
}

export const viewerSsrc = 0xabcdef01;

export interface BlockInit {
  readonly ssrc: number;
  /** Of 256. */
  readonly fractionLost?: number;
  readonly packetsLost?: number;
  readonly highestSequence?: number;
  readonly lastSenderReport?: number;
  /** In 1/65536 s. */
  readonly delay?: number;
}

export function reportBlock({
  ssrc,
  fractionLost = 0,
  packetsLost = 0,
  highestSequence = 0,
  lastSenderReport = 0,
  delay = 0,
}: BlockInit): Buffer {
  const lost = (fractionLost * 2 ** 24 + (packetsLost & 0xffffff)) >>> 0;
  return words(ssrc, lost, highestSequence, 7, lastSenderReport, delay);
}

export function receiverReport(...blocks: readonly BlockInit[]): Buffer {
  return packet(blocks.length, 201, Buffer.concat([words(viewerSsrc), ...blocks.map(reportBlock)]));
}

export function pli(mediaSsrc: number): Buffer {
  return packet(1, 206, words(viewerSsrc, mediaSsrc));
}

export function fir(ssrc: number, sequence: number): Buffer {
  return packet(4, 206, words(viewerSsrc, 0, ssrc, sequence * 2 ** 24));
}

/** One entry for each sequence number, or several in one entry's mask. */
export function nack(mediaSsrc: number, ...entries: readonly (readonly [sequence: number, mask: number])[]): Buffer {
  return packet(1, 205, words(viewerSsrc, mediaSsrc, ...entries.map(([sequence, mask]) => (sequence << 16) | mask)));
}

export function remb(mantissa: number, exponent: number, ...ssrcs: readonly number[]): Buffer {
  const head = Buffer.from('REMB');
  const rate = words(((ssrcs.length << 24) | (exponent << 18) | mantissa) >>> 0);
  return packet(15, 206, Buffer.concat([words(viewerSsrc, 0), head, rate, words(...ssrcs)]));
}

/** `arrivals` in 250 µs since the reference, null where a packet didn't arrive; written as two-bit status vectors. */
export function transportFeedback(
  baseSequence: number,
  reference: number,
  arrivals: readonly (number | null)[],
  feedbackCount = 0,
): Buffer {
  const chunks: number[] = [];
  const deltas: number[] = [];
  let previous = 0;
  const symbols = arrivals.map((ticks) => {
    if (ticks === null) return 0;
    const delta = ticks - previous;
    previous = ticks;
    if (delta >= 0 && delta < 256) deltas.push(delta);
    else deltas.push((delta >> 8) & 0xff, delta & 0xff);
    return delta >= 0 && delta < 256 ? 1 : 2;
  });
  for (let i = 0; i < symbols.length; i += 7) {
    let chunk = 0xc000;
    for (let k = 0; k < 7; k++) chunk |= (symbols[i + k] ?? 0) << (12 - 2 * k);
    chunks.push(chunk);
  }
  return feedbackPacket(baseSequence, arrivals.length, reference, chunks, deltas, feedbackCount);
}

export function feedbackPacket(
  baseSequence: number,
  count: number,
  reference: number,
  chunks: readonly number[],
  deltas: readonly number[],
  feedbackCount = 0,
): Buffer {
  const fixed = words(viewerSsrc, 0, (baseSequence << 16) | count, (reference << 8) | feedbackCount);
  const status = Buffer.concat(chunks.map((chunk) => Buffer.of(chunk >> 8, chunk & 0xff)));
  const body = Buffer.concat([fixed, status, Buffer.from(deltas)]);
  const missing = (4 - (body.length % 4)) % 4;
  const bytes = packet(15, 205, Buffer.concat([body, Buffer.alloc(missing)]));
  if (missing > 0) {
    bytes[0] = (bytes[0] ?? 0) | 0x20;
    bytes[bytes.length - 1] = missing;
  }
  return bytes;
}

export function sourceDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname);
  const items = Buffer.concat([Buffer.of(1, name.length), name]);
  const filled = Buffer.concat([items, Buffer.alloc(4 - (items.length % 4))]);
  return packet(1, 202, Buffer.concat([words(ssrc), filled]));
}

export function bye(...ssrcs: readonly number[]): Buffer {
  return packet(ssrcs.length, 203, words(...ssrcs));
}
