import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** A TCP connection whose kernel takes what the test lets it take. */
export class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly written: Buffer[] = [];
  #waiting: { readonly chunk: Uint8Array; readonly done: (error?: Error) => void }[] = [];

  get writableLength(): number {
    return this.#waiting.reduce((sum, { chunk }) => sum + chunk.byteLength, 0);
  }

  /** Binary messages that wait for the kernel. */
  get waitingFrames(): number {
    return this.#waiting.filter(({ chunk }) => chunk[0] === 0x82).length;
  }

  setNoDelay(): void {}

  write(chunk: Uint8Array, done: (error?: Error) => void = () => undefined): boolean {
    this.#waiting.push({ chunk, done });
    return false;
  }

  /** The kernel takes all that waits. */
  drain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { chunk, done } of waiting) {
      this.written.push(Buffer.from(chunk));
      done();
    }
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { done } of waiting) done(new Error('destroyed'));
  }
}

/** A WebSocket over it, which frames nothing. */
export class FakeWebSocket extends EventEmitter {
  readonly texts: string[] = [];
  readonly closings: number[] = [];
  pings = 0;
  paused = false;
  readonly #socket: FakeSocket;

  constructor(socket: FakeSocket) {
    super();
    this.#socket = socket;
  }

  send(text: string, done: () => void): void {
    this.texts.push(text);
    this.#socket.write(Buffer.from(text), () => done());
  }

  ping(): void {
    this.pings++;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(code: number): void {
    this.closings.push(code);
  }

  terminate(): void {
    this.#socket.destroy();
    this.emit('close', 1006, Buffer.alloc(0));
  }
}

/** Both, as the code under test takes them. */
export function fakeWire() {
  const fakeSocket = new FakeSocket();
  const fakeWebSocket = new FakeWebSocket(fakeSocket);
  const socket = fakeSocket as unknown as Socket;
  return { fakeSocket, fakeWebSocket, socket, webSocket: fakeWebSocket as unknown as WebSocket };
}
