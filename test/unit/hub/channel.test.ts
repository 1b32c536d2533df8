import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Channel } from '../../../src/hub/channel.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { manualClock, TestFrame } from '../fakes.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(repeatAfterMs?: number) {
  const demands: boolean[] = [];
  const channel = new Channel('high', {
    clock: manualClock().clock,
    onDemand: (wanted) => demands.push(wanted),
    ...(repeatAfterMs === undefined ? {} : { repeatAfterMs }),
  });
  return { channel, demands };
}

/** Takes every frame at once and lets it go. */
function eagerly(channel: Channel, maxFps?: number) {
  const sequences: number[] = [];
  const subscription: Subscription = new Subscription(channel, {
    deliver: (frame) => {
      sequences.push(frame.sequence);
      frame.release();
      subscription.ready();
    },
    ...(maxFps === undefined ? {} : { maxFps }),
  });
  subscription.ready();
  return { subscription, sequences };
}

function publish(channel: Channel, sequence: number): TestFrame {
  const frame = new TestFrame(sequence);
  channel.publish(frame);
  frame.release();
  return frame;
}

describe('Channel', () => {
  it('asks for frames when the first comes and stops when the last leaves', () => {
    const { channel, demands } = setUp();
    const a = eagerly(channel);
    const b = eagerly(channel);
    expect(demands).toEqual([true]);
    a.subscription.close();
    a.subscription.close();
    expect(demands).toEqual([true]);
    b.subscription.close();
    expect(demands).toEqual([true, false]);
    eagerly(channel).subscription.close();
    expect(demands).toEqual([true, false, true, false]);
  });

  it('keeps no frame where nobody watches, and no timer', () => {
    const { channel } = setUp();
    expect(publish(channel, 1).freed).toBe(1);
    const { subscription } = eagerly(channel);
    const kept = publish(channel, 2);
    expect(kept.freed).toBe(0);
    expect(channel.newest).toBe(kept);
    subscription.close();
    expect(kept.freed).toBe(1);
    expect(channel).toMatchObject({ newest: undefined, published: 2, subscriberCount: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the newest frame to who comes later', () => {
    const { channel } = setUp();
    eagerly(channel);
    publish(channel, 1);
    publish(channel, 2);
    expect(eagerly(channel).sequences).toEqual([2]);
  });

  it('shows the last frame again once nothing new came for a while, and again', () => {
    const { channel } = setUp(1000);
    const { sequences, subscription } = eagerly(channel);
    publish(channel, 1);
    vi.advanceTimersByTime(900);
    publish(channel, 2);
    vi.advanceTimersByTime(900);
    expect(sequences).toEqual([1, 2]);
    vi.advanceTimersByTime(2200);
    expect(sequences).toEqual([1, 2, 2, 2, 2]);
    subscription.close();
    vi.advanceTimersByTime(5000);
    expect(sequences).toHaveLength(5);
  });

  it('repeats neither to the busy nor a frame that was cleared', () => {
    const { channel } = setUp(1000);
    const deliver = vi.fn();
    const subscription = new Subscription(channel, { deliver });
    subscription.ready();
    const frame = publish(channel, 1);
    vi.advanceTimersByTime(3000);
    expect(deliver).toHaveBeenCalledOnce();
    expect(subscription.stats).toEqual({ delivered: 1, droppedSlow: 0, droppedRate: 0 });
    frame.release();
    channel.clear();
    expect(frame.freed).toBe(1);
    subscription.ready();
    vi.advanceTimersByTime(3000);
    expect(deliver).toHaveBeenCalledOnce();
  });

  it('lets a receiver leave while it is handed a frame', () => {
    const { channel, demands } = setUp();
    const got: number[] = [];
    const leaving: Subscription = new Subscription(channel, {
      deliver: (frame) => {
        got.push(frame.sequence);
        leaving.close();
        frame.release();
      },
    });
    leaving.ready();
    const frame = publish(channel, 1);
    publish(channel, 2);
    expect(got).toEqual([1]);
    expect(frame.freed).toBe(1);
    expect(demands).toEqual([true, false]);
  });

  it('adds up what became of its frames, also for those who left', () => {
    const { channel } = setUp();
    const a = eagerly(channel);
    const b = eagerly(channel, 1);
    for (let i = 1; i <= 5; i++) publish(channel, i);
    a.subscription.close();
    b.subscription.close();
    expect(a.subscription.stats).toEqual({ delivered: 5, droppedSlow: 0, droppedRate: 0 });
    expect(b.subscription.stats).toEqual({ delivered: 1, droppedSlow: 0, droppedRate: 4 });
    expect(channel.totals).toEqual({ delivered: 6, droppedSlow: 0, droppedRate: 4 });
  });
});
