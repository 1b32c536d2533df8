/** One client of the HTTP camera's stream. */
import type { ServerResponse } from 'node:http';
import { contentType, type Framing, part } from './framing.js';
import { asLossless } from './jpegs.js';

/** What is wrong with the camera now. */
export type HttpCameraFault =
  | 'none'
  /** 404 to new requests; streams end. */
  | 'not-found'
  /** 500 to new requests; streams end. */
  | 'server-error'
  /** A page of HTML with status 200; streams end. */
  | 'html'
  /** New requests get no answer at all, streams no more frames; connections stay open. */
  | 'silence'
  /** Half of a part, then nothing more. */
  | 'half-part-then-silence'
  /** Half of a part, then the connection's end. */
  | 'half-part-then-close'
  /** Each JPEG ends in its middle; the part is right otherwise. */
  | 'cut-jpegs'
  /** JPEGs that are whole, but of a kind that nothing can decode. */
  | 'undecodable'
  /** `Content-Length` says 1,000 bytes more than there are. */
  | 'content-length-too-large'
  /** `Content-Length` says 1,000 bytes less than there are. */
  | 'content-length-too-small'
  /** A part that never ends: no length, no boundary. */
  | 'endless-part';

const claimedLengthError = 1000;
const endlessBlock = Buffer.alloc(64 * 1024);

/** Sends frames to one response; a client that doesn't keep up loses frames. */
export class Viewer {
  readonly #response: ServerResponse;
  readonly #framing: Framing;
  /** The part is never finished: nothing can follow. */
  #stuck = false;

  constructor(response: ServerResponse, framing: Framing, chunked: boolean) {
    this.#response = response;
    this.#framing = framing;
    response.setHeader('Content-Type', contentType(framing));
    response.setHeader('Connection', 'close');
    if (!chunked) response.removeHeader('Transfer-Encoding'); // Node then ends the body by closing
    response.writeHead(200);
    response.flushHeaders();
    if (framing.preamble !== undefined) response.write(framing.preamble);
  }

  /** Null where nothing was sent. Returns the number of bytes otherwise. */
  send(jpeg: Buffer, fault: HttpCameraFault): number | null {
    if (this.#stuck || this.#response.destroyed || this.#response.writableLength > 0) return null;
    switch (fault) {
      case 'silence':
        return null;
      case 'half-part-then-silence':
      case 'half-part-then-close':
        this.#stuck = true;
        this.#write(part(this.#framing, jpeg.length).head, jpeg.subarray(0, jpeg.length >> 1), '');
        if (fault === 'half-part-then-close') this.#response.end();
        return jpeg.length >> 1;
      case 'endless-part':
        this.#stuck = true;
        this.#write(part(this.#framing, null).head, jpeg.subarray(0, jpeg.length >> 1), '');
        this.#writeForEver();
        return jpeg.length >> 1;
      case 'cut-jpegs':
        return this.#sendPart(jpeg.subarray(0, jpeg.length >> 1), 0);
      case 'undecodable':
        return this.#sendPart(asLossless(jpeg), 0);
      case 'content-length-too-large':
        return this.#sendPart(jpeg, claimedLengthError);
      case 'content-length-too-small':
        return this.#sendPart(jpeg, -claimedLengthError);
      default:
        return this.#sendPart(jpeg, 0);
    }
  }

  end(): void {
    this.#response.end();
  }

  #sendPart(jpeg: Buffer, lengthError: number): number {
    const { head, tail } = part(this.#framing, jpeg.length + lengthError);
    this.#write(head, jpeg, tail);
    return jpeg.length;
  }

  /** Uncorked with chunked encoding: each becomes a chunk of its own, so that boundaries and chunks don't coincide. */
  #write(head: string, jpeg: Buffer, tail: string): void {
    this.#response.write(head);
    this.#response.write(jpeg.subarray(0, jpeg.length - 1));
    this.#response.write(Buffer.concat([jpeg.subarray(jpeg.length - 1), Buffer.from(tail)]));
  }

  #writeForEver(): void {
    while (!this.#response.destroyed && this.#response.write(endlessBlock));
    if (!this.#response.destroyed) this.#response.once('drain', () => this.#writeForEver());
  }
}
