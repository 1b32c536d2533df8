import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TestBrowser, TestPage } from '../support/browsers/browser.js';
import { startTestChromium } from '../support/browsers/chromium-browser.js';
import { timecodeIn } from '../support/browsers/page-timecode.js';
import { stopAfterTest } from '../support/cleanup.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

const size = '1280x720';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startTestChromium();
});
afterAll(() => browser.close());

/** A camera whose pictures hold a time code, and the server that shows it. */
async function startCamera(): Promise<Server> {
  renderV4l2Pictures('MJPG', size);
  const { cameras, camera } = oneV4l2Camera({ sizes: [size], rates: [30], formats: ['MJPG'] });
  onTestFinished(() => cameras.dispose());
  return stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
}

interface Offering {
  readonly policy: 'balanced' | 'max-bundle';
  /** In the order of the offer. */
  readonly kinds: readonly ('audio' | 'video')[];
}

/** Watches by WHEP as the draft has it, from a page of the server's own, without any library. */
function watchScript(endpoint: string, { policy, kinds }: Offering): string {
  return `(async () => {
    const connection = new RTCPeerConnection({ bundlePolicy: ${JSON.stringify(policy)} });
    const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
    document.body.replaceChildren(video);
    connection.ontrack = ({ track, streams }) => {
      if (track.kind === 'video') video.srcObject = streams[0] ?? new MediaStream([track]);
    };
    for (const kind of ${JSON.stringify(kinds)}) connection.addTransceiver(kind, { direction: 'recvonly' });
    await connection.setLocalDescription();
    const headers = { 'Content-Type': 'application/sdp' };
    const answer = await fetch(${JSON.stringify(endpoint)}, { method: 'POST', headers, body: connection.localDescription.sdp });
    await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    Object.assign(window, { connection, session: answer.headers.get('Location') });
    return answer.status;
  })()`;
}

async function open(server: Server, offering: Offering, path = '/whep'): Promise<TestPage> {
  const page = await browser.open(`${server.url}/healthz`);
  onTestFinished(() => page.close());
  expect(await page.evaluate<number>(watchScript(path, offering))).toBe(201);
  return page;
}

/** Watches as camera-streamer's own page does: it asks for an offer, and tells its candidates as it finds them. */
function signalScript(endpoint: string): string {
  return `(async () => {
    const say = async (message) => {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(${JSON.stringify(endpoint)}, { method: 'POST', headers, body: JSON.stringify(message) });
      statuses.push(response.status);
      return response.json();
    };
    const statuses = [];
    const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
    document.body.replaceChildren(video);
    const offer = await say({ type: 'request', iceServers: [[{ urls: ['stun:192.0.2.7:3478'] }]] });
    const connection = new RTCPeerConnection({ iceServers: offer.iceServers });
    connection.addTransceiver('video', { direction: 'recvonly' });
    connection.ontrack = ({ streams: [stream] }) => { video.srcObject = stream; };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) void say({ type: 'remote_candidate', id: offer.id, candidates: [candidate] });
    };
    await connection.setRemoteDescription(offer);
    await connection.setLocalDescription(await connection.createAnswer());
    const { type, sdp } = connection.localDescription;
    await say({ type, id: offer.id, sdp });
    Object.assign(window, { connection, statuses });
  })()`;
}

interface Seen {
  readonly sequences: readonly number[];
  readonly widths: readonly number[];
}

/** The time codes of pictures that were shown one after the other. */
async function look(page: TestPage, pictures: number): Promise<Seen> {
  const sequences: number[] = [];
  const widths: number[] = [];
  await until(`${pictures} pictures`, async () => {
    const code = await timecodeIn(page, 'video');
    if (code && code.sequence !== sequences.at(-1)) {
      sequences.push(code.sequence);
      widths.push(code.width);
    }
    return sequences.length >= pictures;
  });
  expect(sequences, 'their order').toEqual(sequences.toSorted((a, b) => a - b));
  return { sequences, widths };
}

async function viewers(server: Server): Promise<number> {
  return (await server.json<{ viewers: readonly unknown[] }>('/api/viewers')).viewers.length;
}

describe('Chromium by WHEP', () => {
  test.each<Offering>([
    { policy: 'balanced', kinds: ['video'] },
    { policy: 'max-bundle', kinds: ['audio', 'video'] },
    { policy: 'max-bundle', kinds: ['video', 'audio'] },
    { policy: 'balanced', kinds: ['video', 'video'] },
  ])('with an offer $policy of $kinds shows what the camera sees', async (offering) => {
    const server = await startCamera();
    const page = await open(server, offering);
    await look(page, 15);
    expect(page.faults).toEqual([]);
  });

  test('shows another tier on the same connection', async () => {
    const server = await startCamera();
    const page = await open(server, { policy: 'balanced', kinds: ['video'] }, '/whep?tier=low');
    expect((await look(page, 5)).widths.at(-1)).toBe(640);
    const id = (await page.evaluate<string>('session')).split('/').at(-1);
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ tier: 'medium' });
    expect((await fetch(`${server.url}/api/viewers/${id}`, { method: 'PATCH', headers, body })).status).toBe(200);
    await until('the larger picture', async () => (await timecodeIn(page, 'video'))?.width === 1280);
    await look(page, 5);
  });

  test('is gone soon after its connection or its tab was closed', async () => {
    const server = await startCamera();
    const stays = await open(server, { policy: 'balanced', kinds: ['video'] });
    const closes = await open(server, { policy: 'balanced', kinds: ['video'] });
    await Promise.all([look(stays, 3), look(closes, 3)]);
    await closes.evaluate('connection.close()');
    await until('one is left', async () => (await viewers(server)) === 1, 25_000);
    await stays.close();
    await until('nobody is left', async () => (await viewers(server)) === 0, 25_000);
  });
});

// Rarely the server connects before it knows the answer's fingerprint, which fails: libdatachannel sets ICE going first.
test('Chromium by camera-streamer’s signalling shows what the camera sees', { retry: 2 }, async () => {
  const server = await startCamera();
  const page = await browser.open(`${server.url}/healthz`);
  onTestFinished(() => page.close());
  await page.evaluate(signalScript('/webrtc'));
  await look(page, 15);
  const statuses = await page.evaluate<readonly number[]>('statuses');
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(statuses.length, 'an offer, an answer and a candidate').toBeGreaterThanOrEqual(3);
  expect(page.faults).toEqual([]);
});
