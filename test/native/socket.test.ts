import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { addon, expectCode, until } from './harness.js';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

const fdOf = (socket: Socket) => (socket as unknown as { _handle: { fd: number } })._handle.fd;

/** A connection over loopback, the server's end first. The client reads nothing until it is told to. */
async function makePair(): Promise<[Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
  client.pause();
  await once(client, 'connect');
  const [socket] = await accepted;
  sockets.push(socket, client);
  for (const end of [socket, client]) end.on('error', () => {});
  return [socket, client];
}

const send = (fds: number[], chunks: Uint8Array[], sent: Float64Array | Int32Array = new Float64Array(fds.length)) => {
  addon.sendToAll(Int32Array.from(fds), chunks, sent);
  return Array.from(sent);
};

it('sets options', async () => {
  const [socket] = await makePair();
  addon.setSocketOptions(fdOf(socket), {});
  addon.setSocketOptions(fdOf(socket), { notSentLowWaterBytes: 16_384, sendBufferBytes: 65_536 });
  const chunk = new Uint8Array(1 << 20);
  let total = 0;
  for (let sent = send([fdOf(socket)], [chunk])[0] ?? 0; sent > 0; sent = send([fdOf(socket)], [chunk])[0] ?? 0) {
    total += sent;
  }
  const info = addon.socketInfo(fdOf(socket));
  expect(info.unackedBytes).toBeGreaterThan(0);
  // The send buffer is twice 64 KiB, with its bookkeeping; unbounded it would have been some MiB.
  expect(info.unackedBytes).toBeLessThan(1 << 20);
  expect(total).toBeGreaterThanOrEqual(info.unackedBytes);
});

it('refuses wrong options', async () => {
  const [socket] = await makePair();
  const loose = addon.setSocketOptions as (...args: unknown[]) => void;
  for (const [args, message] of [
    [[], /fd must be an integer from 0 to 2147483647, not undefined/],
    [[-1, {}], /fd must be .* not -1/],
    [[1.5, {}], /fd must be .* not 1\.5/],
    [[2 ** 31, {}], /fd must be .* not 2147483648/],
    [[fdOf(socket)], /options must be an object/],
    [[fdOf(socket), { sendBufferBytes: '1' }], /options\.sendBufferBytes must be an integer .* not "1"/],
    [[fdOf(socket), { notSentLowWaterBytes: 0 }], /options\.notSentLowWaterBytes must be an integer from 1/],
  ] as [unknown[], RegExp][]) {
    expectCode(() => loose(...args), 'ERR_INVALID_ARG', message);
  }
  const file = openSync('/dev/null', 'r');
  expectCode(
    () => addon.setSocketOptions(file, { sendBufferBytes: 4096 }),
    'ERR_SOCKET',
    new RegExp(`setsockopt\\(SO_SNDBUF\\) on descriptor ${file}: errno 88, Socket operation on non-socket`),
  );
  expectCode(
    () => addon.setSocketOptions(file, { notSentLowWaterBytes: 1 }),
    'ERR_SOCKET',
    /TCP_NOTSENT_LOWAT.*errno 88/,
  );
  expectCode(() => addon.socketInfo(file), 'ERR_SOCKET', /getsockopt\(TCP_INFO\).*errno 88/);
  closeSync(file);
  expectCode(() => addon.socketInfo(1_000_000), 'ERR_SOCKET', /descriptor 1000000: errno 9/);
  expectCode(() => addon.socketInfo('x' as unknown as number), 'ERR_INVALID_ARG', /fd must be/);
});

it('tells what the kernel knows', async () => {
  const [socket, client] = await makePair();
  const [sent] = send([fdOf(socket)], [new Uint8Array(100_000)]);
  expect(sent).toBe(100_000);
  let received = 0;
  client.on('data', (data) => {
    received += data.length;
  });
  client.resume();
  await until('all bytes', () => received === 100_000);
  await until('the acknowledgement', () => addon.socketInfo(fdOf(socket)).unackedBytes === 0);
  const info = addon.socketInfo(fdOf(socket));
  expect(info).toMatchObject({ unsentBytes: 0, unackedBytes: 0, lostSegments: 0 });
  expect(info.ackedBytes).toBeGreaterThanOrEqual(100_000);
  // A busy machine may acknowledge so late that something was sent twice.
  expect(info.retransmits).toBeGreaterThanOrEqual(0);
  expect(info.rttMs).toBeGreaterThan(0);
  expect(info.minRttMs).toBeGreaterThan(0);
  expect(info.deliveryRateBps).toBeGreaterThan(0);
  expect(info.segmentBytes).toBeGreaterThan(500);
  expect(info.congestionWindowSegments).toBeGreaterThan(0);
  for (const value of Object.values(info)) expect(['number', 'boolean']).toContain(typeof value);
});

it('sends the chunks in order to each', async () => {
  const pairs = await Promise.all([makePair(), makePair(), makePair()]);
  const texts = pairs.map(() => '');
  for (const [index, [, client]] of pairs.entries()) {
    client.on('data', (data) => {
      texts[index] += data.toString();
    });
    client.resume();
  }
  const chunks = ['Content-', 'Length', '', ': 4\r\n\r\n', 'data'].map((text) => Buffer.from(text));
  const fds = pairs.map(([socket]) => fdOf(socket));
  const whole = Buffer.concat(chunks).toString();
  for (const sent of [new Float64Array(3), new Int32Array(3)]) {
    expect(send(fds, chunks, sent)).toEqual(fds.map(() => whole.length));
  }
  await until('the bytes', () => texts.every((text) => text === whole + whole));
});

it('sends in part, then nothing, to who does not read, and all to the others', async () => {
  const [slow, slowClient] = await makePair();
  const [fast, fastClient] = await makePair();
  let received = 0;
  fastClient.on('data', (data) => {
    received += data.length;
  });
  fastClient.resume();
  addon.setSocketOptions(fdOf(slow), { sendBufferBytes: 65_536 });
  const chunk = new Uint8Array(200_000);
  const toSlow: number[] = [];
  let toFast = 0;
  await until(
    'the slow one to be full',
    () => {
      const [first = 0, second = 0] = send([fdOf(slow), fdOf(fast)], [chunk]);
      toSlow.push(first);
      toFast += second;
      return first === 0;
    },
    20_000,
  );
  expect(toSlow.some((sent) => sent > 0)).toBe(true);
  expect(toSlow.every((sent) => sent >= 0 && sent <= chunk.length)).toBe(true);
  await until('the fast one to have it all', () => received === toFast);
  let drained = 0;
  slowClient.on('data', (data) => {
    drained += data.length;
  });
  slowClient.resume();
  await until('the slow one to have what was taken', () => drained === toSlow.reduce((sum, sent) => sum + sent, 0));
});

it('says a closed peer and a wrong descriptor as negative errnos', async () => {
  const [gone, goneClient] = await makePair();
  const [here] = await makePair();
  goneClient.resetAndDestroy();
  const fd = fdOf(gone);
  let first = 0;
  await until('the reset', () => {
    first = send([fd], [new Uint8Array(10)])[0] ?? 0;
    return first < 0;
  });
  // ECONNRESET or EPIPE.
  expect([-104, -32]).toContain(first);
  const sent = send([fd, 1_000_000, fdOf(here), -1], [new Uint8Array(10)]);
  expect(sent).toEqual([-32, -9, 10, -9]);
});

it('refuses wrong arguments', () => {
  const one = new Int32Array(1);
  const bytes = [new Uint8Array(1)];
  const loose = addon.sendToAll as (...args: unknown[]) => void;
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const [args, message] of [
    [[], /chunks must be an array of 1 to 8 Uint8Arrays, not undefined/],
    [[one, [], one], /chunks must be .* not 0/],
    [[one, Array(9).fill(bytes[0]), one], /chunks must be .* not 9/],
    [[one, ['a'], one], /chunks\[\] must be a Uint8Array, not "a"/],
    [[one, [detached], one], /chunks\[\] is detached/],
    [[[1], bytes, one], /fds must be an Int32Array, not an array/],
    [[new Uint8Array(1), bytes, one], /fds must be an Int32Array, not a typed array/],
    [[one, bytes, [0]], /sent must be a Float64Array or an Int32Array, not an array/],
    [[one, bytes, new Float32Array(1)], /sent must be a Float64Array/],
    [[new Int32Array(3), bytes, one], /sent must have room for 3 numbers, not for 1/],
  ] as [unknown[], RegExp][]) {
    expectCode(() => loose(...args), 'ERR_INVALID_ARG', message);
  }
  addon.sendToAll(new Int32Array(0), bytes, new Float64Array(0));
});
