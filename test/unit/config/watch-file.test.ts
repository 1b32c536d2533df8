import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileWatch, type WatchFileOptions } from '../../../src/config/watch-file.js';
import { until } from '../fakes.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lenscast-watch-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function watchFile(path: string, options: WatchFileOptions = {}) {
  const told = { times: 0 };
  const watch = new FileWatch(path, () => told.times++, { settleMs: 30, pollMs: 20, ...options });
  onTestFinished(() => watch.close());
  return { told, watch };
}

/** What is not to be told is waited for as long as it takes to tell of something that comes after it. */
async function nothingMoreThan(times: number, told: { times: number }, change: () => void): Promise<void> {
  change();
  await until('the change after', () => told.times > times);
  expect(told.times).toBe(times + 1);
}

describe('FileWatch', () => {
  it('tells of a file that is written in place', async () => {
    const file = join(folder(), 'a.yaml');
    writeFileSync(file, 'one');
    const { told } = watchFile(file);
    await nothingMoreThan(0, told, () => writeFileSync(file, 'another'));
    await nothingMoreThan(1, told, () => writeFileSync(file, 'a third'));
  });

  it('tells of a file that another one takes the place of, as editors do', async () => {
    const path = folder();
    const file = join(path, 'a.yaml');
    writeFileSync(file, 'one');
    const { told } = watchFile(file);
    const replace = (text: string) => () => {
      writeFileSync(join(path, '.a.yaml.swp'), text);
      renameSync(join(path, '.a.yaml.swp'), file);
    };
    await nothingMoreThan(0, told, replace('two'));
    await nothingMoreThan(1, told, replace('two'));
  });

  it('is hastened by the folder: polling once a minute would be too late', async () => {
    const file = join(folder(), 'a.yaml');
    writeFileSync(file, 'one');
    const { told } = watchFile(file, { pollMs: 60_000 });
    await nothingMoreThan(0, told, () => writeFileSync(file, 'another'));
  });

  it('sees what changes behind a link, as in a Kubernetes ConfigMap', async () => {
    const path = folder();
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(path, version));
      writeFileSync(join(path, version, 'a.yaml'), version);
    }
    mkdirSync(join(path, 'mount'));
    symlinkSync('../v1', join(path, 'mount', 'data'));
    symlinkSync('data/a.yaml', join(path, 'mount', 'a.yaml'));
    const { told } = watchFile(join(path, 'mount', 'a.yaml'));
    await nothingMoreThan(0, told, () => {
      symlinkSync('../v2', join(path, 'mount', 'fresh'));
      renameSync(join(path, 'mount', 'fresh'), join(path, 'mount', 'data'));
    });
  });

  it('tells once of a file that goes, and again when it comes back, also with its folder', async () => {
    const path = join(folder(), 'etc');
    const file = join(path, 'a.yaml');
    mkdirSync(path);
    writeFileSync(file, 'one');
    const { told } = watchFile(file);
    await nothingMoreThan(0, told, () => unlinkSync(file));
    await nothingMoreThan(1, told, () => writeFileSync(file, 'one'));
    await nothingMoreThan(2, told, () => rmSync(path, { recursive: true }));
    await nothingMoreThan(3, told, () => {
      mkdirSync(path);
      writeFileSync(file, 'one');
    });
  });

  it('waits until the file lies still, and tells a burst of changes once', async () => {
    const file = join(folder(), 'a.yaml');
    writeFileSync(file, 'one');
    const { told } = watchFile(file, { settleMs: 300, pollMs: 10 });
    const texts = ['', 'two', 'three: 3'];
    await nothingMoreThan(0, told, () => {
      for (const text of texts) writeFileSync(file, text);
    });
  });

  it('tells nothing once it is closed, and can be closed twice', async () => {
    const file = join(folder(), 'a.yaml');
    writeFileSync(file, 'one');
    const closed = watchFile(file);
    const open = watchFile(file);
    closed.watch.close();
    closed.watch.close();
    await nothingMoreThan(0, open.told, () => writeFileSync(file, 'another'));
    expect(closed.told.times).toBe(0);
  });
});
