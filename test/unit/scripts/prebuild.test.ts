import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const scripts = join(import.meta.dirname, '../../../scripts');
const { prebuiltBinary } = (await import(join(scripts, 'prebuild/fitting.mjs'))) as {
  prebuiltBinary: (root: string, platform?: string) => string | undefined;
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lenscast-prebuilt-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, atSeconds: number): string {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  utimesSync(file, atSeconds, atSeconds);
  return file;
}

describe('prebuiltBinary', () => {
  it('is the one of the platform', () => {
    const binary = write('prebuilds/linux-arm64/lenscast.napi.glibc.node', 100);
    write('prebuilds/linux-arm64/README', 100);
    expect(prebuiltBinary(root, 'linux-arm64')).toBe(binary);
    expect(prebuiltBinary(root, 'linux-x64')).toBeUndefined();
  });

  it('counts no more when a source was changed after it, and as much when not', () => {
    const binary = write('prebuilds/linux-x64/lenscast.node', 100);
    write('native/addon.cc', 100);
    write('native/notes.md', 200);
    write('CMakeLists.txt', 50);
    expect(prebuiltBinary(root, 'linux-x64')).toBe(binary);
    write('native/addon.h', 101);
    expect(prebuiltBinary(root, 'linux-x64')).toBeUndefined();
  });
});

describe('npm run prebuild', () => {
  // A package of its own: what it would build is not this test's.
  const npm = (...words: string[]) => {
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ scripts: { prebuild: `node ${join(scripts, 'prebuild.mjs')} nothing`, build: 'echo built' } }),
    );
    return spawnSync('npm', words, { cwd: root, encoding: 'utf8' });
  };

  it('is asked for by its name', () => {
    const { status, stderr } = npm('run', 'prebuild');
    expect(stderr).toContain('Usage: npm run prebuild [-- x64|arm64]; there is no nothing.');
    expect(status).toBe(2);
  });

  it.each([
    ['run', 'build'],
    ['run', '--silent', 'build'],
    ['run-script', 'build'],
  ])('is not part of npm %s %s', (...words) => {
    const { status, stdout, stderr } = npm(...words);
    expect(stderr).not.toContain('Usage');
    expect(stdout).toContain('built');
    expect(status).toBe(0);
  });
});
