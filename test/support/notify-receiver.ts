/** A service manager's socket, sd_notify(3): what a server under test tells it. Node itself can't receive datagrams there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

const script = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('ready', flush=True)
while True:
    print(s.recv(65536).decode().replace(chr(10), ' '), flush=True)
`;

/** Owns a process and a folder; `stop()` ends both. */
export class NotifyReceiver {
  /** For `$NOTIFY_SOCKET`. */
  readonly path: string;
  /** What came, one message each. */
  readonly messages: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'lenscast-notify-'));
  readonly #child;

  private constructor() {
    this.path = join(this.#folder, 'notify');
    this.#child = spawn('python3', ['-c', script, this.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    this.#child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      this.messages.push(...lines);
    });
  }

  static async start(): Promise<NotifyReceiver> {
    const receiver = new NotifyReceiver();
    await until('the receiver', () => receiver.messages[0] === 'ready');
    receiver.messages.shift();
    return receiver;
  }

  count(message: string): number {
    return this.messages.filter((each) => each === message).length;
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'close');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
