import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Frame } from '../../../src/core/frame.js';
import { VideoChannel } from '../../../src/hub/video-channel.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp() {
  const demand: boolean[] = [];
  const asked: number[] = [];
  const clock = () => Date.now();
  const channel = new VideoChannel('low', {
    clock,
    onDemand: (wanted) => demand.push(wanted),
    onKeyframeWanted: () => asked.push(clock()),
  });
  const publish = (sequence: number, isKeyframe = false) => {
    const free = vi.fn<() => void>();
    const init = { data: new Uint8Array(10), width: 64, height: 48, captureMs: clock(), sequence, isKeyframe };
    const frame = new Frame(init, free);
    channel.publish(frame);
    frame.release();
    return free;
  };
  return { channel, demand, asked, publish };
}

it('gives every access unit to everybody, in order, and keeps none', () => {
  const { channel, publish } = setUp();
  const seen: string[] = [];
  channel.subscribe(({ sequence }) => seen.push(`a${sequence}`));
  channel.subscribe(({ sequence }) => seen.push(`b${sequence}`));
  const freed = [publish(1, true), publish(2)];
  expect(seen).toEqual(['a1', 'b1', 'a2', 'b2']);
  for (const free of freed) expect(free).toHaveBeenCalledOnce();
  expect(channel).toMatchObject({ published: 2, keyframes: 1 });
});

it('is wanted from the first receiver to the last, also where one leaves twice', () => {
  const { channel, demand } = setUp();
  const leave = [channel.subscribe(() => {}), channel.subscribe(() => {})];
  leave[0]?.();
  leave[0]?.();
  expect(demand).toEqual([true]);
  leave[1]?.();
  expect(demand).toEqual([true, false]);
  expect(channel.receiverCount).toBe(0);
});

it('asks for one keyframe for all who want one within 300 ms', () => {
  const { channel, asked, publish } = setUp();
  channel.subscribe(() => {});
  const startMs = Date.now();
  for (let i = 0; i < 50; i++) channel.requestKeyframe();
  expect(asked).toEqual([startMs]);
  vi.advanceTimersByTime(300);
  expect(asked).toEqual([startMs, startMs + 300]);
  channel.requestKeyframe();
  publish(1, true);
  vi.advanceTimersByTime(1000);
  expect(asked, 'the keyframe served who had asked').toHaveLength(2);
});

it('asks for nothing that nobody watches', () => {
  const { channel, asked } = setUp();
  channel.requestKeyframe();
  const leave = channel.subscribe(() => {});
  channel.requestKeyframe();
  channel.requestKeyframe();
  leave();
  vi.advanceTimersByTime(1000);
  expect(asked).toHaveLength(1);
});

it('asks by itself where none came for five seconds, once in that time', () => {
  const { channel, asked, publish } = setUp();
  channel.subscribe(() => {});
  publish(1, true);
  const keyframeMs = Date.now();
  for (let frame = 2; frame < 130; frame++) {
    vi.advanceTimersByTime(100);
    publish(frame);
  }
  expect(asked.map((atMs) => atMs - keyframeMs)).toEqual([5100, 10_200]);
});
