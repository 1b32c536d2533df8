import type { Frame } from '../../core/frame.js';
import { packetizeH264 } from './h264-packetizer.js';
import { headroomBytes } from './rtp-header.js';

/** One RTP payload with room before it, into which each viewer's header is written just before it is sent. */
export class RtpPacket {
  readonly storage: Buffer;
  readonly payloadAt: number;
  readonly payloadBytes: number;
  /** The last of its access unit: has the marker bit. */
  readonly isLast: boolean;
  #view: Buffer | undefined;

  constructor(storage: Buffer, payloadAt: number, payloadBytes: number, isLast: boolean) {
    this.storage = storage;
    this.payloadAt = payloadAt;
    this.payloadBytes = payloadBytes;
    this.isLast = isLast;
  }

  /** The bytes from `headerBytes` before the payload to its end. Nearly all viewers have headers of one length. */
  withHeader(headerBytes: number): Buffer {
    const length = headerBytes + this.payloadBytes;
    if (this.#view?.byteLength !== length) {
      this.#view = this.storage.subarray(this.payloadAt - headerBytes, this.payloadAt + this.payloadBytes);
    }
    return this.#view;
  }
}

/**
 * The packets of one access unit, made once for all viewers of its tier. They are a copy: the frame, which is the
 * pipeline's memory, can be let go at once.
 */
export class RtpAccessUnit {
  readonly captureMs: number;
  readonly isKeyframe: boolean;
  readonly isStandIn: boolean;
  readonly width: number;
  readonly height: number;
  /** Of all payloads together. */
  readonly bytes: number;
  #packets: readonly RtpPacket[];

  constructor(frame: Frame, maxPayloadBytes: number) {
    this.captureMs = frame.captureMs;
    this.isKeyframe = frame.isKeyframe;
    this.isStandIn = frame.isStandIn;
    this.width = frame.width;
    this.height = frame.height;
    const payloads = packetizeH264(frame.data, maxPayloadBytes);
    this.bytes = payloads.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const storage = Buffer.allocUnsafeSlow(this.bytes + payloads.length * headroomBytes);
    let at = 0;
    this.#packets = payloads.map(({ pieces, byteLength }, i) => {
      const payloadAt = at + headroomBytes;
      at = payloadAt;
      for (const piece of pieces) {
        storage.set(piece, at);
        at += piece.byteLength;
      }
      return new RtpPacket(storage, payloadAt, byteLength, i === payloads.length - 1);
    });
  }

  /** Empty once it was discarded. */
  get packets(): readonly RtpPacket[] {
    return this.#packets;
  }

  /** Lets the packets go, whoever still knows the access unit. */
  discard(): void {
    this.#packets = [];
  }
}
