/** The memory of frames that were read from a camera's process, used again and again. */

const freeKept = 4;
// So that the next frame, a little larger, fits as well.
const stepBytes = 64 * 1024;

export interface HeldFrame {
  readonly handle: number;
  readonly data: Uint8Array;
}

/** Owns what is free; a frame's memory is its holder's until `release()`, and somebody else's after it. */
export class FrameBuffers {
  readonly #held = new Map<number, Uint8Array>();
  #free: ArrayBuffer[] = [];
  #lastHandle = 0;

  /** Memory of which the first `bytes` are to be filled. */
  acquire(bytes: number): HeldFrame {
    const fitting = this.#free.filter(({ byteLength }) => byteLength >= bytes);
    const [first, ...others] = fitting;
    const smallest = (best: ArrayBuffer, one: ArrayBuffer) => (one.byteLength < best.byteLength ? one : best);
    const found = first === undefined ? undefined : others.reduce(smallest, first);
    if (found !== undefined) this.#free = this.#free.filter((buffer) => buffer !== found);
    const buffer = found ?? Buffer.allocUnsafeSlow(stepBytes * (1 + Math.ceil(bytes / stepBytes))).buffer;
    const data = new Uint8Array(buffer, 0, bytes);
    this.#lastHandle++;
    this.#held.set(this.#lastHandle, data);
    return { handle: this.#lastHandle, data };
  }

  /** Throws ERR_NO_FRAME. */
  release(handle: number): void {
    const data = this.#held.get(handle);
    if (data === undefined) {
      throw Object.assign(new Error(`no frame has the handle ${handle}, or it was released`), { code: 'ERR_NO_FRAME' });
    }
    this.#held.delete(handle);
    this.#free.unshift(data.buffer as ArrayBuffer);
    this.#free.length = Math.min(this.#free.length, freeKept);
  }

  /** Lets go of what is free. */
  trim(): void {
    this.#free = [];
  }

  get heldFrames(): number {
    return this.#held.size;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const data of this.#held.values()) bytes += data.length;
    return bytes;
  }
}
