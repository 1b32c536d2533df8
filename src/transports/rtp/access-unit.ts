import type { Frame } from '../../core/frame.js';
import { packetizeH264 } from './h264-packetizer.js';
import type { PacketMemory, PacketRoom } from './packet-memory.js';
import { headroomBytes } from './rtp-header.js';

/**
 * The packets of one access unit, made once for all viewers of its tier: each RTP payload has room before it, into
 * which each viewer's header is written just before it is sent. They are a copy: the frame, which is the pipeline's
 * memory, can be let go at once.
 */
export class RtpAccessUnit {
  readonly captureMs: number;
  readonly isKeyframe: boolean;
  readonly isStandIn: boolean;
  readonly width: number;
  readonly height: number;
  /** Of all payloads together. */
  readonly bytes: number;
  readonly #room: PacketRoom;
  /** Where each payload begins in the room's buffer, and where one more would. */
  readonly #payloadsAt: readonly number[];
  #packetCount: number;
  #views: (Buffer | undefined)[] = [];
  #viewHeaderBytes = 0;

  constructor(frame: Frame, maxPayloadBytes: number, memory: PacketMemory) {
    this.captureMs = frame.captureMs;
    this.isKeyframe = frame.isKeyframe;
    this.isStandIn = frame.isStandIn;
    this.width = frame.width;
    this.height = frame.height;
    const payloads = packetizeH264(frame.data, maxPayloadBytes);
    let bytes = 0;
    for (const { byteLength } of payloads) bytes += byteLength;
    this.bytes = bytes;
    this.#packetCount = payloads.length;
    const room = memory.take(bytes + payloads.length * headroomBytes);
    const payloadsAt = [room.at + headroomBytes];
    let at = room.at + headroomBytes;
    for (const payload of payloads) {
      payload.writeTo(room.buffer, at);
      at += payload.byteLength + headroomBytes;
      payloadsAt.push(at);
    }
    this.#room = room;
    this.#payloadsAt = payloadsAt;
  }

  /** 0 once it was discarded: its packets may not be asked for any more. */
  get packetCount(): number {
    return this.#packetCount;
  }

  /** What the packets lie in. */
  get storage(): Buffer {
    return this.#room.buffer;
  }

  /** Where a packet's payload begins in the storage. */
  payloadAt(index: number): number {
    return this.#payloadsAt[index] ?? 0;
  }

  payloadBytes(index: number): number {
    return this.payloadAt(index + 1) - headroomBytes - this.payloadAt(index);
  }

  /** The last packet has the marker bit. */
  isLast(index: number): boolean {
    return index === this.#packetCount - 1;
  }

  /** A packet's bytes from `headerBytes` before the payload to its end. Nearly all viewers have headers of one length. */
  withHeader(index: number, headerBytes: number): Buffer {
    if (headerBytes !== this.#viewHeaderBytes) this.forgetViews();
    this.#viewHeaderBytes = headerBytes;
    const at = this.payloadAt(index);
    const view = this.#views[index] ?? this.storage.subarray(at - headerBytes, at + this.payloadBytes(index));
    this.#views[index] = view;
    return view;
  }

  /** Most viewers have it by now. */
  forgetViews(): void {
    this.#views = [];
  }

  /** Lets the packets go, whoever still knows the access unit. Idempotent. */
  discard(): void {
    if (this.#packetCount === 0) return;
    this.#packetCount = 0;
    this.forgetViews();
    this.#room.free();
  }
}
