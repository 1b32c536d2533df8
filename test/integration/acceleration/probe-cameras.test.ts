import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endAfterTest, stopAfterTest } from '../../support/cleanup.js';
import { FakeHardware } from '../../support/fake-hardware.js';
import { HttpCamera } from '../../support/http-camera.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { runLenscast, Server } from '../../support/server.js';
import { oneV4l2Camera } from '../../support/v4l2-camera.js';

interface Report {
  readonly formats: readonly { readonly format: string }[];
  readonly left_out: readonly { readonly camera: string; readonly reason: string }[];
}

type Environment = Readonly<Record<string, string>>;

async function probe(sources: readonly string[], env: Environment) {
  const words = sources.flatMap((source) => ['--source', source]);
  const { stdout, stderr, code } = await runLenscast(['probe', '--json', ...words], { env, timeoutMs: 80_000 });
  expect(code, stderr).toBe(0);
  expect(stdout.toString() + stderr).not.toContain('secret');
  const { formats, left_out } = JSON.parse(stdout.toString()) as Report;
  return { formats: formats.map(({ format }) => format), leftOut: left_out, stderr };
}

function ownCache(): Environment {
  const folder = mkdtempSync(join(tmpdir(), 'lenscast-probe-cameras-'));
  endAfterTest(folder, () => rmSync(folder, { recursive: true, force: true }));
  return { XDG_CACHE_HOME: folder, CACHE_DIRECTORY: '' };
}

/** A port of loopback where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

const startHttpCamera = async () =>
  stopAfterTest(
    await HttpCamera.start({
      width: 320,
      height: 240,
      auth: { scheme: 'digest', algorithm: 'MD5', user: 'me', password: 'secret' },
    }),
  );

describe('lenscast probe of cameras', () => {
  it('sees an HTTP camera, says why another is left out, and remembers the first for when it is off', async () => {
    const env = ownCache();
    const camera = await startHttpCamera();
    const source = camera.url.replace('//', '//me:secret@');
    const seen = await probe([source, `rtsp://me:secret@127.0.0.1:${await deadPort()}/live`], env);
    expect(seen.formats).toEqual(['jpeg 320x240@0 system']);
    expect(seen.leftOut).toEqual([{ camera: 'cam2', reason: expect.stringMatching(/^127.*refuses the connection$/) }]);
    expect(seen.stderr).toMatch(/^lenscast: camera cam2 left out: .* refuses the connection$/m);
    await camera.stop();
    const remembered = await probe([source], env);
    expect(remembered.formats).toEqual(seen.formats);
    expect(remembered.leftOut).toEqual([]);
    expect(remembered.stderr).toMatch(/camera cam1 can't be seen now, tried is what it delivered before: .* refuses/);
  });

  it('knows a V4L2 camera that a server has open', async () => {
    const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: ['MJPG'] });
    endAfterTest(cameras, (all) => all.dispose());
    const env = { ...ownCache(), ...cameras.env };
    const source = `v4l2:${camera.device}`;
    const server = stopAfterTest(await Server.start({ sources: [source], env }));
    const viewer = endAfterTest(await MjpegClient.open(server.url, '/stream'), (one) => one.stop());
    await viewer.part();
    const { formats, leftOut } = await probe([source], env);
    expect(formats).toEqual(['jpeg 4:2:2 640x480@30 system']);
    expect(leftOut).toEqual([]);
    await viewer.part();
  });

  it('has the first start of a server after it on the chip', async () => {
    const { env } = endAfterTest(new FakeHardware('jetson'), (one) => one.dispose());
    const camera = await startHttpCamera();
    const source = camera.url.replace('//', '//me:secret@');
    await probe([source], env);
    const server = stopAfterTest(await Server.start({ sources: [source], env }));
    const viewer = endAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'), (one) => one.stop());
    await viewer.part();
    const view = await server.json<{ acceleration: Record<string, unknown> }>('/api/cameras/cam1');
    expect(view.acceleration.jpeg).toMatchObject({ element: 'nvjpegenc', hardware: true });
  });
});
