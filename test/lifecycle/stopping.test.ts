import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { HttpCamera } from '../support/http-camera.js';
import { MjpegClient } from '../support/mjpeg-client.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { Server } from '../support/server.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

/** Two seconds are promised; a busy machine may take longer, a hang lasts for ever. */
const exitTimeoutMs = 6000;

async function watchTimes(server: Server, count: number, path = '/stream'): Promise<MjpegClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => MjpegClient.open(server.url, path)));
  for (const client of clients) await stopAfterTest(client).part();
  return clients;
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('ends a hundred streams and the process, with code 0', async () => {
    renderV4l2Pictures('MJPG', '640x480');
    const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
    onTestFinished(() => cameras.dispose());
    const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
    const clients = await watchTimes(server, 100);
    for (const client of clients.slice(0, 10)) client.pause();

    server.signal(signal);

    expect(await server.exit(exitTimeoutMs), server.logs).toBe(0);
    for (const client of clients.slice(10)) await client.end();
    expect(server.logs).not.toMatch(/^\s+at /m);
  });
});

test('a second signal exits at once', async () => {
  const server = stopAfterTest(await Server.start({ sources: ['test:'] }));
  await watchTimes(server, 3);
  server.signal('SIGTERM');
  server.signal('SIGINT');
  // Which of the two came first to the end is the machine's matter; neither hangs.
  expect([0, 1]).toContain(await server.exit(exitTimeoutMs));
});

describe('it stops in time', () => {
  test('while an RTSP camera does not answer', async () => {
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192 }));
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    await watchTimes(server, 2);
    camera.pause();
    server.signal('SIGTERM');
    expect(await server.exit(exitTimeoutMs), server.logs).toBe(0);
  });

  test('while a camera has not started yet', async () => {
    const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240 }));
    camera.fault = 'silence';
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const client = stopAfterTest(await MjpegClient.open(server.url, '/stream'));
    await server.reach('starting');
    server.signal('SIGTERM');
    expect(await server.exit(exitTimeoutMs), server.logs).toBe(0);
    await client.end();
  });

  test('while a camera is waited for', async () => {
    const server = stopAfterTest(await Server.start({ sources: ['v4l2:/dev/video63', 'rtsp://127.0.0.1:1/live'] }));
    for (const id of ['cam1', 'cam2']) stopAfterTest(await MjpegClient.open(server.url, `/cameras/${id}/stream`));
    await server.reach('recovering', 'cam2');
    server.signal('SIGTERM');
    expect(await server.exit(exitTimeoutMs), server.logs).toBe(0);
  });

  test('before anybody watched', async () => {
    const server = stopAfterTest(await Server.start({ sources: ['test:'] }));
    server.signal('SIGTERM');
    expect(await server.exit(exitTimeoutMs)).toBe(0);
  });
});
