import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Frame } from '../../../../src/core/frame.js';
import { Channel } from '../../../../src/hub/channel.js';
import { takeSnapshot } from '../../../../src/transports/snapshot/take.js';
import { manualClock, TestFrame } from '../../fakes.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const time = manualClock();
  const demands: boolean[] = [];
  const channel = new Channel('high', { clock: time.clock, onDemand: (wanted) => demands.push(wanted) });
  const publish = (captureMs: number) => {
    const frame = new TestFrame(0, captureMs);
    channel.publish(frame);
    frame.release();
    return frame;
  };
  const take = (maxAgeMs = 0) => takeSnapshot(channel, { maxAgeMs, timeoutMs: 1900, clock: time.clock });
  return { time, channel, demands, publish, take };
}

describe('takeSnapshot', () => {
  it('starts the camera, gives the first picture and one reference to it, and lets the camera rest', async () => {
    const { demands, publish, take, time, channel } = setUp();
    const taken = take();
    expect(demands).toEqual([true]);
    const frame = publish(time.nowMs + 30);
    expect(await taken).toBe(frame);
    expect(demands).toEqual([true, false]);
    expect(frame).toMatchObject({ references: 1, freed: 0 });
    expect(channel.subscriberCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    frame.release();
    expect(frame.freed).toBe(1);
  });

  it('gives the same frame to all who asked before it came', async () => {
    const { publish, take, time } = setUp();
    const all = [take(), take(), take(500)];
    const frame = publish(time.nowMs);
    expect(await Promise.all(all)).toEqual([frame, frame, frame]);
    expect(frame.references).toBe(3);
  });

  it('waits for a picture that is as new as the request, unless an older one will do', async () => {
    const { publish, take, time } = setUp();
    const keepsRunning = take();
    const strict = take();
    const old = publish(time.nowMs - 100);
    const patient = take(100);
    expect(await patient).toBe(old);
    const impatient = take(99);
    const fresh = publish(time.nowMs);
    expect(await Promise.all([keepsRunning, strict, impatient])).toEqual([fresh, fresh, fresh]);
    expect(old.references).toBe(1);
    expect(fresh.references).toBe(3);
  });

  it('gives up in time, holding nothing', async () => {
    const { demands, take, channel } = setUp();
    const taken = take();
    vi.advanceTimersByTime(1899);
    expect(channel.subscriberCount).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await taken).toBeNull();
    expect(demands).toEqual([true, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the newest that is older in the end, of a camera with a picture in several seconds', async () => {
    const { publish, take, time, channel } = setUp();
    const taken = take();
    const [older, newer] = [publish(time.nowMs - 5000), publish(time.nowMs - 1000)];
    const shape = { data: Uint8Array.of(1), width: 8, height: 8, captureMs: time.nowMs, sequence: 3 };
    channel.publish(new Frame({ ...shape, isStandIn: true }, () => undefined));
    vi.advanceTimersByTime(1900);
    expect(await taken).toBe(newer);
    expect(older.freed).toBe(1);
    // The channel keeps the newest of all, the picture that stands in.
    expect(newer).toMatchObject({ references: 1, freed: 0 });
  });

  it('holds no older one when a new one came', async () => {
    const { publish, take, time } = setUp();
    const taken = take();
    const [older, fresh] = [publish(time.nowMs - 5000), publish(time.nowMs)];
    expect(await taken).toBe(fresh);
    expect(older.freed).toBe(1);
  });
});
