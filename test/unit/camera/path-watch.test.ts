import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PathWatch } from '../../../src/camera/path-watch.js';
import { until } from '../fakes.js';

function setUp(...parts: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'path-watch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const state = { hints: 0 };
  const watch = new PathWatch(join(folder, ...parts), () => {
    state.hints++;
  });
  onTestFinished(() => watch.close());
  const told = async (what: string) => {
    const before = state.hints;
    await until(what, () => state.hints > before);
  };
  return { folder, state, watch, told };
}

it('tells when what it waits for comes, as a file, by another name, or as a link', async () => {
  const { folder, told } = setUp('video0');
  const path = join(folder, 'video0');
  let hint = told('a file');
  writeFileSync(path, '');
  await hint;
  rmSync(path);
  hint = told('another name');
  writeFileSync(join(folder, 'new'), '');
  renameSync(join(folder, 'new'), path);
  await hint;
  rmSync(path);
  hint = told('a link');
  symlinkSync('/dev/null', path);
  await hint;
});

it('waits for the folders first, where they are gone too', async () => {
  const { folder, told } = setUp('v4l', 'by-id', 'usb-camera');
  const first = told('the first folder');
  mkdirSync(join(folder, 'v4l'));
  await first;
  const second = told('the second folder');
  mkdirSync(join(folder, 'v4l', 'by-id'));
  await second;
  const link = told('the link');
  symlinkSync('/dev/null', join(folder, 'v4l', 'by-id', 'usb-camera'));
  await link;
});

it('tells nothing of others, nor after it was closed', async () => {
  const { folder, state, watch, told } = setUp('video0');
  writeFileSync(join(folder, 'video1'), '');
  const hint = told('what it waits for');
  writeFileSync(join(folder, 'video0'), '');
  await hint;
  watch.close();
  watch.close();
  const { hints } = state;
  const other = new PathWatch(join(folder, 'later'), () => {
    state.hints += 1000;
  });
  onTestFinished(() => other.close());
  writeFileSync(join(folder, 'video0'), 'again');
  writeFileSync(join(folder, 'later'), '');
  await until('the other watch', () => state.hints >= 1000);
  expect(state.hints % 1000).toBe(hints);
});

it('is silent where nothing can be watched', () => {
  const watch = new PathWatch('/proc/self/no/such', () => {});
  watch.close();
});
