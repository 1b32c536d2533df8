import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../fakes.js';
import { eventsHarness } from './events-harness.js';

/** What a handshake is answered with that is refused. */
async function refusal(url: string, path: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url.replace('http', 'ws') + path, { headers });
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  socket.terminate();
  return { status: response.statusCode, problem: JSON.parse(Buffer.concat(chunks).toString()) };
}

/** A raw request and the whole raw answer. */
async function ask(url: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`${request}\r\nHost: x\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe('the handshake', () => {
  it('is refused to pages of other sites', async () => {
    const { url, open } = await eventsHarness();
    const { status, problem } = await refusal(url, '/api/events', { Origin: 'https://evil.example' });
    expect([status, problem.code]).toEqual([403, 'ORIGIN_FORBIDDEN']);
    const forged = await refusal(url, '/cameras/front/ws', { Origin: url, 'Sec-Fetch-Site': 'cross-site' });
    expect(forged.problem.code).toBe('ORIGIN_FORBIDDEN');
    await open('/api/events', { Origin: url });
  });

  it('names a camera that is not there', async () => {
    const { url } = await eventsHarness();
    expect(await refusal(url, '/cameras/yard/ws')).toMatchObject({
      status: 404,
      problem: { code: 'CAMERA_NOT_FOUND' },
    });
  });

  it('is asked for where there is none', async () => {
    const { ask: get } = await eventsHarness();
    for (const path of ['/api/events', '/cameras/front/ws', '/ws']) {
      const response = await get('GET', path);
      expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
      expect(await response.json()).toMatchObject({ code: 'UPGRADE_REQUIRED' });
    }
  });

  it('of a wrong version or key is refused by the protocol', async () => {
    const { url } = await eventsHarness();
    const answer = await ask(url, 'GET /api/events HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('requests for other protocols', () => {
  const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA';

  it('are answered as if they had not asked', async () => {
    const { url } = await eventsHarness();
    const answer = await ask(url, `GET /healthz HTTP/1.1\r\n${h2c}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('"status":"ok"');
    expect(await ask(url, `GET /nowhere HTTP/1.1\r\n${h2c}`)).toContain('NOT_FOUND');
  });

  it('are refused with a body, which nobody could read', async () => {
    const { url } = await eventsHarness();
    expect(await ask(url, `PUT /api/cameras/front/profile HTTP/1.1\r\n${h2c}`)).toMatch(/^HTTP\/1\.1 501 /);
  });
});

describe('events', () => {
  it('begin with everything as it is', async () => {
    const { open } = await eventsHarness();
    const hello = await (await open()).message('hello');
    expect(hello).toMatchObject({ protocol: 1, version: '1.2.3' });
    expect(hello.cameras).toHaveLength(1);
    expect(hello.cameras[0]).toMatchObject({ id: 'front', name: 'Front door', state: 'idle', viewers: 0, cause: null });
    expect(hello.cameras[0]?.tiers.map(({ name }) => name)).toEqual(['high', 'low']);
  });

  it('tell states, with their cause', async () => {
    const { open, watch, addon } = await eventsHarness();
    const client = await open('/cameras/front/ws');
    watch('a', 'low');
    await client.message('state', ({ from, state }) => from === 'idle' && state === 'starting');
    await until('a pipeline', () => addon.pipelines.length > 0);
    addon.pipelines[0]?.handlers.onEvent({
      type: 'error',
      message: 'Could not open resource for reading and writing.',
      debug: 'connection refused',
      domain: 'gst-resource-error-quark',
      number: 7,
      element: 'source',
      factory: 'rtspsrc',
    });
    const broken = await client.message('state', ({ state }) => state === 'recovering');
    expect(broken.cause).toMatchObject({ code: 'unreachable', message: expect.stringContaining('refuses') });
    expect(broken.attempt).toBe(1);
    expect(Date.parse(broken.since)).toBeGreaterThan(Date.now() - 10_000);
  });

  it('tell changed tiers', async () => {
    const { open, ask: rest } = await eventsHarness();
    const client = await open();
    await rest('PUT', '/api/cameras/front/tiers/low', { fps: 7 });
    const { tiers } = await client.message('tiers');
    expect(tiers.find(({ name }) => name === 'low')?.fps).toBe(7);
  });

  it('tell who is moved, and why', async () => {
    const { open, watch, ask: rest } = await eventsHarness();
    const client = await open();
    watch('a', 'high');
    watch('b', 'high');
    await rest('PATCH', '/api/viewers/a', { tier: 'low' });
    const moved = { viewer: 'a', camera: 'front', from: 'high', to: 'low', reason: 'request' };
    expect(await client.message('tier')).toMatchObject(moved);
    await rest('PUT', '/api/cameras/front/profile', { tier: 'low' });
    await client.message('tier', ({ viewer, reason }) => viewer === 'b' && reason === 'bounds');
    await client.message('viewers', ({ by_tier }) => by_tier.low === 2);
  });

  it('tell how many watch, seldom', async () => {
    const { open, watch } = await eventsHarness();
    const client = await open();
    const viewers = Array.from({ length: 50 }, (_, at) => watch(`v${at}`, at % 2 === 0 ? 'high' : 'low'));
    const told = await client.message('viewers');
    expect(told).toMatchObject({ viewers: 50, by_tier: { high: 25, low: 25 }, by_transport: { mjpeg: 50 } });
    for (const viewer of viewers) viewer.close();
    await client.message('viewers', ({ viewers: count }) => count === 0);
    expect(client.all('viewers')).toHaveLength(2);
  });
});

describe('a watch', () => {
  it('is a viewer that REST lists, changes and ends', async () => {
    const { open, ask: rest, viewers } = await eventsHarness();
    const client = await open();
    const { viewer, index, tier } = await client.watch('front', { fps: 5 });
    expect([index, tier]).toEqual([0, 'high']);
    expect(await (await rest('GET', `/api/viewers/${viewer}`)).json()).toMatchObject({
      camera: 'front',
      transport: 'websocket',
      mode: 'auto',
      max_fps: 5,
    });
    const changed = await (await rest('PATCH', `/api/viewers/${viewer}`, { tier: 'low', fps: null })).json();
    expect(changed).toMatchObject({ tier: 'low', mode: 'fixed', max_fps: null });
    await client.message('tier', ({ viewer: moved, to }) => moved === viewer && to === 'low');
    expect((await rest('DELETE', `/api/viewers/${viewer}`)).status).toBe(204);
    await client.message('unwatched', (message) => message.camera === 'front');
    expect(viewers.all()).toEqual([]);
    expect(client.closed).toBeUndefined();
    expect((await client.watch('front')).index).toBe(0);
  });

  it('gets what is granted, from the tier that it has', async () => {
    const { open, publish, camera } = await eventsHarness();
    const client = await open('/cameras/front/ws');
    client.send({ type: 'watch', tier: 'low', frames: 1 });
    await client.message('watching');
    publish('low');
    await client.frameCount(1);
    publish('low');
    client.send({ type: 'tier', tier: 'high', fps: 20 });
    await client.message('watching', ({ tier }) => tier === 'high');
    expect(camera.channel('low').subscriberCount).toBe(0);
    publish('high');
    publish('high');
    client.send({ type: 'credit', frames: 1 });
    await client.frameCount(2);
    expect(client.frames.map(({ sequence }) => sequence)).toEqual([1, 4]);
    expect(client.frames[1]?.jpeg).toHaveLength(300);
  });

  it('ends with unwatch, and with its connection', async () => {
    const { open, viewers, camera } = await eventsHarness();
    const client = await open();
    await client.watch('front');
    client.send({ type: 'unwatch', camera: 'front' });
    await client.message('unwatched');
    expect(viewers.all()).toEqual([]);
    await client.watch('front');
    client.terminate();
    await until('nobody watches', () => viewers.all().length === 0);
    expect(camera.channel('high').subscriberCount).toBe(0);
  });
});

describe('a message that is wrong', () => {
  it.each([
    ['no JSON', null, 'MESSAGE_INVALID', /not JSON/],
    ['[1]', null, 'MESSAGE_INVALID', /type/],
    [{ type: 'dance' }, 'dance', 'MESSAGE_INVALID', /watch, credit, tier, unwatch/],
    [{ type: '__proto__' }, '__proto__', 'MESSAGE_INVALID', /allowed/],
    [{ type: 'watch', camera: 'front', tyer: 'low' }, 'watch', 'MESSAGE_INVALID', /did you mean "tier"/],
    [{ type: 'watch', camera: 'front', fps: -1 }, 'watch', 'MESSAGE_INVALID', /above 0/],
    [{ type: 'watch' }, 'watch', 'MESSAGE_INVALID', /camera is missing/],
    [{ type: 'watch', camera: 'yard' }, 'watch', 'CAMERA_NOT_FOUND', /front/],
    [{ type: 'watch', camera: 'front', tier: 'best' }, 'watch', 'TIER_NOT_FOUND', /high, low/],
    [{ type: 'credit', camera: 'front', frames: 1 }, 'credit', 'NOT_WATCHED', /front/],
    [{ type: 'credit', camera: 'front', frames: 1.5 }, 'credit', 'MESSAGE_INVALID', /1 to 1000/],
    [{ type: 'unwatch', camera: 'front' }, 'unwatch', 'NOT_WATCHED', /front/],
    [{ type: 'tier', camera: 'front', tier: 'low' }, 'tier', 'NOT_WATCHED', /front/],
  ])('%j is answered, and the connection stays', async (message, request, code, detail) => {
    const { open } = await eventsHarness();
    const client = await open();
    client.send(message);
    const error = await client.message('error');
    expect([error.request, error.problem.code]).toEqual([request, code]);
    expect(error.problem.detail).toMatch(detail);
    await client.watch('front');
  });

  it('is one for a camera that is watched already, or for another one than the path names', async () => {
    const { open } = await eventsHarness();
    const client = await open('/cameras/front/ws');
    await client.watch('front');
    client.send({ type: 'watch' });
    expect((await client.message('error')).problem.code).toBe('ALREADY_WATCHED');
    client.send({ type: 'watch', camera: 'yard' });
    await client.message('error', ({ problem }) => problem.code === 'MESSAGE_INVALID');
  });

  it.each([
    ['binary', Buffer.of(1, 2, 3), 1003],
    ['longer than 64 kB', 'x'.repeat(64 * 1024 + 1), 1009],
  ])('and %s ends the connection', async (_what, message, code) => {
    const { open, viewers } = await eventsHarness();
    const client = await open();
    await client.watch('front');
    client.send(message);
    expect((await client.end()).code).toBe(code);
    await until('nobody watches', () => viewers.all().length === 0);
  });

  it('can be sent a thousand times', async () => {
    const { open } = await eventsHarness();
    const client = await open();
    for (let count = 0; count < 1000; count++) client.send('{');
    await until('all are answered', () => client.all('error').length === 1000);
    await client.watch('front');
  });
});

it('the server says goodbye to all, and waits for none', async () => {
  const { open, webSockets, viewers } = await eventsHarness();
  const clients = [await open(), await open('/ws')];
  await clients[1]?.watch('front');
  clients[0]?.pause();
  webSockets.close();
  expect(viewers.all()).toEqual([]);
  expect((await clients[1]?.end())?.code).toBe(1001);
  await until('none is left', () => webSockets.connectionCount === 0);
});
