import { expect, it } from 'vitest';
import { CPU_LIST, parseCpuList } from '../../../src/config/cpu-list.js';

it.each([
  ['2', [2]],
  ['0-3', [0, 1, 2, 3]],
  ['6,0-1,1', [0, 1, 6]],
  ['3-1', []],
])('%s are the CPUs %j', (text, cpus) => {
  expect(CPU_LIST.test(text)).toBe(true);
  expect(parseCpuList(text)).toEqual(cpus);
});

it.each(['', 'all', '1-', '-1', '1,,2', '1 2', '10000'])('%j names no CPUs', (text) => {
  expect(CPU_LIST.test(text)).toBe(false);
});
