/**
 * The program of a camera's process. Descriptor 3 is the stream to the server, descriptor 4 the frames' slots. It ends
 * when it is told to, or when the stream ends because the server did.
 */
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { loadAddon } from '../native/addon.js';
import { FrameSlots } from './frame-slots.js';
import { encodeMessage, MessageReader } from './messages.js';
import { PipelineHost } from './pipeline-host.js';
import type { ToProcess } from './protocol.js';

const orphanCloseTimeoutMs = 500;

// Frames lie outside V8's heap: as in the server, the space for new objects stays small.
setFlagsFromString('--semi-space-growth-factor=1');

// Ctrl-C and service managers send these to all processes of the server's group; the server ends this one in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const socket = new Socket({ fd: 3, readable: true, writable: true });
const host = new PipelineHost({
  addon: loadAddon(),
  slots: new FrameSlots(4),
  send: (message) => {
    for (const chunk of encodeMessage(message)) socket.write(chunk);
  },
});

const end = (timeoutMs: number) => {
  void host.close(timeoutMs).finally(() => process.exit(0));
};
const reader = new MessageReader((header, body) => {
  const message = header as ToProcess;
  if (message.type === 'close') end(message.timeoutMs);
  else host.handle(message, body);
});
socket.on('data', (chunk: Buffer) => reader.push(chunk));
// The server is gone.
socket.on('error', () => {});
socket.on('close', () => end(orphanCloseTimeoutMs));
