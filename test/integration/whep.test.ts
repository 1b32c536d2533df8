import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { runLenscast, Server } from '../support/server.js';
import { until } from '../support/until.js';
import { offerOfViewer, WhepViewer } from '../support/whep-viewer.js';

const tiers = 'tiers: { high: { width: 640, height: 360, fps: 20 }, low: { width: 320, height: 180, fps: 20 } }';
const cameras = `cameras: { front: { source: "test:", ${tiers} }, yard: { source: "test:", ${tiers} } }\n`;

let server: Server;
beforeAll(async () => {
  server = await Server.start({ config: `webrtc: { max_viewers: 3, origins: ["https://home.example"] }\n${cameras}` });
});
afterAll(() => server.stop());

interface ViewerView {
  readonly id: string;
  readonly transport: string;
  readonly tier: string;
  readonly mode: string;
  readonly fps: number;
  readonly delivered: number;
}

async function viewersOf(from = server): Promise<readonly ViewerView[]> {
  return (await from.json<{ viewers: readonly ViewerView[] }>('/api/viewers')).viewers;
}

async function watch(path = '/cameras/front/whep'): Promise<WhepViewer> {
  const viewer = await WhepViewer.watch(server.url + path);
  onTestFinished(async () => expect(await viewer.leave()).toBe(200));
  return viewer;
}

function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Response> {
  return fetch(new URL(path, server.url), { method, headers, ...(body === undefined ? {} : { body }) });
}

/** What a response to a request of `path` calls the session, as a URL. */
function sessionOf(response: Response, path: string): string {
  return new URL(response.headers.get('Location') ?? '', new URL(path, server.url)).href;
}

async function refusal(response: Response): Promise<string> {
  const { code } = (await response.json()) as { code: string };
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return `${response.status} ${code}`;
}

const sdp = { 'Content-Type': 'application/sdp' };
const fragmentType = { 'Content-Type': 'application/trickle-ice-sdpfrag' };

describe('a viewer by WHEP', () => {
  test('sees the camera, is told of as any other, and moves between tiers', async () => {
    const viewer = await watch('/cameras/front/whep?tier=low');
    await viewer.sees(20);
    expect(viewer.rtcp).toBeGreaterThan(0);
    const [told] = await viewersOf();
    expect(told).toMatchObject({ transport: 'webrtc', camera: 'front', tier: 'low', mode: 'fixed' });
    expect(viewer.location.endsWith(`/cameras/front/whep/${told?.id}`)).toBe(true);
    const change = (body: unknown) =>
      ask('PATCH', `/api/viewers/${told?.id}`, { 'Content-Type': 'application/json' }, JSON.stringify(body));
    expect((await change({ tier: 'high' })).status).toBe(200);
    const before = viewer.pictures;
    await viewer.sees(before + 20);
    expect((await viewersOf())[0]).toMatchObject({ tier: 'high' });
    expect(await refusal(await change({ fps: 5 }))).toBe('400 BODY_INVALID');
  });

  test('sees the first camera without its name', async () => {
    const viewer = await watch('/whep');
    await viewer.sees(3);
    expect(viewer.location).toContain('/cameras/front/whep/');
  });

  test('is gone with DELETE, and hears that it ends', async () => {
    const viewer = await WhepViewer.watch(`${server.url}/cameras/yard/whep`);
    await viewer.sees(3);
    expect((await ask('DELETE', viewer.location)).status).toBe(200);
    await until('the end is said', () => viewer.hasEnded);
    expect(await refusal(await ask('DELETE', viewer.location))).toBe('404 VIEWER_NOT_FOUND');
    viewer.close();
    expect(await viewersOf()).toEqual([]);
  });

  test('is gone some seconds after it closed its connection without a word', async () => {
    const viewer = await WhepViewer.watch(`${server.url}/cameras/yard/whep`);
    await viewer.sees(3);
    viewer.close();
    await until('nobody watches', async () => (await viewersOf()).length === 0, 25_000);
  });

  test('is gone when its camera is, or the server', async () => {
    const own = stopAfterTest(await Server.start({ config: cameras }));
    const front = await WhepViewer.watch(`${own.url}/cameras/front/whep`);
    const yard = await WhepViewer.watch(`${own.url}/cameras/yard/whep`);
    onTestFinished(() => {
      for (const viewer of [front, yard]) viewer.close();
    });
    await Promise.all([front.sees(3), yard.sees(3)]);
    own.configure(`cameras: { front: { source: "test:", ${tiers} } }\n`);
    await until('the yard ends', () => yard.hasEnded);
    own.signal('SIGTERM');
    expect(await own.exit(10_000)).toBe(0);
    await until('the front ends', () => front.hasEnded);
  });

  test('finds no room beyond max_viewers', async () => {
    await Promise.all([watch(), watch(), watch()]);
    const response = await ask('POST', '/whep', sdp, offerOfViewer());
    expect(response.headers.get('Retry-After')).toBe('10');
    expect(await refusal(response)).toBe('503 TOO_MANY_VIEWERS');
  });
});

describe('the endpoint', () => {
  test('answers with what the draft asks for', async () => {
    const response = await ask('POST', '/cameras/front/whep', sdp, offerOfViewer());
    expect(response.status).toBe(201);
    expect(response.headers.get('Content-Type')).toBe('application/sdp');
    expect(response.headers.get('ETag')).toMatch(/^"[^"]+"$/);
    expect(response.headers.get('Accept-Patch')).toBe('application/trickle-ice-sdpfrag');
    const answer = await response.text();
    expect(answer).toMatch(/a=candidate:1 1 udp \d+ 127\.0\.0\.1 \d+ typ host\r\na=end-of-candidates\r\n/);
    expect((await ask('DELETE', sessionOf(response, '/cameras/front/whep'))).status).toBe(200);
  });

  test.each(['/cameras/front/whep', '/whep', '/api/webrtc?src=front'])(
    'names the session relative to %s, so that a proxy may serve it below a prefix',
    async (path) => {
      const response = await ask('POST', path, sdp, offerOfViewer());
      expect(response.status).toBe(201);
      // As a viewer resolves it that asked the proxy.
      const seen = new URL(response.headers.get('Location') ?? '', `https://home.example/video/door${path}`);
      const prefix = '/video/door';
      expect([seen.origin, seen.pathname.startsWith(`${prefix}/cameras/front/whep/`)]).toEqual([
        'https://home.example',
        true,
      ]);
      expect((await ask('DELETE', seen.pathname.slice(prefix.length))).status).toBe(200);
    },
  );

  test.each([
    ['GET', '/whep', {}, undefined, '405 METHOD_NOT_ALLOWED'],
    ['PUT', '/cameras/front/whep', sdp, 'v=0', '405 METHOD_NOT_ALLOWED'],
    ['POST', '/whep', { 'Content-Type': 'application/json' }, '{}', '415 BODY_TYPE_UNSUPPORTED'],
    ['POST', '/whep', sdp, 'x'.repeat(70_000), '413 BODY_TOO_LARGE'],
    ['POST', '/whep', sdp, 'nonsense', '422 SDP_INVALID'],
    ['POST', '/whep', sdp, 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n', '406 OFFER_UNPLAYABLE'],
    ['POST', '/cameras/attic/whep', sdp, 'v=0', '404 CAMERA_NOT_FOUND'],
    ['POST', '/whep?tier=huge', sdp, 'v=0', '404 TIER_NOT_FOUND'],
    ['POST', '/whep?max_tier=low&min_tier=high', sdp, 'v=0', '400 QUERY_INVALID'],
    ['PATCH', '/cameras/front/whep/nobody', fragmentType, 'a=x', '404 VIEWER_NOT_FOUND'],
    ['DELETE', '/whep/nobody', {}, undefined, '404 VIEWER_NOT_FOUND'],
  ])('%s %s is refused', async (method, path, headers, body, told) => {
    expect(await refusal(await ask(method, path, headers as Record<string, string>, body))).toBe(told);
  });

  test('takes candidates for the session that is meant', async () => {
    const { location, etag } = await watch();
    const body = 'm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:9 1 udp 5 192.0.2.99 4000 typ host\r\n';
    const patch = (headers: Record<string, string>, text = body) => ask('PATCH', location, headers, text);
    expect((await patch({ ...fragmentType, 'If-Match': etag })).status).toBe(204);
    expect((await patch({ ...fragmentType, 'If-Match': '*' })).status).toBe(204);
    expect(await refusal(await patch(fragmentType))).toBe('428 IF_MATCH_MISSING');
    expect(await refusal(await patch({ ...fragmentType, 'If-Match': '"other"' }))).toBe('412 ETAG_MISMATCH');
    expect(await refusal(await patch({ ...sdp, 'If-Match': '*' }))).toBe('415 BODY_TYPE_UNSUPPORTED');
    const restart = `a=ice-ufrag:anew\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n${body}`;
    expect(await refusal(await patch({ ...fragmentType, 'If-Match': '*' }, restart))).toBe(
      '422 ICE_RESTART_UNSUPPORTED',
    );
    const foreign = location.replace('/front/', '/yard/');
    expect(await refusal(await ask('PATCH', foreign, { ...fragmentType, 'If-Match': '*' }, body))).toBe(
      '404 VIEWER_NOT_FOUND',
    );
  });

  test('tells pages that ask first what they may', async () => {
    const preflight = (origin: string) =>
      ask('OPTIONS', '/whep', { Origin: origin, 'Access-Control-Request-Method': 'POST' });
    for (const origin of ['https://home.example', 'http://127.0.0.1:3000']) {
      const { status, headers } = await preflight(origin);
      expect(status).toBe(204);
      expect(headers.get('Access-Control-Allow-Origin')).toBe(origin);
      expect(headers.get('Access-Control-Allow-Headers')).toContain('If-Match');
      expect(headers.get('Access-Control-Expose-Headers')).toBe('ETag, Location, Link');
      expect(headers.get('Accept-Post')).toBe('application/sdp');
    }
    expect((await preflight('https://other.example')).headers.get('Access-Control-Allow-Origin')).toBeNull();
    const post = await ask('POST', '/whep', { ...sdp, Origin: 'https://other.example' }, offerOfViewer());
    expect(await refusal(post)).toBe('403 ORIGIN_FORBIDDEN');
    const text = { 'Content-Type': 'text/plain', Origin: 'https://other.example' };
    expect(await refusal(await ask('POST', '/api/webrtc?src=front', text, offerOfViewer()))).toBe(
      '403 ORIGIN_FORBIDDEN',
    );
  });

  test('tells the ICE servers of the configuration, also those that it can’t ask itself', async () => {
    const servers = [
      ...['stun:192.0.2.1:3478', 'stuns:stun.invalid:5349', 'stun:[2001:db8::1]:3478'],
      ...['turn:me:pass@192.0.2.1:3478?transport=udp', 'turns:me:pass@[2001:db8::1]:5349'],
    ];
    const config = `webrtc: { ice_servers: ${JSON.stringify(servers)} }\n${cameras}`;
    const own = stopAfterTest(await Server.start({ config }));
    const login = '; username="me"; credential="pass"; credential-type="password"';
    const link = [
      '<stun:192.0.2.1:3478>; rel="ice-server"',
      '<stuns:stun.invalid:5349>; rel="ice-server"',
      '<stun:[2001:db8::1]:3478>; rel="ice-server"',
      `<turn:192.0.2.1:3478?transport=udp>; rel="ice-server"${login}`,
      `<turns:[2001:db8::1]:5349>; rel="ice-server"${login}`,
    ].join(', ');
    expect((await fetch(`${own.url}/whep`, { method: 'OPTIONS' })).headers.get('Link')).toBe(link);
    const post = (path: string, headers: Record<string, string>, body: string) =>
      fetch(own.url + path, { method: 'POST', headers, body });
    const answered = await post('/whep', sdp, offerOfViewer());
    expect([answered.status, answered.headers.get('Link')]).toEqual([201, link]);
    const offered = await post('/webrtc', { 'Content-Type': 'application/json' }, '{"type":"request"}');
    const { iceServers } = (await offered.json()) as { iceServers: readonly unknown[] };
    expect(iceServers).toHaveLength(servers.length);
    expect(iceServers.at(-1)).toEqual({ urls: 'turns:[2001:db8::1]:5349', username: 'me', credential: 'pass' });
    const warnings = own.logs.split('\n').filter((line) => line.includes('ice_servers'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('servers="stuns:stun.invalid:5349, stun:[2001:db8::1]:3478"');
  });
});

describe('other servers’ clients', () => {
  test('of go2rtc are answered in kind', async () => {
    const json = { 'Content-Type': 'application/json' };
    const asked = JSON.stringify({ type: 'offer', sdp: offerOfViewer(), ice_servers: [{ urls: 'stun:192.0.2.7' }] });
    const response = await ask('POST', '/api/webrtc?src=yard', json, asked);
    expect(response.status).toBe(200);
    const { type, sdp: answer } = (await response.json()) as { type: string; sdp: string };
    expect([type, answer.startsWith('v=0\r\n')]).toEqual(['answer', true]);
    expect((await ask('DELETE', sessionOf(response, '/api/webrtc'))).status).toBe(200);
    const plain = await ask('POST', '/api/webrtc?src=yard', { 'Content-Type': 'text/plain' }, offerOfViewer());
    expect([plain.status, (await plain.text()).startsWith('v=0')]).toEqual([200, true]);
    expect((await ask('DELETE', sessionOf(plain, '/api/webrtc'))).status).toBe(200);
    expect(await refusal(await ask('POST', '/api/webrtc?src=attic', json, asked))).toBe('404 CAMERA_NOT_FOUND');
    expect(await refusal(await ask('POST', '/api/webrtc', json, '{"type":"offer"}'))).toBe('400 BODY_INVALID');
  });

  test('of camera-streamer get an offer', async () => {
    const signal = (body: unknown) =>
      ask('POST', '/webrtc', { 'Content-Type': 'application/json' }, JSON.stringify(body));
    const response = await signal({ type: 'request', iceServers: [{ urls: ['stun:192.0.2.7'] }] });
    const { id, type, sdp: offer, iceServers: told } = (await response.json()) as Record<string, string>;
    expect([type, told, offer?.startsWith('v=0\r\n')]).toEqual(['offer', [], true]);
    const candidates = [{ candidate: 'candidate:1 1 udp 5 192.0.2.99 4000 typ host', sdpMid: '0' }, { candidate: '' }];
    expect(await (await signal({ type: 'remote_candidate', id, candidates })).json()).toEqual({});
    expect(await refusal(await signal({ type: 'answer', id, sdp: 'nonsense' }))).toBe('422 SDP_INVALID');
    expect(await refusal(await signal({ type: 'answer', id: 'nobody', sdp: 'v=0' }))).toBe('404 VIEWER_NOT_FOUND');
    expect(await refusal(await signal({ type: 'dance' }))).toBe('400 BODY_INVALID');
    expect((await ask('DELETE', `/api/viewers/${id}`)).status).toBe(204);
  });
});

describe('the UDP port', () => {
  test('that is used by another program is told at the start', async () => {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const { code, stderr } = await runLenscast(['--port', '0', '--source', 'test:'], {
      env: { LENSCAST_WEBRTC_PORT: `${port}` },
    });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(new RegExp(`UDP port ${port} \\(webrtc\\.port\\) .* is used by another program`));
  });

  test('isn’t taken where nobody may watch by WebRTC', async () => {
    const own = stopAfterTest(await Server.start({ config: `webrtc: { max_viewers: 0 }\n${cameras}` }));
    expect(own.logs).not.toContain('UDP');
    expect(await refusal(await fetch(`${own.url}/whep`, { method: 'POST', headers: sdp, body: offerOfViewer() }))).toBe(
      '503 TOO_MANY_VIEWERS',
    );
  });
});
