import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findDefaultSource } from '../../../src/camera/default-source.js';
import { FakeAddon } from '../fakes.js';

const picture = 'image/jpeg, width=(int)640, height=(int)480, framerate=(fraction)30/1';

/** Device nodes by number, and what each answers when it is asked for its modes. */
async function setUp(
  answers: Readonly<Record<number, () => Promise<readonly string[]>>>,
  others: readonly string[] = [],
) {
  const folder = await mkdtemp(join(tmpdir(), 'lenscast-devices-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of [...Object.keys(answers).map((number) => `video${number}`), ...others]) {
    await writeFile(join(folder, name), '');
  }
  const addon = new FakeAddon();
  const asked: string[] = [];
  addon.queryCaps = (description) => {
    const number = /video(\d+)/.exec(description)?.[1] ?? '';
    asked.push(number);
    return answers[Number(number)]?.() ?? Promise.resolve([]);
  };
  return { source: (await findDefaultSource(addon, folder)).replace(folder, '/dev'), asked };
}

it('is the first device that can capture, by its number', async () => {
  const none = () => Promise.resolve(['video/x-h264, width=(int)1, height=(int)1']);
  const busy = () => Promise.reject(new Error('busy'));
  const camera = () => Promise.resolve([picture]);
  const { source, asked } = await setUp({ 10: camera, 2: camera, 0: none, 1: busy }, ['video', 'video2x', 'media0']);
  expect(source).toBe('v4l2:/dev/video2');
  expect(asked).toEqual(['0', '1', '2']);
});

it('is the test pattern where nothing can capture', async () => {
  expect((await setUp({ 0: () => Promise.resolve([]) })).source).toBe('test:');
  expect((await setUp({})).source).toBe('test:');
  expect(await findDefaultSource(new FakeAddon(), '/no/such/folder')).toBe('test:');
});
