import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { movingJpegs } from '../support/http-camera/jpegs.js';
import { headerOf, MjpegClient, type Part } from '../support/mjpeg-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const fps = 25;

/** An HTTP camera in front of which nothing moves until another picture is shown. */
async function startStillCamera() {
  const [first, second] = (await movingJpegs(320, 240)).filter((_, index) => index === 0 || index === 20);
  const shown = { jpeg: first as Buffer, sent: 0 };
  const viewers = new Set<ServerResponse>();
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace;boundary=b' });
    viewers.add(response);
    response.on('close', () => viewers.delete(response));
  });
  const timer = setInterval(() => {
    const head = `--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${shown.jpeg.length}\r\n\r\n`;
    for (const viewer of viewers) viewer.write(Buffer.concat([Buffer.from(head), shown.jpeg, Buffer.from('\r\n')]));
    if (viewers.size > 0) shown.sent++;
  }, 1000 / fps);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    clearInterval(timer);
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, shown, first: first as Buffer, second: second as Buffer };
}

async function startServer(url: string, keys: string): Promise<Server> {
  const tiers = 'tiers: { high: { width: 320, height: 240, fps: 30 } }';
  const config = `cameras: { front: { source: "${url}", ${keys} ${tiers} } }`;
  return stopAfterTest(await Server.start({ config }));
}

async function watch(server: Server, query: string): Promise<MjpegClient> {
  return stopAfterTest(await MjpegClient.open(server.url, `/stream?${query}`));
}

/** How many parts come while the camera sends `frames` pictures. */
async function partsDuring(client: MjpegClient, camera: { readonly shown: { sent: number } }, frames: number) {
  await client.backlog();
  const before = client.seen.length;
  const end = camera.shown.sent + frames;
  await until(`${frames} pictures of the camera`, () => camera.shown.sent >= end);
  await client.backlog();
  return client.seen.length - before;
}

const unchanged = (server: Server, tier: string) =>
  server.metric(`lenscast_frames_dropped_total{camera="front",tier="${tier}",medium="jpeg",reason="unchanged"}`);

const isSame = ({ jpeg }: Part, other: Buffer) => jpeg.equals(other);

describe('min_fps', () => {
  test('leaves out what stands still, and shows what changes', async () => {
    const camera = await startStillCamera();
    const server = await startServer(camera.url, 'min_fps: 1,');
    for (const tier of ['source', 'high']) {
      camera.shown.jpeg = camera.first;
      await server.shows(tier, 'front');
      const { sent } = camera.shown;
      await until('nothing else is on its way', () => camera.shown.sent > sent + 5);
      const client = await watch(server, `tier=${tier}`);
      const still = await client.part();
      const parts = await partsDuring(client, camera, 3 * fps);
      // One a second that is due, and one a second that the hub shows again where nothing comes.
      expect(parts, tier).toBeLessThan(2 * fps);
      expect(new Set(client.seen.map(({ jpeg }) => jpeg.toString('base64'))).size, tier).toBe(1);
      await until(`${tier}: frames that are counted`, async () => (await unchanged(server, tier)) > fps);
      camera.shown.jpeg = camera.second;
      await until(`${tier}: the change`, async () => !isSame(await client.part(), still.jpeg));
      if (tier === 'source') expect(isSame(client.seen.at(-1) as Part, camera.second)).toBe(true);
    }
  });

  test('is off without a word, and switched on and off by REST while it plays', async () => {
    const camera = await startStillCamera();
    const server = await startServer(camera.url, '');
    const client = await watch(server, 'tier=high');
    await client.part();
    // Not every picture: this machine may be busy.
    expect(await partsDuring(client, camera, 2 * fps)).toBeGreaterThan(fps);
    expect(await unchanged(server, 'high')).toBe(0);
    const put = async (minFps: number | null) => {
      const response = await fetch(`${server.url}/api/cameras/front/tiers/high`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ min_fps: minFps }),
      });
      expect([response.status, await response.json()]).toMatchObject([200, { min_fps: minFps }]);
    };
    await put(1);
    expect(await partsDuring(client, camera, 3 * fps)).toBeLessThan(2 * fps);
    await put(null);
    expect(await partsDuring(client, camera, 2 * fps)).toBeGreaterThan(fps);
    expect(client.ended).toBe(false);
  });

  test('keeps nobody waiting who comes', async () => {
    const camera = await startStillCamera();
    const server = await startServer(camera.url, 'min_fps: 1, linger_ms: 60000,');
    for (let visit = 0; visit < 5; visit++) {
      const client = await watch(server, 'tier=high');
      const before = camera.shown.sent;
      await client.part();
      // Counted in pictures of the camera, of which one a second would pass.
      expect(camera.shown.sent - before).toBeLessThan(fps);
      await client.stop();
      await until('it is gone', async () => (await server.camera('front')).viewers === 0);
    }
  });

  test('sends the last picture twice to who asks for it', async () => {
    const camera = await startStillCamera();
    const server = await startServer(camera.url, 'min_fps: 1,');
    const [plain, dual] = [await watch(server, 'tier=source'), await watch(server, 'tier=source&dual_final_frames=1')];
    await plain.part();
    await dual.part();
    const timesOf = (client: MjpegClient) => client.seen.map(({ headers }) => headerOf(headers, 'X-Timestamp'));
    const [once, twice] = await Promise.all([partsDuring(plain, camera, 4 * fps), partsDuring(dual, camera, 4 * fps)]);
    expect(twice).toBeGreaterThan(once);
    expect(new Set(timesOf(dual)).size).toBeLessThan(dual.seen.length);
  });
});
