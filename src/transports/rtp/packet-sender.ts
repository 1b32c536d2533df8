import type { RtpAccessUnit } from './access-unit.js';
import { type HeaderExtensions, RtpHeader, type StreamFields } from './rtp-header.js';
import { type SentPacket, SentPackets } from './sent-packets.js';
import { TransportHistory } from './transport-history.js';

/**
 * Hands one datagram over; false where it wasn't taken. The bytes are only valid during the call, and it must not
 * throw.
 */
export type Send = (packet: Uint8Array) => boolean;

export interface NegotiatedStreams extends HeaderExtensions {
  readonly ssrc: number;
  readonly payloadType: number;
  /** RFC 4588. */
  readonly rtx?: StreamFields | undefined;
}

const paddingBytes = 255;
const firstSequences = 2 ** 15;
const paddingBit = 0x20;

/** One viewer's packets on their way out: headers, sequence numbers, and what was sent as which. */
export class PacketSender {
  readonly sent: SentPackets;
  readonly transport = new TransportHistory();
  readonly #send: Send;
  readonly #header: RtpHeader;
  readonly #rtxHeader: RtpHeader | undefined;
  readonly #hasTransportSequence: boolean;
  readonly #padding: Buffer;
  #rtxSequence: number;
  #timestamp = 0;
  #packets = 0;
  #payloadBytes = 0;
  #bytes = 0;
  #probeBytes = 0;

  /** Throws a RangeError where an extension can't be written. `random` gives 0 up to 1. */
  constructor(negotiated: NegotiatedStreams, send: Send, random: () => number) {
    this.#send = send;
    this.#header = new RtpHeader(negotiated, negotiated);
    this.#rtxHeader = negotiated.rtx === undefined ? undefined : new RtpHeader(negotiated.rtx, negotiated);
    this.#hasTransportSequence = negotiated.transportCcId !== undefined;
    // Beginning low keeps the first wrap away from a receiver that misses the first packets (RFC 3711, 3.3.1).
    this.sent = new SentPackets(1 + Math.floor(random() * (firstSequences - 1)));
    this.#rtxSequence = 1 + Math.floor(random() * (firstSequences - 1));
    this.#padding = Buffer.alloc(this.#header.byteLength + paddingBytes);
    this.#padding[this.#padding.length - 1] = paddingBytes;
  }

  /** Packets of the media stream, as sender reports count them (RFC 3550, 6.4.1). */
  get packets(): number {
    return this.#packets;
  }

  /** Their payload, in bytes. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** Of all RTP packets, headers included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of these, what was sent as a probe. */
  get probeBytes(): number {
    return this.#probeBytes;
  }

  begin(unit: RtpAccessUnit, timestamp: number): void {
    this.#timestamp = timestamp;
    this.sent.begin(unit, timestamp);
  }

  /** The next packet of the access unit that began last. */
  sendNext(unit: RtpAccessUnit, index: number, nowMs: number): boolean {
    if (!this.#media(unit, index, this.sent.nextSequence, this.#timestamp, nowMs)) return false;
    this.sent.sentNext();
    this.#packets++;
    this.#payloadBytes += unit.payloadBytes(index);
    return true;
  }

  /** A packet once more: by RTX where that was negotiated, else as it was. */
  sendAgain(again: SentPacket, nowMs: number): boolean {
    const { unit, index, sequence, timestamp } = again;
    if (unit === null) return this.#pad(sequence, timestamp, nowMs, false);
    if (this.#rtxHeader === undefined) return this.#media(unit, index, sequence, timestamp, nowMs);
    return this.#rtx(again, nowMs, false);
  }

  /** A probe that repeats a recent packet by RTX. False also where RTX wasn't negotiated. */
  sendProbe(repeated: SentPacket, nowMs: number): boolean {
    return this.#rtx(repeated, nowMs, true);
  }

  /** A probe of nothing but padding; only between two access units (RFC 3550, 5.1). */
  sendPadding(nowMs: number): boolean {
    if (!this.#pad(this.sent.nextSequence, this.#timestamp, nowMs, true)) return false;
    this.sent.sentPadding(this.#timestamp);
    this.#packets++;
    return true;
  }

  #media(unit: RtpAccessUnit, index: number, sequence: number, timestamp: number, nowMs: number): boolean {
    const header = this.#header;
    const at = unit.payloadAt(index) - header.byteLength;
    header.write(unit.storage, at, unit.isLast(index), sequence, timestamp, this.transport.nextSequence, nowMs);
    return this.#out(unit.withHeader(index, header.byteLength), nowMs, false);
  }

  /** RFC 4588, 4: the original's sequence number, then its payload. */
  #rtx({ unit, index, sequence, timestamp }: SentPacket, nowMs: number, isProbe: boolean): boolean {
    const header = this.#rtxHeader;
    if (header === undefined || unit === null) return false;
    const { storage } = unit;
    const payloadAt = unit.payloadAt(index);
    const at = payloadAt - 2 - header.byteLength;
    storage.writeUInt16BE(sequence & 0xffff, payloadAt - 2);
    header.write(storage, at, unit.isLast(index), this.#rtxSequence, timestamp, this.transport.nextSequence, nowMs);
    if (!this.#out(storage.subarray(at, payloadAt + unit.payloadBytes(index)), nowMs, isProbe)) return false;
    this.#rtxSequence = (this.#rtxSequence + 1) & 0xffff;
    return true;
  }

  #pad(sequence: number, timestamp: number, nowMs: number, isProbe: boolean): boolean {
    this.#header.write(this.#padding, 0, false, sequence, timestamp, this.transport.nextSequence, nowMs);
    this.#padding[0] = (this.#padding[0] ?? 0) | paddingBit;
    return this.#out(this.#padding, nowMs, isProbe);
  }

  #out(packet: Uint8Array, nowMs: number, isProbe: boolean): boolean {
    if (!this.#send(packet)) return false;
    if (this.#hasTransportSequence) this.transport.add(nowMs, packet.byteLength, isProbe);
    this.#bytes += packet.byteLength;
    if (isProbe) this.#probeBytes += packet.byteLength;
    return true;
  }
}
