/** Cameras with `isolation: process`, through the real server. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { Faults } from '../../support/faults.js';
import { HttpCamera } from '../../support/http-camera.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { PictureWatcher } from '../../support/picture-watcher.js';
import { childrenOf, processFigures, threadsEndTimeoutMs } from '../../support/process-figures.js';
import { RtspCamera } from '../../support/rtsp-camera.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { renderV4l2Pictures, V4l2Cameras } from '../../support/v4l2-camera.js';

const isolated = (source: string, more = '') => `{ source: "${source}", isolation: process${more} }`;

function v4l2Cameras(count: number) {
  renderV4l2Pictures('MJPG', '640x480');
  const each = { sizes: ['640x480'], rates: [30], formats: ['MJPG'] as const };
  const cameras = new V4l2Cameras(Array.from({ length: count }, () => each));
  onTestFinished(() => cameras.dispose());
  return cameras;
}

describe('a camera in a process of its own shows pictures', () => {
  async function expectPictures(server: Server, tiers: readonly string[]): Promise<void> {
    for (const tier of tiers) {
      await server.shows(tier);
      const client = stopAfterTest(await MjpegClient.open(server.url, `/stream?tier=${tier}`));
      for (const { jpeg } of await client.parts(5)) {
        expect(jpeg.subarray(0, 2).toString('hex') + jpeg.subarray(-2).toString('hex')).toBe('ffd8ffd9');
      }
    }
    expect((await server.camera()).state).toBe('live');
    expect(childrenOf(server.pid)).toHaveLength(1);
  }

  test('of a V4L2 camera', async () => {
    const cameras = v4l2Cameras(1);
    const config = `cameras: { cam1: ${isolated('v4l2:/dev/video0')} }`;
    const server = stopAfterTest(await Server.start({ config, env: cameras.env }));
    await expectPictures(server, ['source', 'high', 'low']);
  });

  test('of an RTSP camera', async () => {
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192 }));
    const server = stopAfterTest(await Server.start({ config: `cameras: { cam1: ${isolated(camera.url)} }` }));
    await expectPictures(server, ['high', 'low']);
  });

  test('of an HTTP camera', async () => {
    const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240 }));
    const server = stopAfterTest(await Server.start({ config: `cameras: { cam1: ${isolated(camera.url)} }` }));
    await expectPictures(server, ['source', 'low']);
  });

  test('of the test pattern, and of changed settings', async () => {
    const server = stopAfterTest(await Server.start({ config: `cameras: { cam1: ${isolated('test:')} }` }));
    await expectPictures(server, ['high']);
    const answer = await fetch(`${server.url}/api/cameras/cam1/tiers/high`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ width: 320, height: 240 }),
    });
    expect(answer.status).toBe(200);
    await until('the new size', async () => {
      const { tiers } = await server.camera();
      return tiers.find(({ name }) => name === 'high')?.frame?.width === 320;
    });
  });
});

test('its crashes stay its own: its viewers have pictures again, and those of another camera miss nothing', async () => {
  const cameras = v4l2Cameras(2);
  const config = `cameras: { front: ${isolated('v4l2:/dev/video0')}, back: { source: "v4l2:/dev/video1" } }`;
  const server = stopAfterTest(await Server.start({ config, env: cameras.env }));
  const watch = (id: string) =>
    Promise.all(
      Array.from({ length: 4 }, async () => {
        const path = `/cameras/${id}/stream?tier=source&extra_headers=1`;
        return stopAfterTest(await PictureWatcher.open(server.url, path));
      }),
    );
  for (const id of ['front', 'back']) await server.shows('source', id);
  const [front, back] = [await watch('front'), await watch('back')];
  await Promise.all([...front, ...back].map((watcher) => watcher.next('live')));
  const before = processFigures(server.pid);
  const pid = server.pid;
  const died = "camera front: recovering: the camera's process died: SIGSEGV";

  for (let i = 0; i < 5; i++) {
    const [child] = childrenOf(server.pid);
    expect(child).toBeDefined();
    process.kill(child ?? 0, 'SIGSEGV');
    await until('it is noticed', () => server.logs.split(died).length > i + 1);
    await server.reach('live', 'front');
    await Promise.all(front.map((watcher) => watcher.next('live')));
  }

  expect(server.logs.split(died)).toHaveLength(5 + 1);
  expect(server.logs).not.toMatch(/camera back: recovering/);
  expect([...front, ...back].some(({ ended }) => ended)).toBe(false);
  // A machine with much else to do costs them some; a camera that fails with the other one costs more.
  const { late = 0, lost = 0 } = cameras.cameras[1]?.counters() ?? {};
  for (const { missed, counts } of back) expect(missed - late - lost).toBeLessThan(0.5 * counts.live);
  for (const watcher of back) expect(watcher.counts.live).toBeGreaterThan(30);
  expect(server.pid).toBe(pid);
  expect(childrenOf(server.pid)).toHaveLength(1);
  const isBack = () => {
    const now = processFigures(server.pid);
    return now.descriptors <= before.descriptors + 4 && now.threads <= before.threads + 2;
  };
  await until('descriptors and threads are what they were', isBack, threadsEndTimeoutMs);
});

test('a fault of an element ends its process alone, and a hanging stop is not waited for', async () => {
  const faults = new Faults();
  onTestFinished(() => faults.dispose());
  const config = `cameras: { cam1: ${isolated('test:', ', linger_ms: 50')} }`;
  const server = stopAfterTest(await Server.start({ config, env: faults.env }));
  const client = stopAfterTest(await PictureWatcher.open(server.url, '/stream?tier=low&extra_headers=1'));
  await client.next('live');
  await faults.strike('segv');
  await until('it is told', () => server.logs.includes("the camera's process died: SIGSEGV"));
  await server.reach('live');
  await client.next('live');

  faults.order('hang-stop');
  await client.stop();
  await until('its process is gone', () => childrenOf(server.pid).length === 0);
  expect(await server.metric('lenscast_pipelines')).toBe(0);
  expect(await server.metric('lenscast_pipelines_abandoned')).toBe(0);
});

describe('the end', () => {
  async function playing() {
    const cameras = v4l2Cameras(1);
    const config = `cameras: { cam1: ${isolated('v4l2:/dev/video0')} }`;
    const server = stopAfterTest(await Server.start({ config, env: cameras.env }));
    const client = stopAfterTest(await MjpegClient.open(server.url, '/stream'));
    await client.part();
    const [child] = childrenOf(server.pid);
    if (child === undefined) throw new Error('no process');
    return { server, child };
  }
  const isGone = (pid: number) => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  test('of the server is orderly when both are told to end', async () => {
    const { server, child } = await playing();
    process.kill(child, 'SIGINT');
    server.signal('SIGINT');
    expect(await server.exit(6000), server.logs).toBe(0);
    expect(server.logs).not.toContain('died');
    await until('the process is gone', () => isGone(child));
  });

  test('of the server by SIGKILL ends the process too', async () => {
    const { server, child } = await playing();
    server.signal('SIGKILL');
    await until('the process is gone', () => isGone(child));
  });
});
