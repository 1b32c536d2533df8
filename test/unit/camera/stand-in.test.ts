import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StandIn } from '../../../src/camera/stand-in.js';
import type { Log } from '../../../src/core/log.js';
import { chooseH264Encoder } from '../../../src/pipeline/h264-encoder.js';
import { type OutputKey, outputKey } from '../../../src/pipeline/output.js';
import { FakeAddon, type FakePipeline, manualClock, silentLog, TestFrame } from '../fakes.js';

const trouble = { name: 'Front <door>', words: 'recovering: no frame for 1.0 s', sinceMs: 1_000_000 };
const sizes: Readonly<
  Record<string, { readonly width: number; readonly height: number; readonly bitrateBps: number }>
> = {
  high: { width: 1920, height: 1080, bitrateBps: 4_000_000 },
  low: { width: 640, height: 360, bitrateBps: 1_000_000 },
};

function setUp(addon = new FakeAddon()) {
  const time = manualClock();
  const published: [tier: string, isStandIn: boolean][] = [];
  const complaints: string[] = [];
  const log: Log = { ...silentLog, warn: (message: string) => void complaints.push(message) };
  const standIn = new StandIn({
    addon,
    clock: time.clock,
    log,
    encoder: chooseH264Encoder(() => true),
    settingsOf: (tier) => sizes[tier],
    publish: (output, frame) => void published.push([outputKey(output), frame.isStandIn]),
  });
  /** The picture of a placeholder is ready. */
  const paint = (pipeline: FakePipeline | undefined) => {
    const rest = { captureMs: 0, arrivalMs: 0, keyframe: true, width: 640, height: 360, sequence: 1 };
    pipeline?.frames.set('picture', [{ handle: 7, data: new ArrayBuffer(4), ...rest }]);
    pipeline?.ring();
  };
  const pushed = (pipeline: FakePipeline | undefined) => {
    if (pipeline === undefined) throw new Error('no placeholder');
    const bytes: number[][] = [];
    pipeline.push = (...[, jpeg]: [string, Uint8Array, number]) => bytes.push([...jpeg]) > 0;
    return bytes;
  };
  return { addon, standIn, published, complaints, paint, pushed, time };
}

/** Placeholders that were begun are there. */
const made = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('StandIn', () => {
  it('keeps a picture of its own, each tier’s, and gives a tier without one the newest of another', () => {
    const { standIn } = setUp();
    expect(standIn.lastPicture('high')).toBeNull();
    const bytes = Uint8Array.of(1, 2, 3);
    const [older, newer] = [new TestFrame(1, 100, bytes), new TestFrame(2, 200)];
    standIn.keep({ tier: 'high', medium: 'jpeg' }, older);
    standIn.keep({ tier: 'low', medium: 'jpeg' }, newer);
    bytes.fill(0);
    older.release();
    expect([...(standIn.lastPicture('high')?.data ?? [])]).toEqual([1, 2, 3]);
    expect(standIn.lastPicture('medium')).toMatchObject({ captureMs: 200, width: 640, height: 360 });
    standIn.forget();
    expect(standIn.lastPicture('high')).toBeNull();
  });

  it('says the name, the words and since when, at once and each second, on the tiers that are watched', async () => {
    const { standIn, addon, time, pushed } = setUp();
    standIn.keep({ tier: 'high', medium: 'jpeg' }, new TestFrame(9));
    standIn.show(trouble, new Set<OutputKey>(['jpeg:high', 'jpeg:low']));
    await made();
    expect(addon.placeholders).toHaveLength(2);
    const [high, low] = addon.placeholders;
    expect(high?.description).toContain('[2,1920,2]');
    expect(low?.description).toContain('[2,640,2]');
    expect(high?.properties.get('words.text')).toMatch(
      /^Front &lt;door&gt;\nrecovering: no frame for 1\.0 s\nsince \d\d:\d\d:\d\d \(0 s\)$/,
    );
    const pictures = pushed(low);
    time.nowMs += 2000;
    vi.advanceTimersByTime(2000);
    expect(pictures).toEqual([[9], [9]]);
    expect(low?.properties.get('words.text')).toContain('(2 s)');
  });

  it('publishes what was painted, as no picture of the camera, until it is hidden', async () => {
    const { standIn, addon, published, paint } = setUp();
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    await made();
    paint(addon.placeholders[0]);
    expect(published).toEqual([['jpeg:low', true]]);
    expect(addon.released).toEqual([7]);
    standIn.hide();
    paint(addon.placeholders[0]);
    expect(published).toHaveLength(1);
    expect(addon.released).toEqual([7, 7]);
    vi.advanceTimersByTime(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('uses a placeholder again, unless its tier is another or there is a picture now', async () => {
    const { standIn, addon } = setUp();
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    standIn.hide();
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    expect(addon.placeholders).toHaveLength(1);
    standIn.keep({ tier: 'low', medium: 'jpeg' }, new TestFrame(1));
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    await made();
    expect(addon.placeholders.map(({ closed }) => closed)).toEqual([true, false]);
    standIn.show(trouble, new Set<OutputKey>(['jpeg:high']));
    await made();
    expect(addon.placeholders.map(({ closed }) => closed)).toEqual([true, true, false]);
  });

  it('shows video viewers the same, in H.264 that begins with a keyframe each time, and with one on demand', async () => {
    const { standIn, addon, published, paint, pushed } = setUp();
    const watched = new Set<OutputKey>(['h264:low', 'jpeg:low']);
    standIn.keep({ tier: 'low', medium: 'h264' }, new TestFrame(5));
    standIn.show(trouble, watched);
    await made();
    const [video, jpeg] = addon.placeholders;
    expect(video?.description).toMatch(/caps="video\/x-h264.*x264enc name=encoder/);
    expect(jpeg?.description).toMatch(/caps="video\/x-h264.*jpegenc/);
    paint(video);
    expect(published).toEqual([['h264:low', true]]);
    const pictures = pushed(video);
    standIn.requestKeyframe('h264:low');
    expect(video?.keyframeRequests).toEqual(['encoder']);
    expect(pictures).toEqual([[5]]);
    standIn.requestKeyframe('h264:high');
    standIn.requestKeyframe('jpeg:low');
    expect(jpeg?.keyframeRequests).toEqual([]);
    standIn.hide();
    standIn.requestKeyframe('h264:low');
    expect(video?.keyframeRequests).toHaveLength(1);
    standIn.show(trouble, watched);
    expect(video?.keyframeRequests).toHaveLength(2);
  });

  it('leaves out what video was on its way before the keyframe', async () => {
    const { standIn, addon, published } = setUp();
    standIn.show(trouble, new Set<OutputKey>(['h264:low']));
    await made();
    const [video] = addon.placeholders;
    const frame = (keyframe: boolean) => {
      const rest = { captureMs: 0, arrivalMs: 0, width: 640, height: 360, sequence: 1 };
      video?.frames.set('picture', [{ handle: 7, data: new ArrayBuffer(4), keyframe, ...rest }]);
      video?.ring();
    };
    frame(true);
    frame(false);
    standIn.requestKeyframe('h264:low');
    frame(false);
    expect(published).toHaveLength(2);
    frame(true);
    frame(false);
    expect(published).toHaveLength(4);
  });

  it('ends its placeholders when nobody will look, and when it is closed, also twice', async () => {
    const { standIn, addon } = setUp();
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    standIn.rest();
    await made();
    expect(addon.placeholders[0]?.closed).toBe(true);
    expect(addon.placeholders[0]?.started).toBe(false);
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    await Promise.all([standIn.close(), standIn.close()]);
    expect(addon.placeholders.map(({ closed }) => closed)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('complains once where an element is missing', async () => {
    const addon = new FakeAddon();
    addon.onOpen = () => {
      throw new Error('GStreamer has no element textoverlay');
    };
    const { standIn, complaints } = setUp(addon);
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low', 'jpeg:high']));
    await vi.advanceTimersByTimeAsync(5000);
    expect(complaints).toEqual(['no placeholder: GStreamer has no element textoverlay']);
  });

  it('makes a new placeholder for one that takes no more', async () => {
    const { standIn, addon, complaints } = setUp();
    standIn.keep({ tier: 'low', medium: 'jpeg' }, new TestFrame(1));
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    await made();
    const [first] = addon.placeholders;
    if (first === undefined) throw new Error('no placeholder');
    first.push = () => {
      throw new Error('the appsrc takes no more');
    };
    await vi.advanceTimersByTimeAsync(1000);
    expect(complaints).toEqual(['no placeholder: the appsrc takes no more']);
    expect(first.closed).toBe(true);
    standIn.show(trouble, new Set<OutputKey>(['jpeg:low']));
    expect(addon.placeholders).toHaveLength(2);
  });
});
