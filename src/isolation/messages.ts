/**
 * Messages over a byte stream. Each is two lengths in bytes (unsigned, 32 bits, little endian), of its header and of
 * its body; then the header, JSON in UTF-8; then the body, which may be empty.
 */

const prefixBytes = 8;
const longestHeaderBytes = 1024 * 1024;
/** The longest body, which is one picture. */
export const longestBodyBytes = 64 * 1024 * 1024;

const nothing = new Uint8Array(0);

/** The chunks to write. Throws RangeError where the message is too long. */
export function encodeMessage(header: object, body: Uint8Array = nothing): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  if (json.length > longestHeaderBytes) throw new RangeError(`a header of ${json.length} bytes is too long`);
  if (body.length > longestBodyBytes) throw new RangeError(`a body of ${body.length} bytes is too long`);
  const head = Buffer.allocUnsafe(prefixBytes + json.length);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(body.length, 4);
  json.copy(head, prefixBytes);
  return body.length === 0 ? [head] : [head, body];
}

/** Puts messages together from chunks that were cut anywhere. Holds one message at most. */
export class MessageReader {
  readonly #onMessage: (header: unknown, body: Uint8Array) => void;
  readonly #prefix = Buffer.alloc(prefixBytes);
  /** What is being read: the prefix, or the header and the body behind it. */
  #target: Buffer = this.#prefix;
  #filled = 0;
  #headerBytes = 0;

  /** The body is the receiver's to keep. */
  constructor(onMessage: (header: unknown, body: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  /** Throws RangeError or SyntaxError where the bytes are no message; the reader is of no use then. */
  push(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, this.#target.length - this.#filled);
      this.#target.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.#target.length) this.#complete();
    }
  }

  #complete(): void {
    const complete = this.#target;
    this.#filled = 0;
    if (complete === this.#prefix) {
      const bodyBytes = complete.readUInt32LE(4);
      this.#headerBytes = complete.readUInt32LE(0);
      if (this.#headerBytes === 0 || this.#headerBytes > longestHeaderBytes || bodyBytes > longestBodyBytes) {
        throw new RangeError(`no message has a header of ${this.#headerBytes} and a body of ${bodyBytes} bytes`);
      }
      this.#target = Buffer.allocUnsafeSlow(this.#headerBytes + bodyBytes);
    } else {
      this.#target = this.#prefix;
      const header: unknown = JSON.parse(complete.toString('utf8', 0, this.#headerBytes));
      this.#onMessage(header, complete.subarray(this.#headerBytes));
    }
  }
}
