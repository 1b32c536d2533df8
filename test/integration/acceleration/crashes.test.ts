/** A chip whose driver takes the server with it: what the next one makes of that. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endAfterTest, stopAfterTest } from '../../support/cleanup.js';
import { FakeHardware } from '../../support/fake-hardware.js';
import { HttpCamera } from '../../support/http-camera.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { type CameraView, Server } from '../../support/server.js';
import { until } from '../../support/until.js';

type View = CameraView & {
  readonly acceleration: { readonly jpeg: { readonly hardware: boolean; readonly fallback_reason: string | null } };
};

const slowMs = 60_000;

async function makeScene() {
  const chip = endAfterTest(new FakeHardware('jetson'), (one) => one.dispose());
  const source = stopAfterTest(await HttpCamera.start({ width: 320, height: 240, fps: 30 }));
  const front = `{ source: "${source.url}", linger_ms: 0, tiers: { low: { width: 160, height: 120, fps: 30 } } }`;
  const config = `cameras:\n  front: ${front}\n`;
  const start = async () => stopAfterTest(await Server.start({ config, env: chip.env }));
  /** The server dies of its next viewer. */
  const crash = async () => {
    const server = await start();
    chip.trouble({ nvjpegenc: 'segv' });
    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'));
    expect(await server.exit(slowMs)).toBe('SIGSEGV');
    await viewer.stop();
  };
  /** What a viewer of another server is served by, which lives and ends in order. */
  const serve = async () => {
    const server = await start();
    const viewer = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'));
    await server.shows('low', 'front');
    for (let seen = 0; seen < 20; seen++) await viewer.part();
    const { acceleration } = await server.json<View>('/api/cameras/front');
    expect(viewer.ended).toBe(false);
    await viewer.stop();
    await server.stop();
    return { jpeg: acceleration.jpeg, logs: server.logs };
  };
  return { chip, start, crash, serve, file: join(chip.env.XDG_CACHE_HOME ?? '', 'lenscast/crashes.json') };
}

it('learns of the crash, gives a second chance after the rest, and sets aside what crashes again', async () => {
  const { chip, start, crash, serve, file } = await makeScene();
  const first = await start();
  const viewer = stopAfterTest(await MjpegClient.open(first.url, '/stream?tier=low'));
  await until('the probe', () => first.logs.includes('can be used'), slowMs);
  await viewer.stop();
  await first.stop();
  await crash();

  for (const _ of [1, 2]) {
    const { jpeg, logs } = await serve();
    expect(jpeg.hardware).toBe(false);
    expect(jpeg.fallback_reason).toBe('nvjpegenc: the server died while it ran; it rests and has a second chance');
    expect(logs.split('\n').filter((line) => line.includes('the server died'))).toHaveLength(1);
  }

  const rest = JSON.parse(readFileSync(file, 'utf8')) as { deaths: { atMs: number }[] };
  for (const each of rest.deaths) each.atMs -= 5 * 60_000;
  writeFileSync(file, JSON.stringify(rest));
  await crash();
  const last = await serve();
  expect(last.jpeg).toMatchObject({ hardware: false, fallback_reason: 'nvjpegenc: the server died while it ran' });
  expect(last.logs).toMatch(/front: .*nvjpegenc.* set aside until the next probe: the server died while it ran/);
  chip.trouble({});
}, 120_000);
