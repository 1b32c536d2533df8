const leastBytes = 64 * 1024;

/**
 * Bytes that arrive in pieces and are looked at as one. It grows by doubling, so that each byte is copied a few times at
 * most, in however many pieces it comes. What was seen in `bytes` stays as it was: nothing is ever written over.
 */
export class ByteBuffer {
  #store: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** What was appended and not consumed. */
  get bytes(): Buffer {
    return this.#store.subarray(this.#start, this.#end);
  }

  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#store.length) this.#grow(chunk.length);
    this.#store.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** `count` is at most the number of `bytes`. */
  consume(count: number): void {
    this.#start += count;
  }

  #grow(byAtLeast: number): void {
    const held = this.bytes;
    this.#store = Buffer.allocUnsafeSlow(Math.max(leastBytes, 2 * (held.length + byAtLeast)));
    this.#store.set(held);
    this.#start = 0;
    this.#end = held.length;
  }
}
