/** Room for the packets of one access unit: `buffer` from `at` on. */
export interface PacketRoom {
  readonly buffer: Buffer;
  readonly at: number;
  /** Gives it back. Call it once; nobody may use it any more. */
  free(): void;
}

interface Block {
  readonly buffer: Buffer;
  usedBytes: number;
  rooms: number;
}

const blockBytes = 256 * 1024;

/**
 * Memory for packets, in blocks that are used again once all in them was given back, as the oldest access units are
 * first: what lives for a second or two each would else be old to the garbage collector when it dies, and dear.
 */
export class PacketMemory {
  readonly #free: Block[] = [];
  #current: Block | undefined;

  take(bytes: number): PacketRoom {
    if (bytes > blockBytes) return { buffer: Buffer.allocUnsafeSlow(bytes), at: 0, free: () => undefined };
    const block = this.#blockFor(bytes);
    const at = block.usedBytes;
    block.usedBytes += bytes;
    block.rooms++;
    return { buffer: block.buffer, at, free: () => this.#giveBack(block) };
  }

  #blockFor(bytes: number): Block {
    if (this.#current !== undefined && this.#current.usedBytes + bytes <= blockBytes) return this.#current;
    const full = this.#current;
    this.#current = this.#free.pop() ?? { buffer: Buffer.allocUnsafeSlow(blockBytes), usedBytes: 0, rooms: 0 };
    // All of it may have been given back while it was still filled.
    if (full?.rooms === 0) this.#reuse(full);
    return this.#current;
  }

  #giveBack(block: Block): void {
    block.rooms--;
    if (block.rooms === 0 && block !== this.#current) this.#reuse(block);
  }

  #reuse(block: Block): void {
    block.usedBytes = 0;
    this.#free.push(block);
  }
}
