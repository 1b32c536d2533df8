import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';

const addon = loadAddon();

/** Of this process' main thread, in ns. */
function timerSlackNs(): number {
  return Number(readFileSync('/proc/self/timerslack_ns', 'utf8'));
}

it('has timers be less exact as long as an action runs', () => {
  const before = timerSlackNs();
  const during = addon.withTimerSlack(80, () => timerSlackNs());
  expect([during, timerSlackNs()]).toEqual([80_000_000, before]);
});

it('sets it back when the action throws, and throws the same', () => {
  const before = timerSlackNs();
  const error = new Error('no');
  const fail = () => {
    throw error;
  };
  expect(() => addon.withTimerSlack(5, fail)).toThrow(error);
  expect(timerSlackNs()).toBe(before);
});

it('refuses what is no duration, and no action', () => {
  expect(() => addon.withTimerSlack(0, () => undefined)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG' }));
  expect(() => addon.withTimerSlack(20_000, () => undefined)).toThrow(/slackMs/);
  // @ts-expect-error: JavaScript may pass anything
  expect(() => addon.withTimerSlack(5, 7)).toThrow(/action must be a function/);
});
