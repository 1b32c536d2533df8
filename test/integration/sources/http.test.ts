import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { movingJpegs, stampJpeg } from '../../support/http-camera/jpegs.js';
import { HttpCamera, type HttpCameraOptions, readStamp } from '../../support/http-camera.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { difference, type Picture } from '../../support/picture.js';
import { expectInOrder } from '../../support/sequences.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { decodeWithFfmpeg, watchWithFfmpeg } from '../../support/watch.js';

const size = { width: 640, height: 360 };

interface Case extends HttpCameraOptions {
  readonly name: string;
}

const cases: readonly Case[] = [
  { name: 'plain' },
  { name: 'behind basic authentication', auth: { scheme: 'basic', user: 'viewer', password: 'a:b c' } },
  {
    name: 'behind digest authentication',
    auth: { scheme: 'digest', algorithm: 'MD5', user: 'viewer', password: 'a:b c' },
  },
  {
    name: 'behind SHA-256 digest authentication',
    auth: { scheme: 'digest', algorithm: 'SHA-256', user: 'viewer', password: 'a:b c' },
  },
  { name: 'without lengths', framing: { contentLength: false } },
  { name: 'with a quoted boundary', framing: { boundary: 'my frame', quoted: true } },
  { name: "with the boundary's dashes in its header", framing: { boundary: 'x', dashesInHeader: true } },
  { name: 'with bare line feeds', framing: { lineEnd: '\n' } },
  { name: 'with chunks', chunked: true },
];

function urlOf(camera: HttpCamera, { auth }: HttpCameraOptions): string {
  if (auth === undefined) return camera.url;
  return camera.url.replace('//', `//${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.password)}@`);
}

describe('an HTTP MJPEG camera', () => {
  test.each(cases)('comes through byte by byte: $name', async ({ name: _, ...options }) => {
    const camera = stopAfterTest(await HttpCamera.start({ ...size, ...options }));
    const server = stopAfterTest(await Server.start({ sources: [urlOf(camera, options)] }));
    const originals = await movingJpegs(size.width, size.height);
    await server.shows('source');

    const client = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    const parts = await client.parts(30);

    const stamps = parts.map(({ jpeg }) => readStamp(jpeg));
    expectInOrder(stamps.map((stamp) => stamp?.sequence ?? -1));
    for (const [index, { jpeg }] of parts.entries()) {
      const { sequence = 0, captureUs = 0 } = stamps[index] ?? {};
      const original = originals[sequence % originals.length];
      if (original) expect(jpeg.equals(stampJpeg(original, sequence, BigInt(captureUs))), `part ${index}`).toBe(true);
    }
  });

  test('is decoded for smaller tiers', async () => {
    const camera = stopAfterTest(await HttpCamera.start({ ...size, fps: 15 }));
    const server = stopAfterTest(
      await Server.start({
        config: `cameras: { a: { source: "${camera.url}", tiers: { tiny: { width: 320, height: 240 } } } }`,
      }),
    );
    const input = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30', '-frames:v', '40', '-pix_fmt', 'rgb24'];
    const originals = await decodeWithFfmpeg(input, size.width, size.height);

    await server.shows('tiny', 'a');
    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=tiny`, { frames: 20, width: 320, height: 180 });

    const best = pictures.map((picture) => bestOf(picture, originals));
    for (const { distance } of best) expect(distance).toBeLessThan(4);
    const steps = best.map(({ index }, at) => (index - (best[at - 1]?.index ?? index - 1) + 40) % 40);
    expect(
      steps.filter((step) => step > 0 && step < 8),
      `steps ${steps.join(' ')}`,
    ).toHaveLength(pictures.length);
  });

  test('behind a redirect', async () => {
    const camera = stopAfterTest(await HttpCamera.start(size));
    const server = stopAfterTest(await Server.start({ sources: [camera.redirectUrl] }));

    const client = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));

    expect(readStamp((await client.part()).jpeg)).not.toBeNull();
  });

  test('that answers HTML is refused with a cause, and is seen again when it streams', async () => {
    const camera = stopAfterTest(await HttpCamera.start(size));
    camera.fault = 'html';
    const server = stopAfterTest(await Server.start({ sources: [camera.url, 'test:'] }));
    const client = stopAfterTest(await MjpegClient.open(server.url, '/cameras/cam1/stream?tier=source'));

    const cause = await until('a cause', async () => (await server.camera()).cause);
    expect(cause.code).toBe('not-mjpeg');
    expect(cause.message).toContain('text/html');
    expect((await fetch(`${server.url}/cameras/cam2/snapshot`)).status, 'the other camera').toBe(200);
    camera.fault = 'none';
    await until('its picture', async () => readStamp((await client.part()).jpeg), 20_000);
  });

  test('with a wrong password is refused without telling it', async () => {
    const auth = { scheme: 'digest', algorithm: 'MD5', user: 'viewer', password: 'right' } as const;
    const camera = stopAfterTest(await HttpCamera.start({ ...size, auth }));
    const source = camera.url.replace('//', '//viewer:wr0ng-secret@');
    const server = stopAfterTest(await Server.start({ sources: [source] }));
    const response = await fetch(`${server.url}/snapshot`);
    await until('a cause', async () => (await server.camera()).cause);
    const view = await server.camera();
    expect(view.cause?.code).toBe('unauthorized');
    for (const told of [await response.text(), JSON.stringify(view), server.logs]) {
      expect(told).not.toContain('wr0ng-secret');
    }
  });

  test('whose JPEGs end in their middle: they are counted and never sent on', async () => {
    const camera = stopAfterTest(await HttpCamera.start(size));
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const client = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=source'));
    await client.parts(5);

    camera.fault = 'cut-jpegs';
    const corrupt = () => server.metric('lenscast_camera_corrupt_frames_total{camera="cam1"}');
    await until('cut frames counted', async () => (await corrupt()) >= 10);
    camera.fault = 'none';
    const { sequence = 0 } = readStamp((await client.part()).jpeg) ?? {};
    await until(
      'a whole frame again',
      async () => (readStamp((await client.part()).jpeg)?.sequence ?? 0) > sequence + 10,
    );

    for (const { jpeg } of client.seen) expect(jpeg.subarray(-2).toString('hex')).toBe('ffd9');
  });
});

function bestOf(
  picture: Picture,
  originals: readonly Picture[],
): { readonly index: number; readonly distance: number } {
  const distances = originals.map((original) => difference(picture, original));
  const distance = Math.min(...distances);
  return { index: distances.indexOf(distance), distance };
}
