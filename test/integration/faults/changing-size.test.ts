import { expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { jpegSize } from '../../support/http-camera/jpegs.js';
import { HttpCamera } from '../../support/http-camera.js';
import { PictureWatcher } from '../../support/picture-watcher.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';

test('pictures of another size in the same stream are followed, as they come and re-encoded', async () => {
  const camera = stopAfterTest(await HttpCamera.start({ width: 320, height: 240 }));
  const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
  const tiers = ['source', 'low'];
  for (const tier of tiers) await server.shows(tier);
  const open = (tier: string) => PictureWatcher.open(server.url, `/stream?tier=${tier}&extra_headers=1`);
  const viewers = await Promise.all(tiers.map(open));
  for (const viewer of viewers) await stopAfterTest(viewer).next('live');
  const reach = (width: number, height: number) =>
    until(`pictures of ${width}x${height}`, async () => {
      const pictures = await Promise.all(viewers.map((viewer) => viewer.next('live')));
      return pictures.every(({ jpeg }) => jpegSize(jpeg).width === width && jpegSize(jpeg).height === height);
    });
  await reach(320, 240);

  await camera.changeSize(480, 272);

  await reach(480, 272);
  await camera.changeSize(320, 240);
  await reach(320, 240);
  expect(camera.requests).toBe(1);
  expect(viewers.map(({ counts, ended }) => [counts['stand-in'], ended])).toEqual([
    [0, false],
    [0, false],
  ]);
  expect(await server.camera()).toMatchObject({ state: 'live', cause: null });
});
