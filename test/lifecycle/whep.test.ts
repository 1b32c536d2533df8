import { expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { threadsEndTimeoutMs } from '../support/process-figures.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { offerOfViewer } from '../support/whep-viewer.js';
import { mutate, seeded } from '../unit/transports/whep/mutate.js';
import { offers } from '../unit/transports/whep/offers.js';
import { describeFigures, type Figures, figuresOf, isBack } from './figures.js';
import { whepVisits } from './whep-visits.js';

const memoryToleratedBytes = 40 * 2 ** 20;
const tiers = 'tiers: { low: { width: 320, height: 180, fps: 30 } }';
const config = `webrtc: { max_viewers: 1000 }\ncameras: { cam1: { source: "test:", linger_ms: 50, ${tiers} } }`;

async function expectBack(server: Server, before: Figures): Promise<void> {
  let now = before;
  const back = async () => {
    now = await figuresOf(server);
    return isBack(now, before);
  };
  await until('all is where it was', back, threadsEndTimeoutMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${describeFigures(now)} after ${describeFigures(before)}`);
  });
  console.log(`${describeFigures(now)} after ${describeFigures(before)}`);
  expect(now.residentBytes - before.residentBytes, describeFigures(now)).toBeLessThan(memoryToleratedBytes);
  expect(server.logs).not.toMatch(/^\s+at /m);
}

const atRest = (server: Server) => until('rest', async () => (await figuresOf(server)).pipelines === 0, 30_000);

test('a hundred viewers by WebRTC that come and go, a third without a word, leave nothing behind', async () => {
  const server = stopAfterTest(await Server.start({ config }));
  await whepVisits(server, 40, 8);
  await atRest(server);
  const before = await figuresOf(server);
  await whepVisits(server, 100, 8);
  await expectBack(server, before);
  server.signal('SIGTERM');
  expect(await server.exit(10_000)).toBe(0);
}, 180_000);

test('broken offers are each answered or refused, and leave nothing behind', async () => {
  const server = stopAfterTest(await Server.start({ config }));
  const originals = [...offers.values(), offerOfViewer()];
  const random = seeded(4);
  const send = async () => {
    const body = mutate(originals[Math.floor(random() * originals.length)] ?? '', random);
    const headers = { 'Content-Type': 'application/sdp' };
    const response = await fetch(`${server.url}/whep`, { method: 'POST', headers, body: Buffer.from(body) });
    await response.text();
    expect([201, 406, 422], JSON.stringify(body)).toContain(response.status);
    const location = response.headers.get('Location');
    if (location !== null) await fetch(new URL(location, server.url), { method: 'DELETE' });
    return response.status;
  };
  for (let i = 0; i < 100; i++) await send();
  await atRest(server);
  const before = await figuresOf(server);
  const statuses = [];
  for (let i = 0; i < 800; i++) statuses.push(await send());
  expect(new Set(statuses)).toEqual(new Set([201, 406, 422]));
  await expectBack(server, before);
});
