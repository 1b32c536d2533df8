import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Frame } from '../../../src/core/frame.js';
import { VideoChannel } from '../../../src/hub/video-channel.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp(keepsStart = false) {
  const demand: boolean[] = [];
  const asked: number[] = [];
  const clock = () => Date.now();
  const channel = new VideoChannel('low', {
    clock,
    onDemand: (wanted) => demand.push(wanted),
    onKeyframeWanted: () => asked.push(clock()),
    keepsStart,
  });
  const publish = (sequence: number, isKeyframe = false, isStandIn = false) => {
    const free = vi.fn<() => void>();
    const kind = { isKeyframe, isStandIn };
    const init = { data: new Uint8Array(10), width: 64, height: 48, captureMs: clock(), sequence, ...kind };
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

it('counts the camera’s access units alone, not those that stand in for them', () => {
  const { channel, publish } = setUp();
  const seen: number[] = [];
  channel.subscribe(({ sequence }) => seen.push(sequence));
  publish(1, true, true);
  publish(2, false, true);
  publish(3, true);
  publish(4);
  expect(seen).toEqual([1, 2, 3, 4]);
  expect([channel.published, channel.keyframes]).toEqual([2, 1]);
});

it('asks for no keyframe where what stands in gave one meanwhile', () => {
  const { channel, asked, publish } = setUp();
  channel.subscribe(() => {});
  channel.requestKeyframe();
  channel.requestKeyframe();
  publish(1, true, true);
  vi.advanceTimersByTime(1000);
  expect(asked).toHaveLength(1);
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

describe('for somebody who is about to come', () => {
  const watch = (channel: VideoChannel) => {
    const seen: number[] = [];
    const leave = channel.subscribe(({ sequence, data }) => seen.push(data.length === 10 ? sequence : Number.NaN));
    return { seen, leave };
  };

  it('runs, and is wanted until nobody is there nor about to come', () => {
    const { channel, demand } = setUp();
    const release = channel.hold();
    const leave = channel.subscribe(() => {});
    release();
    release();
    expect(demand).toEqual([true]);
    expect(channel.receiverCount).toBe(1);
    leave();
    expect(demand).toEqual([true, false]);
  });

  it('keeps what can’t be asked for since its last keyframe, in order, and frees what it copied', async () => {
    const { channel, publish } = setUp(true);
    channel.hold();
    publish(1);
    publish(2, true);
    publish(3);
    const frees = [publish(4, true), publish(5), publish(6)];
    for (const free of frees) expect(free).toHaveBeenCalledOnce();
    const { seen } = watch(channel);
    expect(seen, 'not before it has its place').toEqual([]);
    await Promise.resolve();
    publish(7);
    expect(seen).toEqual([4, 5, 6, 7]);
    const second = watch(channel);
    await Promise.resolve();
    expect(second.seen).toEqual([]);
  });

  it('keeps nothing for longer than a second, nor after the last who was to come gave up', async () => {
    const { channel, publish } = setUp(true);
    const release = channel.hold();
    publish(1, true);
    vi.advanceTimersByTime(1001);
    publish(2);
    const late = watch(channel);
    await Promise.resolve();
    expect(late.seen).toEqual([]);
    late.leave();
    publish(3, true);
    release();
    const { seen } = watch(channel);
    await Promise.resolve();
    expect(seen).toEqual([]);
  });

  it('keeps nothing where a keyframe can be asked for, and nothing while somebody watches', async () => {
    const asking = setUp();
    asking.channel.hold();
    asking.publish(1, true);
    const first = watch(asking.channel);
    const { channel, publish } = setUp(true);
    channel.hold();
    const watching = watch(channel);
    publish(1, true);
    watching.leave();
    const second = watch(channel);
    await Promise.resolve();
    expect([first.seen, watching.seen, second.seen]).toEqual([[], [1], []]);
  });

  it('gives nothing to who left at once', async () => {
    const { channel, publish } = setUp(true);
    channel.hold();
    publish(1, true);
    const { seen, leave } = watch(channel);
    leave();
    await Promise.resolve();
    expect(seen).toEqual([]);
  });
});
