import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CameraVitals, Vitals } from '../../../src/service/vitals.js';
import { statusLine, Watchdog } from '../../../src/service/watchdog.js';
import { silentLog } from '../fakes.js';

const camera: CameraVitals = {
  id: 'front',
  state: 'live',
  isWatched: true,
  isDelivering: true,
  lastFrameMs: 0,
  stallTimeoutMs: 1000,
  dueMs: null,
  isClosing: false,
  cause: null,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(watchdogTimeoutMs: number | null) {
  const manager = { watchdogTimeoutMs, alive: vi.fn(), status: vi.fn() };
  const log = { ...silentLog, error: vi.fn(), info: vi.fn() };
  const world = { nowMs: 0, vitals: { cameras: [camera], abandonedPipelines: 0, viewers: 1 } as Vitals };
  const watchdog = new Watchdog({ manager, log, clock: () => world.nowMs, vitals: () => world.vitals });
  const pass = (durationMs: number) => {
    for (let leftMs = durationMs; leftMs > 0; leftMs -= 100) {
      world.nowMs += 100;
      vi.advanceTimersByTime(100);
    }
  };
  return { manager, log, world, watchdog, pass };
}

describe('Watchdog', () => {
  it('feeds at once, and three times in each time-out', () => {
    const { manager, world, pass, watchdog } = start(3000);
    expect(manager.alive).toHaveBeenCalledTimes(1);
    world.vitals = { ...world.vitals, cameras: [] };
    pass(3000);
    expect(manager.alive).toHaveBeenCalledTimes(4);
    watchdog.close();
    watchdog.close();
    pass(3000);
    expect(manager.alive).toHaveBeenCalledTimes(4);
  });

  it('stops feeding a server that hangs, says so once, and feeds it again when it is well', () => {
    const { manager, world, log, pass } = start(3000);
    pass(20_000);
    const fed = manager.alive.mock.calls.length;
    expect(manager.status).toHaveBeenLastCalledWith(expect.stringMatching(/^camera front is live without a frame/));
    pass(10_000);
    expect(manager.alive).toHaveBeenCalledTimes(fed);
    expect(log.error).toHaveBeenCalledTimes(1);
    world.vitals = { ...world.vitals, cameras: [{ ...camera, lastFrameMs: world.nowMs }] };
    pass(1000);
    expect(manager.alive).toHaveBeenCalledTimes(fed + 1);
    expect(log.info).toHaveBeenCalledTimes(1);
  });

  it('keeps the status without feeding where no watchdog is set', () => {
    const { manager, pass } = start(null);
    pass(6000);
    expect(manager.status).toHaveBeenCalledWith('1 viewer; front live');
    expect(manager.alive).not.toHaveBeenCalled();
  });
});

it('statusLine names the cameras, at most eight', () => {
  const cameras = Array.from({ length: 10 }, (_, index) => ({ ...camera, id: `cam${index}` }));
  const line = statusLine({ cameras, abandonedPipelines: 0, viewers: 2 });
  expect(line).toBe(`2 viewers; ${Array.from({ length: 8 }, (_, index) => `cam${index} live`).join(', ')}, and 2 more`);
});
