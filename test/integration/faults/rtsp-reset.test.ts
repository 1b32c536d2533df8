/** A camera, or a router on the way to it, that resets the connection: what comes from a killed one with unread bytes. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { RtspCamera } from '../../support/rtsp-camera.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';

/** Passes bytes on to a port of this host, until it is told to reset what it carries. */
class ResettingRelay {
  readonly #server = createServer((client) => this.#carry(client));
  readonly #clients = new Set<Socket>();
  readonly #to: number;

  private constructor(to: number) {
    this.#to = to;
  }

  static async start(to: number): Promise<ResettingRelay> {
    const relay = new ResettingRelay(to);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** RST on every connection. */
  reset(): void {
    for (const client of this.#clients) client.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.reset();
    await closed;
  }

  #carry(client: Socket): void {
    const camera = connect(this.#to, '127.0.0.1');
    this.#clients.add(client);
    client.on('close', () => {
      this.#clients.delete(client);
      camera.destroy();
    });
    camera.on('close', () => client.destroy());
    for (const socket of [client, camera]) socket.on('error', () => {});
    client.pipe(camera).pipe(client);
  }
}

test('an RTSP camera whose connection is reset: it is told as an owner would, and the viewer stays', async () => {
  const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192 }));
  const relay = stopAfterTest(await ResettingRelay.start(camera.port));
  const source = `rtsp://127.0.0.1:${relay.port}/live`;
  const server = stopAfterTest(await Server.start({ config: `cameras: { front: { source: "${source}" } }` }));
  const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream'));
  await viewer.part();
  await until('the camera is live', async () => (await server.camera('front')).state === 'live');

  relay.reset();
  const words = await until('the reset is told', () => /front: recovering: (.*?) attempt=/.exec(server.logs)?.[1]);
  expect(words).toBe(`the connection to 127.0.0.1:${relay.port} broke`);
  await until('it is live again', async () => (await server.camera('front')).state === 'live');
  await viewer.part();
});
