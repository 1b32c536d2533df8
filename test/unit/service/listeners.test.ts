import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listenersIn, listenersOf, processesOf } from '../../../src/service/listeners.js';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000   990        0 ${inode} 1 0 100 0 0 10 0\n`;

test('the addresses that a client asks are those of sockets that listen', () => {
  const table =
    head +
    line('0100007F:1F90', '0A', 1) +
    line('00000000:1F91', '0A', 2) +
    line('0100007F:1F92', '01', 3) +
    line('0102A8C0:1F93', '0A', 4) +
    line('00000000:1F94', '0A', 5);
  expect(listenersIn(table, new Set(['1', '2', '3', '4']))).toEqual([
    '127.0.0.1:8080',
    '127.0.0.1:8081',
    '192.168.2.1:8083',
  ]);
  expect(listenersIn('', new Set(['1']))).toEqual([]);
});

test('so are those of IPv6', () => {
  const table =
    head +
    line('00000000000000000000000000000000:1F90', '0A', 1) +
    line('00000000000000000000000001000000:1F91', '0A', 2) +
    line('B80D0120000000000000000005000000:1F92', '0A', 3);
  expect(listenersIn(table, new Set(['1', '2', '3']))).toEqual([
    '[::1]:8080',
    '[0000:0000:0000:0000:0000:0000:0000:0001]:8081',
    '[2001:0DB8:0000:0000:0000:0000:0000:0005]:8082',
  ]);
});

test('a process is found by its program, and where it listens', async () => {
  const server = createServer();
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  expect(await listenersOf(String(process.pid))).toContain(`127.0.0.1:${port}`);
  expect(await listenersOf('0')).toEqual([]);
  expect(await processesOf('/nonexistent/main.js')).toEqual([]);
});
