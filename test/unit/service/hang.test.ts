import { describe, expect, it } from 'vitest';
import { firstObservation, type Observation, observe } from '../../../src/service/hang.js';
import type { CameraVitals, Vitals } from '../../../src/service/vitals.js';

const live: CameraVitals = {
  id: 'front',
  state: 'live',
  isWatched: true,
  isDelivering: true,
  lastFrameMs: 0,
  stallTimeoutMs: 1000,
  dueMs: 1000,
  isClosing: false,
  cause: null,
};
const idle: CameraVitals = { ...live, state: 'idle', isWatched: false, isDelivering: false, dueMs: null };
const dead: CameraVitals = { ...live, state: 'recovering', isDelivering: false, dueMs: null, cause: 'unreachable' };

const vitals = (cameras: readonly CameraVitals[], abandonedPipelines = 0): Vitals => ({
  cameras,
  abandonedPipelines,
  viewers: 1,
});

/** Looks every five seconds for a while; `at` gives what is there then. */
function watch(forMs: number, at: (nowMs: number) => Vitals): Observation {
  let seen = firstObservation;
  for (let nowMs = 0; nowMs <= forMs; nowMs += 5000) seen = observe(seen, at(nowMs), nowMs);
  return seen;
}

describe('observe', () => {
  it('is content while frames come, and while nobody watches', () => {
    const flowing = (nowMs: number) => vitals([{ ...live, lastFrameMs: nowMs - 30, dueMs: nowMs + 970 }, idle]);
    expect(watch(3_600_000, flowing).hang).toBeNull();
    expect(watch(3_600_000, () => vitals([idle])).hang).toBeNull();
    expect(watch(3_600_000, () => vitals([])).hang).toBeNull();
  });

  it('leaves a dead camera to its supervisor, however long it is dead', () => {
    // It is tried again and again: the next step is always to come.
    for (const state of ['recovering', 'failed', 'starting']) {
      const retried = (nowMs: number) => vitals([{ ...dead, state, dueMs: nowMs + 1500 }]);
      expect(watch(86_400_000, retried).hang).toBeNull();
    }
  });

  it('leaves a dead camera alone beside one that lives, also where an old pipeline is left over', () => {
    const both = (nowMs: number) =>
      vitals(
        [
          { ...live, lastFrameMs: nowMs, dueMs: nowMs + 1000 },
          { ...dead, cause: 'busy' },
        ],
        1,
      );
    expect(watch(600_000, both).hang).toBeNull();
    expect(watch(600_000, () => vitals([dead], 3)).hang).toBeNull();
  });

  it('sees frames that stay away while nobody minds', () => {
    const silent = () => vitals([{ ...live, dueMs: null }]);
    expect(watch(10_000, silent).hang).toBeNull();
    expect(watch(15_000, silent).hang).toBe('camera front is live without a frame for 15 s');
    const degraded = () => vitals([{ ...live, state: 'degraded', dueMs: null }]);
    expect(watch(15_000, degraded).hang).toMatch(/degraded without a frame/);
  });

  it('gives a slow camera its time', () => {
    const slow = () => vitals([{ ...live, stallTimeoutMs: 10_000, dueMs: 10_000 }]);
    expect(watch(20_000, slow).hang).toBeNull();
    expect(watch(25_000, slow).hang).not.toBeNull();
  });

  it('asks no frames of a camera that only lingers', () => {
    const lingering = (nowMs: number) => vitals([{ ...live, isWatched: false, dueMs: nowMs + 5000 }]);
    expect(watch(60_000, lingering).hang).toBeNull();
  });

  it('sees a supervisor that does not act when it is due', () => {
    const late = () => vitals([{ ...dead, dueMs: 2000 }]);
    expect(watch(10_000, late).hang).toBeNull();
    expect(watch(15_000, late).hang).toBe('the supervisor of camera front has been due for 13 s');
  });

  it('sees a pipeline that is never closed, and one after another that is', () => {
    const closing = { ...dead, isClosing: true };
    expect(watch(30_000, () => vitals([closing])).hang).toBeNull();
    expect(watch(35_000, () => vitals([closing])).hang).toBe('camera front has been closing for 35 s');
    const oneAfterAnother = (nowMs: number) => vitals([{ ...dead, isClosing: nowMs % 20_000 !== 0 }]);
    expect(watch(600_000, oneAfterAnother).hang).toBeNull();
  });

  it('sees a device that only the end of the process frees', () => {
    const held = () => vitals([{ ...dead, cause: 'busy' }, idle], 1);
    expect(watch(60_000, held).hang).toBeNull();
    expect(watch(65_000, held).hang).toMatch(/holds a device/);
    // Another program has it: that isn't ours to end.
    expect(watch(600_000, () => vitals([{ ...dead, cause: 'busy' }])).hang).toBeNull();
  });

  it('is content again when it is over', () => {
    const before = watch(15_000, () => vitals([{ ...live, dueMs: null }]));
    expect(before.hang).not.toBeNull();
    expect(observe(before, vitals([{ ...live, lastFrameMs: 20_000, dueMs: 21_000 }]), 20_000).hang).toBeNull();
  });
});
