import { expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { NotifyReceiver } from '../support/notify-receiver.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const watchdogMs = 1500;

async function startService(sources: readonly string[]) {
  const manager = stopAfterTest(await NotifyReceiver.start());
  const env = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: String(watchdogMs * 1000) };
  const server = stopAfterTest(await Server.start({ sources, env }));
  await until('READY=1', () => manager.count('READY=1') === 1);
  const fedAgain = (what: string) => {
    const before = manager.count('WATCHDOG=1');
    return until(what, () => manager.count('WATCHDOG=1') >= before + 3);
  };
  return { manager, server, fedAgain };
}

test('the service manager is told that it is ready, that frames flow, and that it stops', async () => {
  const { manager, server, fedAgain } = await startService(['test:']);
  expect(manager.messages).toContain('STATUS=0 viewers; cam1 idle');
  const viewer = await fetch(`${server.url}/stream`);
  await until('the camera in the status', () => manager.count('STATUS=1 viewer; cam1 live') > 0);
  await fedAgain('the watchdog, while frames flow');
  await viewer.body?.cancel();
  server.signal('SIGTERM');
  expect(await server.exit(10_000)).toBe(0);
  await until('STOPPING=1', () => manager.messages.at(-1) === 'STOPPING=1');
});

test('a dead camera that is watched does not keep the watchdog from being fed', async () => {
  const { manager, server, fedAgain } = await startService(['rtsp://127.0.0.1:1/dead']);
  const viewer = await fetch(`${server.url}/stream`);
  await server.reach('recovering');
  await fedAgain('the watchdog, while the camera is dead');
  expect(manager.messages.some((message) => /^STATUS=1 viewer; cam1 (recovering|starting)$/.test(message))).toBe(true);
  await viewer.body?.cancel();
});

test('a server whose event loop stands still feeds nothing', async () => {
  const { manager, server, fedAgain } = await startService(['test:']);
  server.signal('SIGSTOP');
  const atStop = manager.count('WATCHDOG=1');
  // Long enough for several, had it gone on; one may have been on its way.
  const sinceMs = performance.now();
  await until('time for several', () => performance.now() - sinceMs > 2 * watchdogMs);
  expect(manager.count('WATCHDOG=1')).toBeLessThanOrEqual(atStop + 1);
  server.signal('SIGCONT');
  await fedAgain('the watchdog, when it goes on');
});
