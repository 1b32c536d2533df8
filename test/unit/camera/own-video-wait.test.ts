import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CameraListener } from '../../../src/camera/camera.js';
import { OwnFrames } from '../../../src/camera/own-frames.js';
import { waitForOwnVideo } from '../../../src/camera/own-video-wait.js';
import { initialSupervision } from '../../../src/camera/supervisor.js';
import { PASSES } from '../../../src/pipeline/passthrough.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp() {
  const own = new OwnFrames({ kind: 'rtsp', url: 'rtsp://camera/' });
  const state = { supervision: initialSupervision(0), holds: 0, listeners: new Set<CameraListener>() };
  const camera: Parameters<typeof waitForOwnVideo>[0] = {
    get sourceVideo() {
      return own.video;
    },
    get supervision() {
      return state.supervision;
    },
    holdSourceVideo: () => {
      state.holds++;
      return () => state.holds--;
    },
    listen: (listener) => {
      state.listeners.add(listener);
      return () => state.listeners.delete(listener);
    },
  };
  const tell = (what: keyof CameraListener) => {
    for (const listener of state.listeners) (listener[what] as () => void)();
  };
  const wait = () => {
    const waiting = waitForOwnVideo(camera, 2000);
    const ended = vi.fn<() => void>();
    void waiting.known.then(ended);
    return { ...waiting, ended };
  };
  return { own, state, tell, wait };
}

it('has the camera run, and waits until it told', async () => {
  const { own, state, tell, wait } = setUp();
  const { ended, release } = wait();
  expect(state.holds).toBe(1);
  tell('onTiers');
  state.supervision = { ...state.supervision, state: 'starting' };
  tell('onState');
  await vi.advanceTimersByTimeAsync(1999);
  expect(ended).not.toHaveBeenCalled();
  own.learnVideo(PASSES);
  tell('onTiers');
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledOnce();
  expect([state.holds, state.listeners.size], 'held until its viewer is there').toEqual([1, 0]);
  expect(vi.getTimerCount()).toBe(0);
  release();
  expect(state.holds).toBe(0);
});

it('waits no longer than it was told', async () => {
  const { state, wait } = setUp();
  const { ended } = wait();
  await vi.advanceTimersByTimeAsync(2000);
  expect(ended).toHaveBeenCalledOnce();
  expect(state.listeners.size).toBe(0);
});

it.each(['recovering', 'failed'] as const)('does not wait for a camera that is %s', async (name) => {
  const { state, tell, wait } = setUp();
  const { ended } = wait();
  state.supervision = { ...state.supervision, state: name };
  tell('onState');
  const second = wait();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledOnce();
  expect(second.ended).toHaveBeenCalledOnce();
  expect(state.listeners.size).toBe(0);
});
