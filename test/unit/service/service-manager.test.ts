import { describe, expect, it, vi } from 'vitest';
import { ServiceManager } from '../../../src/service/service-manager.js';

function make(environment: Record<string, string>) {
  const send = vi.fn<(path: string, text: string) => void>();
  const onFailure = vi.fn();
  return { send, onFailure, manager: ServiceManager.of({ environment, pid: 42, send, onFailure }) };
}

describe('ServiceManager', () => {
  it('is none without a socket', () => {
    expect(make({}).manager).toBeNull();
    expect(make({ NOTIFY_SOCKET: '' }).manager).toBeNull();
  });

  it('sends each message as sd_notify(3) has it', () => {
    const { manager, send } = make({ NOTIFY_SOCKET: '@abstract' });
    manager?.ready();
    manager?.alive();
    manager?.status('one\ntwo');
    manager?.status('one two');
    manager?.stopping();
    expect(send.mock.calls).toEqual([
      ['@abstract', 'READY=1'],
      ['@abstract', 'WATCHDOG=1'],
      ['@abstract', 'STATUS=one two'],
      ['@abstract', 'STOPPING=1'],
    ]);
  });

  it.each<[Record<string, string>, number | null]>([
    [{}, null],
    [{ WATCHDOG_USEC: '30000000' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '43' }, null],
    [{ WATCHDOG_USEC: '0' }, null],
    [{ WATCHDOG_USEC: 'x' }, null],
  ])('knows how often it must be told: %j', (environment, expected) => {
    expect(make({ NOTIFY_SOCKET: '/s', ...environment }).manager?.watchdogTimeoutMs).toBe(expected);
  });

  it('tells of the first failure only, and throws none', () => {
    const { manager, send, onFailure } = make({ NOTIFY_SOCKET: '/s' });
    send.mockImplementation(() => {
      throw new Error('nobody is there');
    });
    manager?.ready();
    manager?.alive();
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(new Error('nobody is there'));
  });
});
