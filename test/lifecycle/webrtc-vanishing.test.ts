import { expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { threadsEndTimeoutMs } from '../support/process-figures.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { runVanishingViewers, runWebRtcLoad } from '../support/webrtc-client.js';
import { figuresOf, isBack } from './figures.js';

const tiers = 'tiers: { low: { width: 320, height: 180, fps: 30 } }';
const config = `cameras: { cam1: { source: "test:", linger_ms: 50, ${tiers} } }`;

test('viewers by WebRTC whose computer loses power are gone soon, and so is what they held', async () => {
  const server = stopAfterTest(await Server.start({ config }));
  const url = `${server.url}/whep`;
  const nobody = async () => (await server.json<{ viewers: readonly unknown[] }>('/api/viewers')).viewers.length === 0;
  await runWebRtcLoad({ url, viewers: 5, seconds: 1 });
  await until('nobody watches', nobody);
  await until('rest', async () => (await figuresOf(server)).pipelines === 0, 30_000);
  const before = await figuresOf(server);
  await runVanishingViewers({ url, viewers: 5, seconds: 1 });
  expect(await nobody(), 'they vanished without a word').toBe(false);
  await until('the server finds that they are gone', nobody, 40_000);
  await until('all is where it was', async () => isBack(await figuresOf(server), before), threadsEndTimeoutMs);
});
