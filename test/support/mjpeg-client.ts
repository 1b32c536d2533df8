/** An MJPEG viewer over a bare socket, which sees every byte of the answer and when it came. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from './until.js';

export interface Part {
  /** As they were sent, without the empty line. */
  readonly headers: readonly string[];
  readonly jpeg: Buffer;
}

const blankLine = Buffer.from('\r\n\r\n');

/** The value of a header line, by its name in any case. */
export function headerOf(lines: readonly string[], name: string): string | undefined {
  const start = `${name.toLowerCase()}:`;
  return lines
    .find((line) => line.toLowerCase().startsWith(start))
    ?.slice(start.length)
    .trim();
}

export class MjpegClient {
  /** The parts that {@link part} returned so far. */
  readonly seen: Part[] = [];
  /** The status line and the headers of the answer. */
  readonly answer: readonly string[];
  readonly #socket: Socket;
  readonly #state: { bytes: Buffer; ended: boolean; received: number };
  #opened = false;

  private constructor(
    socket: Socket,
    state: { bytes: Buffer; ended: boolean; received: number },
    answer: readonly string[],
  ) {
    this.#socket = socket;
    this.#state = state;
    this.answer = answer;
  }

  /** Resolves with the answer's header. `request` replaces the whole request but its empty line. */
  static async open(url: string, path: string, request = `GET ${path} HTTP/1.1\r\nHost: x`): Promise<MjpegClient> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const state = { bytes: Buffer.alloc(0), ended: false, received: 0 };
    socket.on('data', (chunk: Buffer) => {
      state.bytes = Buffer.concat([state.bytes, chunk]);
      state.received += chunk.length;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      state.ended = true;
    });
    await once(socket, 'connect');
    socket.write(`${request}\r\n\r\n`);
    const end = await until(`an answer to ${path}`, () => {
      if (state.ended && !state.bytes.includes(blankLine)) throw new Error('the connection ended');
      return state.bytes.includes(blankLine) && state.bytes.indexOf(blankLine);
    });
    const answer = state.bytes.subarray(0, end).toString('latin1').split('\r\n');
    state.bytes = state.bytes.subarray(end + blankLine.length);
    return new MjpegClient(socket, state, answer);
  }

  /** Bytes that came and weren't read yet. */
  get waiting(): Buffer {
    return this.#state.bytes;
  }

  get ended(): boolean {
    return this.#state.ended;
  }

  /** The next bytes of the body. */
  async bytes(count: number, timeoutMs?: number): Promise<Buffer> {
    const what = () =>
      `${count} bytes; there are ${this.#state.bytes.length}: ${this.#state.bytes.toString('latin1', 0, 200)}`;
    await until(`bytes`, () => this.#state.bytes.length >= count || this.#over(), timeoutMs).catch((error: Error) => {
      throw new Error(`${error.message} (${what()})`);
    });
    const taken = this.#state.bytes.subarray(0, count);
    this.#state.bytes = this.#state.bytes.subarray(count);
    return taken;
  }

  /** The next bytes up to and with `mark`. */
  async through(mark: string | Buffer, timeoutMs?: number): Promise<Buffer> {
    const find = () => this.#state.bytes.indexOf(mark);
    await until(`${JSON.stringify(String(mark))}`, () => find() >= 0 || this.#over(), timeoutMs);
    return this.bytes(find() + mark.length, timeoutMs);
  }

  /** The next part, read by its Content-Length, up to the boundary behind it. Throws where the framing is another. */
  async part(timeoutMs?: number): Promise<Part> {
    const boundary = '--boundarydonotcross\r\n';
    if (!this.#opened) expectBytes(await this.bytes(boundary.length, timeoutMs), boundary);
    this.#opened = true;
    const head = await this.through(blankLine, timeoutMs);
    const headers = head.toString('latin1', 0, head.length - blankLine.length).split('\r\n');
    const jpeg = Buffer.from(await this.bytes(Number(headerOf(headers, 'Content-Length')), timeoutMs));
    expectBytes(await this.bytes(boundary.length + 2, timeoutMs), `\r\n${boundary}`);
    const part = { headers, jpeg };
    this.seen.push(part);
    return part;
  }

  async parts(count: number): Promise<Part[]> {
    const parts: Part[] = [];
    while (parts.length < count) parts.push(await this.part());
    return parts;
  }

  /** Reads, and returns, the parts of which anything came before this call. */
  async backlog(): Promise<Part[]> {
    const end = this.#state.received;
    const parts: Part[] = [];
    while (this.#state.received - this.#state.bytes.length < end) parts.push(await this.part());
    return parts;
  }

  /** Resolves when the server has ended the connection. */
  async end(timeoutMs?: number): Promise<void> {
    await until('the end of the connection', () => this.#state.ended, timeoutMs);
  }

  /** Reads no more until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
  }

  #over(): false {
    if (this.#state.ended) throw new Error('the connection ended');
    return false;
  }
}

function expectBytes(bytes: Buffer, expected: string): void {
  if (bytes.toString('latin1') !== expected) {
    throw new Error(`${JSON.stringify(bytes.toString('latin1'))} instead of ${JSON.stringify(expected)}`);
  }
}
