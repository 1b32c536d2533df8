/** A client of the server's WebSockets, which keeps all that came and grants credit only when it is told to. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { type ServerMessage, serverMessageSchema } from '../../src/http/schemas/messages.js';
import { until } from './until.js';

export type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: Type }>;

export interface FrameMessage {
  readonly version: number;
  readonly isStandIn: boolean;
  readonly index: number;
  readonly sequence: number;
  readonly captureUs: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;
}

export function readFrameMessage(data: Buffer): FrameMessage {
  return {
    version: data.readUInt8(0),
    isStandIn: data.readUInt8(1) === 1,
    index: data.readUInt16BE(2),
    sequence: data.readUInt32BE(4),
    captureUs: Number(data.readBigUInt64BE(8)),
    width: data.readUInt16BE(16),
    height: data.readUInt16BE(18),
    jpeg: data.subarray(20),
  };
}

export class WebSocketClient {
  /** Texts, each checked against the schema that the server publishes. */
  readonly messages: ServerMessage[] = [];
  readonly frames: FrameMessage[] = [];
  /** The code and the reason that the connection ended with. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** Called with each frame as it comes. */
  onFrame: (frame: FrameMessage) => void = () => undefined;
  /** Called with each text as it comes. */
  onMessage: (message: ServerMessage) => void = () => undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#takeFrame(readFrameMessage(data));
      else this.#takeMessage(serverMessageSchema.parse(JSON.parse(data.toString())));
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    socket.on('error', () => undefined);
  }

  /** `url` is the server's, by HTTP. Resolves with the open connection; rejects where it is refused. */
  static async open(url: string, path: string, options: ClientOptions = {}): Promise<WebSocketClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws') + path, options);
    const client = new WebSocketClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** As it is, or as JSON where it is no text. */
  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  all<Type extends ServerMessage['type']>(type: Type): MessageOf<Type>[] {
    return this.messages.filter((message): message is MessageOf<Type> => message.type === type);
  }

  /** Waits for the first message of a type that fits, from the `from`th message on. */
  async message<Type extends ServerMessage['type']>(
    type: Type,
    fits: (message: MessageOf<Type>) => boolean = () => true,
    from = 0,
    timeoutMs = 15_000,
  ): Promise<MessageOf<Type>> {
    const find = () => {
      const found = this.messages.slice(from).find((one) => one.type === type && fits(one as MessageOf<Type>));
      return found as MessageOf<Type> | undefined;
    };
    const told = () => JSON.stringify(this.messages.slice(from)).slice(0, 2000);
    return until(`a message ${type}`, find, timeoutMs).catch((error: Error) => {
      throw new Error(`${error.message} in ${told()}`);
    }) as Promise<MessageOf<Type>>;
  }

  /** Watches a camera; resolves with the answer. */
  async watch(camera: string, request: Record<string, unknown> = {}): Promise<MessageOf<'watching'>> {
    const from = this.messages.length;
    this.send({ type: 'watch', camera, ...request });
    return this.message('watching', (message) => message.camera === camera, from);
  }

  /** Grants a frame for each that comes, as a viewer does who wants all. */
  keepUp(cameraOf: (index: number) => string): void {
    this.onFrame = ({ index }) => this.send({ type: 'credit', camera: cameraOf(index), frames: 1 });
  }

  async frameCount(count: number, timeoutMs?: number): Promise<readonly FrameMessage[]> {
    await until(`${count} frames`, () => this.frames.length >= count, timeoutMs);
    return this.frames;
  }

  /** Reads no more until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.#socket.terminate();
  }

  async stop(): Promise<void> {
    if (this.closed !== undefined) return;
    this.#socket.resume();
    this.#socket.close();
    await until('the end of the connection', () => this.closed !== undefined);
  }

  async end(timeoutMs?: number): Promise<{ readonly code: number; readonly reason: string }> {
    return until('the end of the connection', () => this.closed, timeoutMs);
  }

  #takeMessage(message: ServerMessage): void {
    this.messages.push(message);
    this.onMessage(message);
  }

  #takeFrame(frame: FrameMessage): void {
    this.frames.push(frame);
    this.onFrame(frame);
  }
}
