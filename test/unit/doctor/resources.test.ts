import { describe, expect, it } from 'vitest';
import { checkResources, type ResourceFacts } from '../../../src/doctor/checks/resources.js';
import { parseMemory, parseOpenFiles } from '../../../src/doctor/facts/resources.js';

const MiB = 1024 * 1024;
const facts: ResourceFacts = {
  openFiles: 65_536,
  disks: [{ path: '/tmp', freeBytes: 5000 * MiB }],
  memory: { totalBytes: 4096 * MiB, availableBytes: 2048 * MiB, limitBytes: null },
  clock: { nowMs: Date.UTC(2027, 0, 1), synchronized: true },
};
const bad = (changes: Partial<ResourceFacts>) =>
  checkResources({ ...facts, ...changes })
    .filter(({ level }) => level !== 'ok')
    .map(({ level, check }) => `${level} ${check}`);

describe('checkResources', () => {
  it('is content with a healthy machine', () => {
    expect(checkResources(facts).map(({ level, check }) => `${level} ${check}`)).toEqual([
      'ok limits',
      'ok disk',
      'ok memory',
      'ok clock',
    ]);
  });

  it('sees each shortage', () => {
    expect(bad({ openFiles: 1024 })).toEqual(['warning limits']);
    expect(bad({ openFiles: Number.POSITIVE_INFINITY })).toEqual([]);
    expect(bad({ disks: [{ path: '/', freeBytes: 100 * MiB }] })).toEqual(['warning disk']);
    expect(bad({ disks: [{ path: '/', freeBytes: 0 }] })).toEqual(['problem disk']);
    expect(bad({ memory: { ...facts.memory, availableBytes: 128 * MiB } })).toEqual(['warning memory']);
    expect(bad({ memory: { ...facts.memory, availableBytes: 32 * MiB } })).toEqual(['problem memory']);
  });

  it('counts the limit of the control group', () => {
    expect(bad({ memory: { ...facts.memory, limitBytes: 48 * MiB } })).toEqual(['problem memory']);
    const told = checkResources({ ...facts, memory: { ...facts.memory, limitBytes: 512 * MiB } })[2];
    expect(told?.message).toBe('2.0 GB of 4.0 GB memory available, at most 512 MB for this service or container');
  });

  it('tells a clock that is wrong from one that nothing keeps right', () => {
    expect(bad({ clock: { nowMs: 0, synchronized: false } })).toEqual(['problem clock']);
    expect(bad({ clock: { ...facts.clock, synchronized: false } })).toEqual(['warning clock']);
    expect(bad({ clock: { ...facts.clock, synchronized: null } })).toEqual([]);
  });
});

it('reads /proc/self/limits and /proc/meminfo', () => {
  const limits =
    'Limit  Soft  Hard  Units\nMax open files            1024                 524288               files\n';
  expect(parseOpenFiles(limits)).toBe(524_288);
  expect(parseOpenFiles('Max open files     unlimited   unlimited    files')).toBe(Number.POSITIVE_INFINITY);
  expect(parseMemory('MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:    500 kB\n')).toEqual({
    totalBytes: 1_024_000,
    availableBytes: 512_000,
  });
});
