import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFile, FindingsCache } from '../../../src/acceleration/cache.js';
import type { Findings } from '../../../src/acceleration/findings.js';

const environment = { gstreamer: '1.22.0', kernel: '6.1', drivers: 'nvidia 550' };
const plugins = 'va 1.22.0';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenscast-cache-'));
  file = join(folder, 'lenscast/probe.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function findings(format: string): Findings {
  return {
    format,
    probedAt: '2026-11-21T04:00:00.000Z',
    findings: [
      {
        ...{ row: 'vah264enc/va', job: 'h264', family: 'va', element: 'vah264enc' },
        ...{ passes: true, reason: null, msPerFrame: 2.5 },
      },
    ],
    together: null,
    startMs: 40,
    properties: { vah264enc: { bitrate: null, 'rate-control': ['cbr', 'vbr'] } },
  };
}

describe('FindingsCache', () => {
  it('gives back what was put, to another process too', () => {
    new FindingsCache(file, environment).put(findings('a'), plugins);
    expect(new FindingsCache(file, environment).get('a', plugins)).toMatchObject(findings('a'));
    expect(readdirSync(join(folder, 'lenscast'))).toEqual(['probe.json']);
  });

  it.each([
    ['another GStreamer', { ...environment, gstreamer: '1.24.0' }, plugins],
    ['another kernel', { ...environment, kernel: '6.2' }, plugins],
    ['another driver', { ...environment, drivers: 'nvidia 560' }, plugins],
    ['another version of a plugin', environment, 'va 1.22.1'],
  ])('knows nothing for %s', (_what, other, versions) => {
    new FindingsCache(file, environment).put(findings('a'), plugins);
    expect(new FindingsCache(file, other).get('a', versions)).toBeNull();
  });

  it('keeps formats apart, and the newest of each', () => {
    const cache = new FindingsCache(file, environment);
    cache.put(findings('a'), plugins);
    cache.put(findings('b'), plugins);
    cache.put({ ...findings('a'), together: 'no' }, plugins);
    expect(cache.get('a', plugins)?.together).toBe('no');
    expect(cache.get('b', plugins)?.together).toBeNull();
    expect(cache.get('c', plugins)).toBeNull();
  });

  it('does not grow for ever', () => {
    const cache = new FindingsCache(file, environment);
    for (let i = 0; i < 40; i++) cache.put(findings(`format ${i}`), plugins);
    expect(cache.get('format 0', plugins)).toBeNull();
    expect(cache.get('format 39', plugins)).not.toBeNull();
    expect(JSON.parse(readFileSync(file, 'utf8')).formats).toHaveLength(32);
  });

  it.each(['', '{', '{"version":0}', '[]', 'null'])('makes a file anew that reads %j', (text) => {
    const cache = new FindingsCache(file, environment);
    cache.put(findings('a'), plugins);
    writeFileSync(file, text);
    expect(cache.get('a', plugins)).toBeNull();
    cache.put(findings('a'), plugins);
    expect(cache.get('a', plugins)).not.toBeNull();
  });

  it('says so where it can not be written, and leaves nothing behind', () => {
    writeFileSync(join(folder, 'lenscast'), 'a file where the folder should be');
    expect(() => new FindingsCache(file, environment).put(findings('a'), plugins)).toThrow();
    expect(existsSync(file)).toBe(false);
  });

  it('is read within 50 ms, full as it can be', () => {
    const cache = new FindingsCache(file, environment);
    for (let i = 0; i < 32; i++) cache.put(findings(`format ${i}`), plugins);
    const times = Array.from({ length: 20 }, () => {
      const beganMs = performance.now();
      cache.get('format 31', plugins);
      return performance.now() - beganMs;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

describe('cacheFile', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/lenscast/probe.json'],
    [{ XDG_CACHE_HOME: '/x', CACHE_DIRECTORY: '/var/cache/lenscast:/other' }, '/var/cache/lenscast/probe.json'],
  ])('of %j', (variables, path) => {
    expect(cacheFile(variables)).toBe(path);
  });

  it('is in the home where nothing is said, and a relative path counts as nothing', () => {
    expect(cacheFile({ XDG_CACHE_HOME: 'relative' })).toBe(cacheFile({}));
    expect(cacheFile({})).toMatch(/\.cache\/lenscast\/probe\.json$/);
  });
});
