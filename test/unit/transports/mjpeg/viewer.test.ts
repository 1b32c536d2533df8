import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { monotonicMs } from '../../../../src/core/clock.js';
import { Channel } from '../../../../src/hub/channel.js';
import { ViewerRegistry } from '../../../../src/hub/viewer-registry.js';
import { parseStreamQuery } from '../../../../src/transports/mjpeg/query.js';
import { MjpegTransport } from '../../../../src/transports/mjpeg/transport.js';
import { idleLink, TestFrame, until } from '../../fakes.js';

const newChannel = (name: string) => new Channel(name, { clock: monotonicMs, onDemand: () => {} });

/** The transport on a server of loopback whose kernel takes nothing at once: all goes by Node's own socket. */
async function setUp() {
  const viewers = new ViewerRegistry();
  const sockets = {
    sendToAll: (_descriptors: Int32Array, _chunks: readonly Uint8Array[], sent: Int32Array) => void sent.fill(0),
    boundBuffer() {},
    setUnsentLimit() {},
    info: () => ({ ...idleLink, rttMs: 0, minRttMs: 0 }),
  };
  const transport = new MjpegTransport({ viewers, clock: monotonicMs, sockets });
  const channels = { high: newChannel('high'), low: newChannel('low') };
  const errors: Error[] = [];
  const serve = (response: ServerResponse, url: string) => {
    const query = parseStreamQuery(Object.fromEntries(new URL(url, 'http://x').searchParams));
    transport.serve(response, {
      camera: 'front',
      tier: 'high',
      channelOf: (tier) => (tier === 'low' ? channels.low : channels.high),
      query,
      address: '127.0.0.1:1',
      isOnline: () => true,
    });
  };
  const server = createServer((request, response) => {
    request.socket.on('error', (error) => errors.push(error));
    serve(response, request.url ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const watch = async (query = '') => {
    const { port } = server.address() as AddressInfo;
    const request = get(`http://127.0.0.1:${port}/stream?${query}`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const received: Buffer[] = [];
    let ended = false;
    response.on('data', (chunk: Buffer) => received.push(chunk));
    response.on('error', () => {});
    response.on('close', () => {
      ended = true;
    });
    return { response, text: () => Buffer.concat(received).toString('latin1'), ended: () => ended };
  };
  return { viewers, channels, transport, watch, errors };
}

function publish(channel: Channel, sequence: number, text: string): TestFrame {
  const frame = new TestFrame(sequence, monotonicMs(), Buffer.from(text));
  channel.publish(frame);
  frame.release();
  return frame;
}

it('streams until the client leaves, and keeps nothing then', async () => {
  const { viewers, channels, watch, errors } = await setUp();
  const client = await watch('key=a%3Bb&fps=25');
  expect(client.response.headers).toMatchObject({
    'content-type': 'multipart/x-mixed-replace;boundary=boundarydonotcross',
    'cache-control': 'no-store',
    connection: 'close',
  });
  expect(client.response.headers['transfer-encoding']).toBeUndefined();
  const [viewer] = viewers.all();
  expect(client.response.headers['set-cookie']).toEqual([`stream_client=a%3Bb/${viewer?.id}; path=/; max-age=30`]);
  expect(viewer).toMatchObject({ camera: 'front', tier: 'high', transport: 'mjpeg', maxFps: 25 });
  const frame = publish(channels.high, 1, 'PICTURE');
  await until('the picture', () => client.text().endsWith('PICTURE\r\n--boundarydonotcross\r\n'));
  await until('the count', () => viewer?.stats().bytes !== 0);
  client.response.destroy();
  await until('the end', () => viewers.all().length === 0);
  expect(channels.high.subscriberCount).toBe(0);
  expect(frame).toMatchObject({ freed: 1, references: 0 });
  expect(errors.filter((error) => !('code' in error && error.code === 'ECONNRESET'))).toEqual([]);
});

it('goes on with another tier, in the same stream', async () => {
  const { viewers, channels, watch } = await setUp();
  const client = await watch();
  publish(channels.high, 1, 'HIGH');
  await until('the first', () => client.text().includes('HIGH'));
  viewers.all()[0]?.moveTo('low');
  expect(viewers.all()[0]?.tier).toBe('low');
  publish(channels.low, 1, 'LOW');
  await until('the second', () => client.text().includes('LOW'));
  client.response.destroy();
  await until('the end', () => channels.low.subscriberCount === 0);
});

it('ends in good order when it is closed, also in the turn that a frame came', async () => {
  const { viewers, channels, watch, errors } = await setUp();
  const client = await watch();
  publish(channels.high, 1, 'FIRST');
  await until('the first', () => client.text().includes('FIRST'));
  const [viewer] = viewers.all();
  await until('the count', () => viewer?.stats().bytes !== 0);
  const frame = publish(channels.high, 2, 'SECOND');
  viewer?.close();
  viewer?.close();
  await until('the end', client.ended);
  expect(client.response.complete).toBe(true);
  expect(viewers.all()).toEqual([]);
  expect(frame.freed).toBe(1);
  expect(errors).toEqual([]);
});

it('shows the last picture twice where it is asked to', async () => {
  const { channels, watch } = await setUp();
  const [twice, once_] = [await watch('dual_final_frames=1'), await watch()];
  publish(channels.high, 1, 'LAST');
  await until('both', () => twice.text().split('LAST').length === 3);
  expect(once_.text().split('LAST')).toHaveLength(2);
});

it('is given its pinned tier whole: neither rate nor padding of when it was adapted', async () => {
  const { viewers, channels, watch } = await setUp();
  const client = await watch();
  const [viewer] = viewers.all();
  viewer?.connection?.setLinkBps(1e6);
  viewer?.connection?.adaptFps(5);
  viewer?.connection?.padFrames(50_000, 1);
  viewer?.pinTo('low');
  viewer?.moveTo('low');
  expect(viewer?.link?.()?.linkBps).toBeNull();
  for (const [i, text] of ['one.', 'two.', 'three.'].entries()) {
    publish(channels.low, i, text);
    await until(text, () => client.text().includes(text));
  }
  expect(client.text().length).toBeLessThan(5000);
});
