import { expect, onTestFinished, test } from 'vitest';
import { Scene } from '../support/fault-rigs/scene.js';
import { threadsEndTimeoutMs } from '../support/process-figures.js';
import { until } from '../support/until.js';
import { describeFigures, figuresOf, isBack } from './figures.js';
import { strikeAtRandom } from './random-faults.js';

const seed = 1;

test('random faults in a row, on three cameras at once, leave nothing behind', { timeout: 120_000 }, async () => {
  const scene = await Scene.open({ rigs: ['v4l2', 'rtsp', 'http'], viewers: 2, settings: 'linger_ms: 50' });
  onTestFinished(() => scene.stop());
  const { server } = scene;
  const rest = async () => {
    await scene.leave();
    await until('rest', async () => (await figuresOf(server)).pipelines === 0, 20_000);
    return figuresOf(server);
  };
  const before = await rest();
  await scene.watch();

  const struck = await strikeAtRandom(scene, 21, seed);

  expect([...struck.values()].reduce((sum, times) => sum + times)).toBe(21);
  expect(scene.closed).toBe(0);
  expect(await server.metric('lenscast_live_frames')).toBeLessThan(30);
  await rest();
  const back = async () => isBack(await figuresOf(server), before);
  await until('all is where it was', back, threadsEndTimeoutMs).catch(async () => {
    throw new Error(`${describeFigures(await figuresOf(server))} after ${describeFigures(before)}`);
  });
});
