/** Cameras that listen where RTSP is asked for, and refuse. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';

const options = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n';

/** Answers OPTIONS, and everything else with `answer`; null closes the connection. Returns the port. */
async function startRefusing(answer: string | null): Promise<number> {
  const server = createServer((client) => {
    client.on('error', () => {});
    client.on('data', (request) => {
      const sequence = /CSeq: (\d+)/i.exec(request.toString())?.[1] ?? '1';
      if (answer === null) client.destroy();
      else client.write(request.toString().startsWith('OPTIONS') ? options : answer.replace('?', sequence));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each([
  ['RTSP/1.0 404 Not Found\r\nCSeq: ?\r\n\r\n', 'rtsp-status', () => '404 from the camera'],
  ['RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: ?\r\n\r\n', 'rtsp-status', () => '453 from the camera'],
  [null, 'lost', (port: number) => `127.0.0.1:${port} closed the connection`],
] as const)('what a camera answers is told: %j', async (answer, code, message) => {
  const port = await startRefusing(answer);
  const server = stopAfterTest(await Server.start({ sources: [`rtsp://127.0.0.1:${port}/live`] }));
  stopAfterTest(await MjpegClient.open(server.url, '/stream'));
  const cause = await until('the refusal is told', async () => (await server.camera()).cause);
  expect(cause).toEqual({ code, message: message(port), permanent: false });
  await until('it is tried again, at growing distances', async () => (await server.camera()).attempt >= 2);
});
