/** An MJPEG viewer that stays and notes what it sees, picture by picture; it keeps no bytes but the newest picture's. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readStamp } from './http-camera/jpegs.js';

/** The camera's own, or what stands in for it. */
export type PictureKind = 'live' | 'stand-in';

export interface SeenPicture {
  readonly kind: PictureKind;
  /** performance.now(), when its last byte was read. */
  readonly atMs: number;
  readonly jpeg: Buffer;
}

interface Waiter {
  readonly kind: PictureKind;
  readonly resolve: (picture: SeenPicture) => void;
  readonly reject: (error: Error) => void;
}

const blankLine = Buffer.from('\r\n\r\n');

export class PictureWatcher {
  /** Pictures so far, by their kind. */
  readonly counts: Record<PictureKind, number> = { live: 0, 'stand-in': 0 };
  /** The newest of each kind. */
  readonly newest: Partial<Record<PictureKind, SeenPicture>> = {};
  /** Jumps forward of the numbers that cameras stamp into their own JPEGs: pictures that this viewer never got. */
  missed = 0;
  readonly #socket: Socket;
  readonly #waiters = new Set<Waiter>();
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes to have before it is worth looking: a part's length is known once its header is. */
  #needed = 0;
  #header: string | null = null;
  #sequence: number | null = null;
  #ended = false;
  #refusal: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** `path` asks for an MJPEG stream; with `extra_headers=1` those tell the pictures' kind, else the camera's stamps. */
  static async open(url: string, path: string): Promise<PictureWatcher> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const watcher = new PictureWatcher(socket);
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return watcher;
  }

  /** The connection is over, whoever ended it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The next picture of a kind that comes after this call. Rejects after `timeoutMs`, and where there is no stream. */
  next(kind: PictureKind, timeoutMs = 30_000): Promise<SeenPicture> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== null) {
        reject(this.#refusal);
        return;
      }
      const waiter: Waiter = {
        kind,
        resolve: (picture) => {
          clearTimeout(timer);
          resolve(picture);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const state = `${JSON.stringify(this.counts)} so far, the connection ${this.#ended ? 'ended' : 'is open'}`;
        reject(new Error(`no ${kind} picture within ${timeoutMs} ms; ${state}`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#needed && this.#advance());
  }

  /** False where more bytes are needed first. */
  #advance(): boolean {
    const bytes = this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const take = (count: number) => {
      this.#chunks = [bytes.subarray(count)];
      this.#size = bytes.length - count;
      return bytes.subarray(0, count);
    };
    if (this.#header === null) {
      const end = bytes.indexOf(blankLine);
      this.#chunks = [bytes];
      this.#needed = end < 0 ? bytes.length + 1 : 0;
      if (end < 0) return false;
      const header = take(end + blankLine.length).toString('latin1');
      if (/^HTTP\/1\.1 (?!200 )/.test(header)) return this.#refuse(header);
      const length = /^Content-Length: (\d+)\r$/im.exec(header)?.[1];
      // The response's own header has no length.
      if (length === undefined) return true;
      this.#header = header;
      this.#needed = Number(length);
      return true;
    }
    const header = this.#header;
    const jpeg = Buffer.from(take(this.#needed));
    this.#header = null;
    this.#needed = 0;
    this.#see(header, jpeg);
    return true;
  }

  #refuse(header: string): false {
    const refusal = new Error(`no stream: ${header.trim()}`);
    this.#refusal = refusal;
    this.#socket.destroy();
    for (const { reject } of this.#waiters) reject(refusal);
    this.#waiters.clear();
    return false;
  }

  #see(header: string, jpeg: Buffer): void {
    const stamp = readStamp(jpeg);
    const online = /^X-UStreamer-Online: (\w+)\r$/m.exec(header)?.[1];
    const isLive = online === undefined ? stamp !== null : online === 'true';
    const kind = isLive ? 'live' : 'stand-in';
    if (stamp !== null) {
      const before = this.#sequence;
      if (before !== null && stamp.sequence > before + 1) this.missed += stamp.sequence - before - 1;
      this.#sequence = stamp.sequence;
    }
    const picture: SeenPicture = { kind, atMs: performance.now(), jpeg };
    this.counts[kind]++;
    this.newest[kind] = picture;
    for (const waiter of [...this.#waiters]) {
      if (waiter.kind !== kind) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(picture);
    }
  }
}
