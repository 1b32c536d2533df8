/**
 * Starts the server with the test picture and fetches snapshots until one comes: an emulated machine takes its time.
 * Exits 1 where none comes within five minutes.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const ADDRESS = 'http://127.0.0.1:8080';
const PATIENCE_MS = 300_000;

const words = ['dist/main.js', '--source', 'test:'];
const server = spawn(process.execPath, words, { stdio: 'inherit' });
const began = performance.now();
try {
  const { type, bytes, startsAsJpeg } = await untilPicture();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (type !== 'image/jpeg' || !startsAsJpeg) throw new Error(`the snapshot is ${type}`);
  console.log(`${process.arch}: a snapshot of ${bytes} bytes after ${seconds} s`);
} finally {
  if (server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}
if (server.exitCode !== 0) throw new Error(`the server ended with ${server.exitCode ?? server.signalCode}`);

async function untilPicture() {
  let last = 'nothing';
  while (performance.now() - began < PATIENCE_MS && server.exitCode === null) {
    try {
      const response = await fetch(`${ADDRESS}/snapshot`);
      const body = Buffer.from(await response.arrayBuffer());
      if (response.ok) {
        return {
          type: response.headers.get('content-type'),
          bytes: body.length,
          startsAsJpeg: body.readUInt16BE(0) === 0xffd8,
        };
      }
      last = `${response.status} ${body}`;
    } catch (error) {
      last = String(error.cause ?? error);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`no picture; last: ${last}`);
}
