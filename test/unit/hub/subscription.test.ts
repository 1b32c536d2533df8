import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Frame } from '../../../src/core/frame.js';
import { Channel } from '../../../src/hub/channel.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { manualClock, TestFrame } from '../fakes.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openChannel(name = 'high'): Channel {
  return new Channel(name, { clock: manualClock().clock, onDemand: () => {} });
}

function publish(channel: Channel, sequence: number, captureMs?: number): TestFrame {
  const frame = new TestFrame(sequence, captureMs);
  channel.publish(frame);
  frame.release();
  return frame;
}

/** Holds what it gets until it is told to finish. */
class SlowReceiver {
  readonly sequences: number[] = [];
  readonly subscription: Subscription;
  held: Frame | undefined;

  constructor(channel: Channel, maxFps?: number) {
    this.subscription = new Subscription(channel, {
      deliver: (frame) => {
        expect(this.held).toBeUndefined();
        this.held = frame;
        this.sequences.push(frame.sequence);
      },
      ...(maxFps === undefined ? {} : { maxFps }),
    });
  }

  finish(): void {
    const { held } = this;
    this.held = undefined;
    held?.release();
    this.subscription.ready();
  }
}

describe('Subscription', () => {
  it('gets nothing before it is ready, then the newest there is', () => {
    const channel = openChannel();
    const receiver = new SlowReceiver(channel);
    publish(channel, 1);
    publish(channel, 2);
    expect(receiver.sequences).toEqual([]);
    receiver.finish();
    expect(receiver.sequences).toEqual([2]);
    expect(receiver.subscription.stats).toEqual({ delivered: 1, droppedSlow: 1, droppedRate: 0 });
  });

  it('shows a slow receiver the newest frame and counts what it missed', () => {
    const channel = openChannel();
    const receiver = new SlowReceiver(channel);
    receiver.finish();
    for (let i = 1; i <= 5; i++) publish(channel, i);
    expect(receiver.sequences).toEqual([1]);
    expect(receiver.subscription.stats).toEqual({ delivered: 1, droppedSlow: 3, droppedRate: 0 });
    receiver.finish();
    expect(receiver.sequences).toEqual([1, 5]);
    receiver.finish();
    expect(receiver.sequences).toEqual([1, 5]);
    publish(channel, 6);
    expect(receiver.sequences).toEqual([1, 5, 6]);
    expect(channel.totals).toEqual({ delivered: 3, droppedSlow: 3, droppedRate: 0 });
  });

  it('does not make a quick receiver wait for a slow one', () => {
    const channel = openChannel();
    const slow = new SlowReceiver(channel);
    const quick = new SlowReceiver(channel);
    slow.finish();
    quick.finish();
    for (let i = 1; i <= 3; i++) {
      publish(channel, i);
      quick.finish();
    }
    expect(quick.sequences).toEqual([1, 2, 3]);
    expect(slow.sequences).toEqual([1]);
  });

  it('counts no frame as missed where none came', () => {
    const [high, low] = [openChannel('high'), openChannel('low')];
    const receiver = new SlowReceiver(high);
    receiver.finish();
    publish(high, 1);
    receiver.subscription.moveTo(low);
    publish(low, 2);
    receiver.finish();
    expect(receiver.sequences).toEqual([1, 2]);
    expect(low.totals).toEqual({ delivered: 1, droppedSlow: 0, droppedRate: 0 });
  });

  it('goes on with the newest frame of the channel that it moved to', () => {
    const [high, low] = [openChannel('high'), openChannel('low')];
    new SlowReceiver(low);
    const receiver = new SlowReceiver(high);
    receiver.finish();
    publish(low, 10, 1000);
    receiver.subscription.moveTo(low);
    expect(receiver.sequences).toEqual([10]);
    publish(high, 11, 1040);
    publish(low, 12, 1080);
    receiver.finish();
    expect(receiver.sequences).toEqual([10, 12]);
    expect([high.subscriberCount, low.subscriberCount]).toEqual([0, 2]);
    expect(high.newest).toBeUndefined();
  });

  it('never lets a viewer see time go back', () => {
    const [high, low] = [openChannel('high'), openChannel('low')];
    new SlowReceiver(low);
    const receiver = new SlowReceiver(high);
    receiver.finish();
    publish(low, 1, 1000);
    publish(high, 2, 1033);
    receiver.subscription.moveTo(low);
    receiver.finish();
    expect(receiver.sequences).toEqual([2]);
    publish(low, 3, 1033);
    expect(receiver.sequences).toEqual([2, 3]);
  });

  it('asks for the new channel before it lets go of the old one', () => {
    const demands: string[] = [];
    const make = (name: string) =>
      new Channel(name, { clock: manualClock().clock, onDemand: (wanted) => demands.push(`${name} ${wanted}`) });
    const [high, low] = [make('high'), make('low')];
    const { subscription } = new SlowReceiver(high);
    subscription.moveTo(high);
    subscription.moveTo(low);
    subscription.close();
    subscription.moveTo(high);
    subscription.close();
    expect(demands).toEqual(['high true', 'low true', 'high false', 'low false']);
    expect(subscription.channel).toBeUndefined();
  });

  it('hands out nothing after its close, and leaves the receiver what it has', () => {
    const channel = openChannel();
    const receiver = new SlowReceiver(channel);
    receiver.finish();
    const frame = publish(channel, 1);
    publish(channel, 2);
    receiver.subscription.close();
    expect(frame.freed).toBe(0);
    receiver.finish();
    expect(frame.freed).toBe(1);
    expect(receiver.sequences).toEqual([1]);
  });

  it('keeps to its rate, and to a new one at once', () => {
    const channel = openChannel();
    const receiver = new SlowReceiver(channel, 5);
    receiver.finish();
    let sequence = 0;
    const second = () => {
      const before = receiver.sequences.length;
      for (let i = 0; i < 25; i++) {
        publish(channel, sequence++);
        if (receiver.held) receiver.finish();
      }
      return receiver.sequences.length - before;
    };
    expect(second()).toBe(5);
    receiver.subscription.limitTo(undefined);
    expect(second()).toBe(25);
    receiver.subscription.limitTo(1);
    second();
    expect(second()).toBe(1);
  });
});

type Step =
  | { readonly what: 'publish'; readonly channel: number }
  | { readonly what: 'clear'; readonly channel: number }
  | { readonly what: 'move'; readonly channel: number; readonly receiver: number }
  | { readonly what: 'finish' | 'close'; readonly receiver: number }
  | { readonly what: 'pause'; readonly forMs: number };

const nat = (below: number) => fc.nat(below - 1);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('publish' as const), channel: nat(3) }) },
    { weight: 6, arbitrary: fc.record({ what: fc.constant('finish' as const), receiver: nat(4) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('move' as const), channel: nat(3), receiver: nat(4) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('clear' as const), channel: nat(3) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('close' as const), receiver: nat(4) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('pause' as const), forMs: nat(2500) }) },
  ),
  { maxLength: 80 },
);

describe('channels and subscriptions together', () => {
  it('balance the references of every frame, free none early, and go forward in time', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const demanded = [false, false, false];
        const channels = [0, 1, 2].map(
          (i) =>
            new Channel(`${i}`, {
              clock: manualClock().clock,
              onDemand: (wanted) => {
                expect(demanded[i]).toBe(!wanted);
                demanded[i] = wanted;
              },
            }),
        );
        const channelAt = (i: number) => channels[i] as Channel;
        const receivers = [0, 1, 2, 3].map((i) => new SlowReceiver(channelAt(i % 3), i === 3 ? 10 : undefined));
        const frames: TestFrame[] = [];
        const pauses = sequence.some(({ what }) => what === 'pause');
        let captureMs = 0;
        for (const step of sequence) {
          if ('receiver' in step) {
            const receiver = receivers[step.receiver] as SlowReceiver;
            if (step.what === 'move') receiver.subscription.moveTo(channelAt(step.channel));
            else if (step.what === 'close') receiver.subscription.close();
            else receiver.finish();
          } else if (step.what === 'publish') {
            captureMs += 20;
            frames.push(publish(channelAt(step.channel), frames.length, captureMs));
          } else if (step.what === 'clear') channelAt(step.channel).clear();
          else vi.advanceTimersByTime(step.forMs);
          const inUse = new Set<Frame | undefined>([
            ...channels.map((channel) => channel.newest),
            ...receivers.map((receiver) => receiver.held),
          ]);
          for (const frame of frames) expect(frame.freed).toBe(inUse.has(frame) ? 0 : 1);
          channels.forEach((channel, i) => void expect(channel.subscriberCount > 0).toBe(demanded[i]));
        }
        for (const { subscription, held, sequences } of receivers) {
          subscription.close();
          held?.release();
          // What is repeated because nothing new came may be older.
          if (pauses) continue;
          expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
        }
        for (const frame of frames) expect(frame).toMatchObject({ freed: 1, references: 0 });
        expect(vi.getTimerCount()).toBe(0);
        const sum = (what: 'delivered' | 'droppedSlow' | 'droppedRate') => [
          channels.reduce((total, { totals }) => total + totals[what], 0),
          receivers.reduce((total, { subscription }) => total + subscription.stats[what], 0),
        ];
        for (const what of ['delivered', 'droppedSlow', 'droppedRate'] as const) {
          const [ofChannels, ofReceivers] = sum(what);
          expect(ofChannels).toBe(ofReceivers);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('account for each frame: delivered, dropped, or waiting', () => {
    const oneReceiver = fc.array(fc.constantFrom('publish', 'finish'), { maxLength: 100 });
    fc.assert(
      fc.property(oneReceiver, fc.constantFrom(undefined, 3, 10), (sequence, maxFps) => {
        const channel = openChannel();
        const receiver = new SlowReceiver(channel, maxFps);
        receiver.finish();
        let published = 0;
        for (const step of sequence) {
          if (step === 'publish') publish(channel, published++);
          else if (receiver.held) receiver.finish();
        }
        if (receiver.held) receiver.finish();
        const { delivered, droppedSlow, droppedRate } = receiver.subscription.stats;
        expect(delivered + droppedSlow + droppedRate).toBe(published);
        if (maxFps === undefined) expect(droppedRate).toBe(0);
        receiver.subscription.close();
      }),
    );
  });
});
