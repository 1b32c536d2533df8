import type { Frame } from '../../core/frame.js';

/**
 * Sends the same chunks on each descriptor without waiting; `sent[i]` becomes the bytes that the kernel took of
 * `descriptors[i]`, 0 where it is full, or a negated errno.
 */
export type SendToAll = (descriptors: Int32Array, chunks: readonly Uint8Array[], sent: Int32Array) => void;

/** One stream of parts to one socket. */
export interface PartReceiver {
  /** The socket's descriptor where nothing waits to be written before, else -1. */
  descriptor(): number;
  /** The kernel has the whole part. */
  sent(frame: Frame, bytes: number): void;
  /** The kernel took none or a part of it: the rest, in memory of its own, must be written by other means. */
  rest(frame: Frame, bytes: number, rest: Uint8Array): void;
  /** The connection is broken. */
  failed(errno: number): void;
}

interface Delivery {
  readonly receiver: PartReceiver;
  readonly chunks: readonly Uint8Array[];
}

/**
 * Gives a frame to everybody who is ready for it with one call into the addon, which is little more than one
 * `sendmsg()` each, instead of a write through the streams of Node. A socket that takes only a part gets the rest
 * copied: the frame itself is let go when the call returns, however slow its viewers are.
 *
 * Deliveries of one turn of the event loop are collected and leave in a microtask at its end.
 */
export class FanOut {
  readonly #sendToAll: SendToAll;
  readonly #pending = new Map<Frame, Delivery[]>();
  #scheduled = false;
  #descriptors = new Int32Array(16);
  #sent = new Int32Array(16);

  constructor(sendToAll: SendToAll) {
    this.#sendToAll = sendToAll;
  }

  /** Takes over one reference to the frame. Receivers that get the very same chunks are served together. */
  deliver(frame: Frame, chunks: readonly Uint8Array[], receiver: PartReceiver): void {
    const deliveries = this.#pending.get(frame);
    if (deliveries === undefined) this.#pending.set(frame, [{ receiver, chunks }]);
    else {
      deliveries.push({ receiver, chunks });
      frame.release();
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [frame, deliveries] of pending) {
      for (const [chunks, receivers] of groupByChunks(deliveries)) this.#send(frame, chunks, receivers);
      frame.release();
    }
  }

  #send(frame: Frame, chunks: readonly Uint8Array[], receivers: readonly PartReceiver[]): void {
    const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const direct: PartReceiver[] = [];
    const queued: PartReceiver[] = [];
    this.#reserve(receivers.length);
    for (const receiver of receivers) {
      const descriptor = receiver.descriptor();
      if (descriptor < 0) queued.push(receiver);
      else this.#descriptors[direct.push(receiver) - 1] = descriptor;
    }
    const sent = this.#sent.subarray(0, direct.length);
    if (direct.length > 0) this.#sendToAll(this.#descriptors.subarray(0, direct.length), chunks, sent);
    const incomplete = queued.map((receiver) => ({ receiver, taken: 0 }));
    for (const [i, receiver] of direct.entries()) {
      const taken = sent[i] ?? 0;
      if (taken === total) receiver.sent(frame, total);
      else if (taken < 0) receiver.failed(-taken);
      else incomplete.push({ receiver, taken });
    }
    if (incomplete.length === 0) return;
    // One copy for all, of no more than is needed: a new connection takes nearly all of its first part.
    const least = incomplete.reduce((smallest, { taken }) => Math.min(smallest, taken), total);
    const rest = copyFrom(chunks, least);
    for (const { receiver, taken } of incomplete) receiver.rest(frame, total, rest.subarray(taken - least));
  }

  #reserve(receivers: number): void {
    if (receivers <= this.#descriptors.length) return;
    this.#descriptors = new Int32Array(2 * receivers);
    this.#sent = new Int32Array(2 * receivers);
  }
}

function groupByChunks(deliveries: readonly Delivery[]): Map<readonly Uint8Array[], PartReceiver[]> {
  const groups = new Map<readonly Uint8Array[], PartReceiver[]>();
  for (const { chunks, receiver } of deliveries) {
    const group = groups.get(chunks);
    if (group === undefined) groups.set(chunks, [receiver]);
    else group.push(receiver);
  }
  return groups;
}

/** What the chunks hold from `offset` bytes on, in memory of its own. */
function copyFrom(chunks: readonly Uint8Array[], offset: number): Uint8Array {
  let skip = offset;
  const pieces = chunks.map((chunk) => {
    const piece = chunk.subarray(Math.min(skip, chunk.byteLength));
    skip -= chunk.byteLength - piece.byteLength;
    return piece;
  });
  return Buffer.concat(pieces);
}
