/** What the kernel tells of a connection whose link loses packets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';
import { descriptorOf } from '../../src/transports/tcp/sockets.js';
import { endAfterTest } from '../support/cleanup.js';
import { NetworkNamespace } from '../support/network-namespace.js';
import { until } from '../support/until.js';

test.skipIf(!NetworkNamespace.isPossible)(
  'what went through beyond a gap is told, until the gap is filled',
  async () => {
    const addon = loadAddon();
    const namespace = endAfterTest(new NetworkNamespace(), (one) => one.dispose());
    const server = endAfterTest(createServer().listen(0, '0.0.0.0'), (one) => one.close());
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    // Its queue holds less than TCP tries to send at once.
    namespace.limitTo(1);
    const program = `require('node:net').connect(${port}, '${namespace.nearAddress}').resume()`;
    const client = spawn('ip', ['netns', 'exec', namespace.name, process.execPath, '-e', program], { stdio: 'ignore' });
    endAfterTest(client, (one) => one.kill('SIGKILL'));
    const [socket] = await accepted;
    endAfterTest(socket, (one) => one.destroy());
    socket.on('error', () => {});
    const bytes = 150_000;
    socket.write(Buffer.alloc(bytes));
    const info = () => addon.socketInfo(descriptorOf(socket));
    const gap = await until('a gap', () => info().sackedBytes > 0 && info());
    expect(gap.sackedBytes).toBeGreaterThanOrEqual(gap.segmentBytes);
    expect(gap.ackedBytes + gap.sackedBytes).toBeLessThanOrEqual(bytes + gap.segmentBytes);
    const end = await until('all of it', () => info().unackedBytes === 0 && info(), 60_000);
    expect(end.sackedBytes).toBe(0);
    expect(end.ackedBytes).toBeGreaterThanOrEqual(bytes);
  },
);
