import { describe, expect, it } from 'vitest';
import { checkVersions, isAtLeast, type VersionFacts } from '../../../src/doctor/checks/versions.js';

const facts: VersionFacts = {
  lenscast: '1.2.3',
  node: '22.1.0',
  kernel: '6.1.0',
  glibc: '2.36',
  platform: 'linux-arm64',
  addon: { file: '/opt/lenscast.node', gstreamer: '1.20.3' },
};
const bad = (changes: Partial<VersionFacts>) =>
  checkVersions({ ...facts, ...changes }).filter(({ level }) => level !== 'ok');

describe('checkVersions', () => {
  it('tells every version and is content', () => {
    const findings = checkVersions(facts);
    expect(findings.every(({ level }) => level === 'ok')).toBe(true);
    const told = findings.map(({ message }) => message).join('\n');
    for (const part of ['1.2.3', '22.1.0', '6.1.0', '2.36', 'linux-arm64', '/opt/lenscast.node', '1.20.3']) {
      expect(told).toContain(part);
    }
  });

  it('refuses what is too old', () => {
    expect(bad({ node: '18.20.4' })).toMatchObject([
      { check: 'version', level: 'problem', message: expect.stringMatching(/Node 18\.20\.4/) },
    ]);
    expect(bad({ addon: { file: null, gstreamer: '1.14.5' } as never })).toMatchObject([
      { message: expect.stringMatching(/GStreamer 1\.14\.5/) },
    ]);
  });

  it.each([
    ['libgstreamer-1.0.so.0: cannot open shared object file', 'libgstreamer1.0-0'],
    ["version `GLIBC_2.38' not found", 'node scripts/build-addon.mjs'],
  ])('knows what to do about %s', (error, remedy) => {
    const [found] = bad({ addon: { file: null, error } });
    expect(found).toMatchObject({ check: 'addon', level: 'problem', message: error });
    expect(found?.remedy).toContain(remedy);
  });

  it('says a musl system in words', () => {
    expect(checkVersions({ ...facts, glibc: null }).map(({ message }) => message)).toContain(
      'Linux 6.1.0, no glibc, linux-arm64',
    );
  });
});

it.each<[string, number[], boolean]>([
  ['1.16.0', [1, 16], true],
  ['1.15.9', [1, 16], false],
  ['2.0', [1, 16], true],
  ['20.0.0-rc1', [20], true],
  ['9', [20], false],
])('%s is at least %j: %s', (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});
