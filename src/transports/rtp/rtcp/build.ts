/** Compound packets of a sender (RFC 3550, 6.1): a report, the canonical name, and at the end a BYE. */

export interface SenderFacts {
  readonly ssrc: number;
  /** Up to 255 bytes of UTF-8. */
  readonly cname: string;
  /** Unix time in ms, and the RTP timestamp of the same moment. */
  readonly wallClockMs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly payloadBytes: number;
}

const unixToNtpSeconds = 2_208_988_800;

/** SR and SDES. */
export function buildSenderReport(facts: SenderFacts): Buffer {
  return Buffer.concat([senderReport(facts), sourceDescription(facts)]);
}

/** SR, SDES and BYE. */
export function buildBye(facts: SenderFacts): Buffer {
  const bye = Buffer.alloc(8);
  writeHeader(bye, 1, 203);
  bye.writeUInt32BE(facts.ssrc, 4);
  return Buffer.concat([senderReport(facts), sourceDescription(facts), bye]);
}

/** The middle 32 bits of an NTP time: what a receiver gives back as the last sender report's time. */
export function compactNtp(wallClockMs: number): number {
  const { seconds, fraction } = ntp(wallClockMs);
  return ((seconds % 0x10000) * 0x10000 + Math.floor(fraction / 0x10000)) % 2 ** 32;
}

function ntp(wallClockMs: number): { seconds: number; fraction: number } {
  const whole = Math.floor(wallClockMs / 1000);
  const fraction = Math.floor(((wallClockMs - 1000 * whole) / 1000) * 2 ** 32);
  return { seconds: (whole + unixToNtpSeconds) % 2 ** 32, fraction };
}

function senderReport({ ssrc, wallClockMs, rtpTimestamp, packets, payloadBytes }: SenderFacts): Buffer {
  const bytes = Buffer.alloc(28);
  const { seconds, fraction } = ntp(wallClockMs);
  writeHeader(bytes, 0, 200);
  bytes.writeUInt32BE(ssrc, 4);
  bytes.writeUInt32BE(seconds, 8);
  bytes.writeUInt32BE(fraction, 12);
  bytes.writeUInt32BE(rtpTimestamp, 16);
  bytes.writeUInt32BE(packets % 2 ** 32, 20);
  bytes.writeUInt32BE(payloadBytes % 2 ** 32, 24);
  return bytes;
}

function sourceDescription({ ssrc, cname }: SenderFacts): Buffer {
  const name = Buffer.from(cname).subarray(0, 255);
  // One zero byte at least ends the items.
  const bytes = Buffer.alloc(8 + 4 * Math.ceil((2 + name.length + 1) / 4));
  writeHeader(bytes, 1, 202);
  bytes.writeUInt32BE(ssrc, 4);
  bytes[8] = 1;
  bytes[9] = name.length;
  name.copy(bytes, 10);
  return bytes;
}

function writeHeader(bytes: Buffer, count: number, packetType: number): void {
  bytes[0] = 0x80 | count;
  bytes[1] = packetType;
  bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
}
