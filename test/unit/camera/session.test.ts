import { describe, expect, it, vi } from 'vitest';
import { Session, type SessionPlan } from '../../../src/camera/session.js';
import type { Cause } from '../../../src/camera/supervisor.js';
import type { Frame } from '../../../src/core/frame.js';
import type { NativeFrame } from '../../../src/native/addon.types.js';
import { type Output, outputKey } from '../../../src/pipeline/output.js';
import type { Passthrough } from '../../../src/pipeline/passthrough.js';
import { FakeAddon, type FakePipeline, manualClock, noTap, until } from '../fakes.js';
import { realSps } from '../pipeline/real-sps.js';

const plan: SessionPlan = {
  description: 'a ! b',
  tap: 'tap',
  lateValves: [],
  meters: ['gate_low', 'encode_low'],
  afterDelivery: [],
  outputs: [
    { tier: 'source', medium: 'jpeg', sink: 'sink_source', valves: ['valve_source'] },
    { tier: 'high', medium: 'jpeg', sink: 'sink_high', valves: ['decode', 'valve_high'] },
    { tier: 'low', medium: 'jpeg', sink: 'sink_low', valves: ['decode', 'valve_low'] },
    {
      tier: 'low',
      medium: 'h264',
      sink: 'h264sink_low',
      valves: ['decode', 'h264valve_low'],
      keyframes: { element: 'h264encode_low', how: 'event' },
    },
  ],
};
const jpeg = (tier: string): Output => ({ tier, medium: 'jpeg' });
const video = (tier: string): Output => ({ tier, medium: 'h264' });

function nativeFrame(handle: number): NativeFrame {
  return {
    handle,
    data: new ArrayBuffer(8),
    width: 4,
    height: 2,
    captureMs: handle,
    arrivalMs: handle,
    sequence: handle,
    keyframe: true,
  };
}

/** Of a pipeline whose element of a chip said that it failed. */
const chipError = {
  type: 'error',
  message: 'no more',
  element: 'encode_low',
  factory: 'nvjpegenc',
  domain: 'gst-resource-error-quark',
  number: 1,
  debug: '',
} as const;

interface SetUp {
  readonly findPlan?: () => Promise<SessionPlan>;
  readonly watched?: readonly Output[];
}

function setUp(init: SetUp = {}) {
  const time = manualClock();
  const addon = new FakeAddon();
  const faults: Cause[] = [];
  const verdicts: Passthrough[] = [];
  const frames: { readonly tier: string; readonly frame: Frame }[] = [];
  let ends = 0;
  const start = () =>
    new Session(
      {
        addon,
        clock: time.clock,
        plan: init.findPlan ?? (() => Promise.resolve(plan)),
        handlers: {
          onPlan: () => {},
          onFrame: ({ tier }, frame) => frames.push({ tier, frame }),
          onSourceVideo: (video) => verdicts.push(video),
          onHardwareFault: () => {},
          onFault: (cause) => faults.push(cause),
          onEnded: () => ends++,
        },
      },
      (init.watched ?? []).map(outputKey),
    );
  const opened = async (): Promise<FakePipeline> => {
    await until('a pipeline', () => addon.pipelines.length > 0);
    return addon.pipelines[0] as FakePipeline;
  };
  return { addon, faults, verdicts, frames, time, start, opened, ends: () => ends };
}

const openValves = (pipeline: FakePipeline) =>
  [...pipeline.properties].filter(([, drop]) => drop === false).map(([name]) => name.replace('.drop', ''));

describe('a session whose tiers give nothing', () => {
  const show = (pipeline: FakePipeline, sink: string, handle: number) => {
    pipeline.frames.set(sink, [nativeFrame(handle)]);
    pipeline.ring();
  };

  it('awaits a first picture until any of the watched tiers had one', async () => {
    const { start, opened } = setUp({ watched: [jpeg('low'), jpeg('high'), jpeg('a tier that is gone')] });
    const session = start();
    expect(session.awaitsFirstPicture).toBe(false);
    const pipeline = await opened();
    expect(session.awaitsFirstPicture).toBe(true);
    show(pipeline, 'sink_low', 1);
    expect(session.awaitsFirstPicture).toBe(false);
    session.watch(jpeg('low'), false);
    expect(session.awaitsFirstPicture).toBe(true);
    session.watch(jpeg('high'), false);
    expect(session.awaitsFirstPicture).toBe(false);
    await session.close();
  });

  it('tells which have been without a picture for too long: longer before the first than after', async () => {
    const { start, opened, time } = setUp({ watched: [jpeg('low'), jpeg('high'), jpeg('a tier that is gone')] });
    const session = start();
    const pipeline = await opened();
    show(pipeline, 'sink_low', 1);
    time.nowMs += 2500;
    expect(session.pictureSilence(0)).toEqual({ watched: 2, silent: [], longestMs: 0 });
    time.nowMs += 1;
    expect(session.pictureSilence(0)).toEqual({ watched: 2, silent: ['low'], longestMs: 2501 });
    expect(session.pictureSilence(5000).silent).toEqual([]);
    show(pipeline, 'sink_low', 2);
    time.nowMs += 12_500;
    expect(session.pictureSilence(0)).toMatchObject({ silent: ['high', 'low'], longestMs: 15_001 });
    session.watch(jpeg('low'), false);
    session.watch(jpeg('low'), true);
    expect(session.pictureSilence(0)).toMatchObject({ watched: 2, silent: ['high'] });
    await session.close();
  });
});

describe('Session', () => {
  it('opens the valves of what is watched, and no others', async () => {
    const { start, opened } = setUp({ watched: [jpeg('low')] });
    const session = start();
    const pipeline = await opened();
    expect(openValves(pipeline).toSorted()).toEqual(['decode', 'valve_low']);
    session.watch(jpeg('source'), true);
    session.watch(jpeg('high'), true);
    session.watch(jpeg('low'), false);
    expect(openValves(pipeline).toSorted()).toEqual(['decode', 'valve_high', 'valve_source']);
    session.watch(jpeg('high'), false);
    expect(openValves(pipeline)).toEqual(['valve_source']);
    await session.close();
  });

  it('shuts late what begins with a keyframe, so that who asks again does not wait for one', async () => {
    const late = { ...plan, lateValves: ['decode'] };
    const { start, opened } = setUp({ watched: [jpeg('low')], findPlan: () => Promise.resolve(late) });
    const session = start();
    const pipeline = await opened();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      session.watch(jpeg('low'), false);
      vi.advanceTimersByTime(14_000);
      expect(openValves(pipeline)).toEqual(['decode']);
      session.watch(jpeg('low'), true);
      vi.advanceTimersByTime(30_000);
      expect(openValves(pipeline).toSorted()).toEqual(['decode', 'valve_low']);
      session.watch(jpeg('low'), false);
      vi.advanceTimersByTime(16_000);
      expect(openValves(pipeline)).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
    await session.close();
  });

  it('shuts it soon where video was watched, unless somebody had a picture lately', async () => {
    const late = { ...plan, lateValves: ['decode'] };
    const { start, opened, time } = setUp({ watched: [video('low')], findPlan: () => Promise.resolve(late) });
    const session = start();
    const pipeline = await opened();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pass = (ms: number) => {
      time.nowMs += ms;
      vi.advanceTimersByTime(ms);
    };
    try {
      session.watch(video('low'), false);
      pass(1900);
      expect(openValves(pipeline), 'who comes back at once finds it open').toEqual(['decode']);
      pass(200);
      expect(openValves(pipeline)).toEqual([]);
      session.watch(video('low'), true);
      session.watch(jpeg('low'), true);
      pass(1000);
      session.watch(jpeg('low'), false);
      pass(5000);
      session.watch(video('low'), false);
      pass(9900);
      expect(openValves(pipeline), 'as long as after the picture alone').toEqual(['decode']);
      pass(200);
      expect(openValves(pipeline)).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
    await session.close();
  });

  it('lets no more be decoded than what is watched takes', async () => {
    const outputs = plan.outputs.map((output) => {
      if (output.tier === 'source') return output;
      return { ...output, rate: { element: `rate_${output.tier}`, fps: output.tier === 'high' ? 30 : 15 } };
    });
    const limited = { ...plan, outputs, decodeLimit: 'decode_limit' };
    const { start, opened } = setUp({ watched: [jpeg('low')], findPlan: () => Promise.resolve(limited) });
    const session = start();
    const pipeline = await opened();
    const decoded = () => pipeline.properties.get('decode_limit.max-rate');
    expect(decoded()).toBe(15);
    session.watch(jpeg('high'), true);
    expect(decoded()).toBe(30);
    session.watch(jpeg('high'), false);
    session.watch(video('low'), true);
    expect(decoded()).toBe(15);
    session.set([{ element: 'rate_low', property: 'max-rate', value: 7 }]);
    expect(decoded()).toBe(7);
    session.watch(jpeg('high'), true);
    expect(decoded(), 'each tier is to have its frames evenly').toBe(0);
    await session.close();
  });

  it('hands out frames with their tier and releases them when nobody kept them', async () => {
    const { start, opened, frames, addon } = setUp();
    const session = start();
    const pipeline = await opened();
    pipeline.frames.set('sink_high', [nativeFrame(1)]);
    pipeline.frames.set('sink_low', [nativeFrame(2)]);
    pipeline.ring();
    expect(frames.map(({ tier }) => tier)).toEqual(['high', 'low']);
    expect(addon.released).toEqual([1, 2]);
    await session.close();
    expect(pipeline.closed).toBe(true);
  });

  it('takes all access units that wait, in order, and pictures one by one', async () => {
    const { start, opened, frames, addon } = setUp({ watched: [video('low')] });
    const session = start();
    const pipeline = await opened();
    pipeline.frames.set('h264sink_low', [1, 2, 3].map(nativeFrame));
    pipeline.frames.set('sink_low', [4, 5].map(nativeFrame));
    pipeline.ring();
    expect(frames.map(({ frame }) => frame.sequence)).toEqual([4, 1, 2, 3]);
    expect(addon.released).toEqual([4, 1, 2, 3]);
    await session.close();
  });

  it('asks an encoder that had a rest for a keyframe, and when somebody wants one', async () => {
    const { start, opened } = setUp();
    const session = start();
    session.requestKeyframe(video('low'));
    const pipeline = await opened();
    await until('the start', () => pipeline.started);
    session.watch(video('low'), true);
    expect(openValves(pipeline).toSorted()).toEqual(['decode', 'h264valve_low']);
    expect(pipeline.keyframeRequests).toEqual(['h264encode_low']);
    session.requestKeyframe(video('low'));
    session.requestKeyframe(video('a tier that is gone'));
    session.requestKeyframe(jpeg('low'));
    expect(pipeline.keyframeRequests).toEqual(['h264encode_low', 'h264encode_low']);
    await session.close();
    session.requestKeyframe(video('low'));
    expect(pipeline.keyframeRequests).toHaveLength(2);
  });

  describe('with video of the camera’s own', () => {
    const own = { tier: 'source', medium: 'h264', sink: 'h264sink_source', valves: ['h264valve_source'] } as const;
    const findPlan = () => Promise.resolve({ ...plan, outputs: [own] });
    const keyframe = (sps: string) => {
      const data = Buffer.from(`00000001${sps}000000016588`, 'hex');
      return { ...nativeFrame(1), data: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) };
    };
    const show = (pipeline: FakePipeline, caps: string, sps: string) => {
      pipeline.tap = { ...noTap, caps };
      pipeline.frames.set('h264sink_source', [keyframe(sps)]);
      pipeline.ring();
    };

    it('listens in until it is clear whether it passes, and gives nobody what nobody watches', async () => {
      const { start, opened, verdicts, frames } = setUp({ findPlan });
      const session = start();
      const pipeline = await opened();
      expect(openValves(pipeline)).toEqual(['h264valve_source']);
      show(pipeline, '', '4201');
      expect(verdicts).toEqual([]);
      expect(openValves(pipeline)).toEqual(['h264valve_source']);
      show(pipeline, 'video/x-h264, stream-format=(string)byte-stream', realSps.high);
      expect(verdicts).toEqual([{ passes: true, reason: null }]);
      expect(openValves(pipeline)).toEqual([]);
      expect(frames).toEqual([]);
      session.watch(own, true);
      expect(openValves(pipeline)).toEqual(['h264valve_source']);
      show(pipeline, 'video/x-h264', realSps.highBFrames);
      expect(verdicts[1]?.reason).toMatch(/B-frames/);
      expect(frames, 'what no browser shows').toEqual([]);
      await session.close();
    });

    it('gives who watches it the first keyframe, also before its caps are known', async () => {
      const { start, opened, verdicts, frames } = setUp({ findPlan, watched: [own] });
      const session = start();
      show(await opened(), '', realSps.high);
      expect(verdicts).toEqual([{ passes: true, reason: null }]);
      expect(frames).toHaveLength(1);
      await session.close();
    });

    it('gives who is told soon that it passes what comes, and listens on until that is certain', async () => {
      const { start, opened, verdicts } = setUp({ findPlan });
      const session = start();
      const pipeline = await opened();
      // Main, and its VUI doesn't say whether pictures are reordered.
      show(pipeline, 'video/x-h264', '674d0028f42132');
      for (let frame = 1; frame < 6; frame++) show(pipeline, 'video/x-h264', '674d0028f42132');
      expect(verdicts).toEqual([{ passes: true, reason: null }]);
      expect(openValves(pipeline)).toEqual(['h264valve_source']);
      for (let frame = 6; frame < 60; frame++) show(pipeline, 'video/x-h264', '674d0028f42132');
      expect(verdicts).toHaveLength(1);
      expect(openValves(pipeline)).toEqual([]);
      await session.close();
    });

    it('gives nobody another codec, however much it is waited for', async () => {
      const { start, opened, verdicts, frames } = setUp({ findPlan, watched: [own] });
      const session = start();
      const pipeline = await opened();
      show(pipeline, '', '4201');
      show(pipeline, 'video/x-h265', '4201');
      expect([verdicts.length, frames.length]).toEqual([1, 0]);
      await session.close();
    });

    it('says which other codec it is', async () => {
      const { start, opened, verdicts } = setUp({ findPlan });
      const session = start();
      show(await opened(), 'video/x-h265, level=(string)4', '4201');
      expect(verdicts).toEqual([{ passes: false, reason: 'the camera gives H.265, not H.264' }]);
      await session.close();
    });
  });

  it('takes nothing and calls nobody after its close', async () => {
    const { start, opened, frames, faults, ends } = setUp();
    const session = start();
    const pipeline = await opened();
    const closed = session.close();
    expect(session.close()).toBe(closed);
    pipeline.frames.set('sink_high', [nativeFrame(1)]);
    pipeline.ring();
    pipeline.handlers.onEvent({ type: 'eos' });
    await closed;
    expect([frames.length, faults.length, ends()]).toEqual([0, 0, 0]);
    expect(session.progress()).toBeNull();
  });

  it('can be closed while its start hangs', async () => {
    const { start, opened, addon, faults } = setUp();
    addon.onOpen = (pipeline) => {
      pipeline.startResult = undefined;
    };
    const session = start();
    const pipeline = await opened();
    await session.close();
    expect(pipeline.closed).toBe(true);
    expect(faults).toEqual([]);
  });

  it('opens nothing when it is closed while it looks what to run', async () => {
    let found: (plan: SessionPlan) => void = () => {};
    const { start, addon } = setUp({
      findPlan: () =>
        new Promise((resolve) => {
          found = resolve;
        }),
    });
    const session = start();
    const closed = session.close();
    found(plan);
    await closed;
    expect(addon.pipelines).toEqual([]);
  });

  it('tells one cause: the first', async () => {
    const { start, opened, faults } = setUp();
    const session = start();
    const { handlers } = await opened();
    const fault = { type: 'error', element: 'source', factory: 'rtspsrc', message: 'x', debug: '' } as const;
    handlers.onEvent({ ...fault, domain: 'gst-resource-error-quark', number: 15 });
    handlers.onEvent({ ...fault, domain: 'gst-resource-error-quark', number: 5 });
    handlers.onEvent({ type: 'eos' });
    expect(faults.map(({ code }) => code)).toEqual(['unauthorized']);
    await session.close();
  });

  it('tells why a start was refused in the words of the element that refused', async () => {
    const { start, addon, faults } = setUp();
    const refused = Object.assign(new Error('Could not open device'), {
      code: 'ERR_STATE_CHANGE',
      element: 'source',
      factory: 'v4l2src',
      domain: 'gst-resource-error-quark',
      number: 4,
      debug: 'Device or resource busy',
    });
    addon.onOpen = (pipeline) => {
      pipeline.startResult = Promise.reject(refused);
    };
    const session = start();
    await until('a fault', () => faults.length > 0);
    expect(faults).toEqual([{ code: 'busy', message: 'another program uses the camera', permanent: false }]);
    await session.close();
  });

  it('tells why there is nothing to run', async () => {
    const { start, faults } = setUp({ findPlan: () => Promise.reject(new Error('no route to host')) });
    const session = start();
    await until('a fault', () => faults.length > 0);
    expect(faults).toEqual([{ code: 'error', message: 'no route to the camera', permanent: false }]);
    await session.close();
  });
});

describe('a session whose pipeline fails', () => {
  it.each([
    ['begins the next one’s process at once where a chip is why, and closes soon', 'nvjpegenc', 1, 120],
    ['leaves that to the next one where the source is why', 'v4l2src', 0, 2000],
  ] as const)('%s', async (_, factory, prepared, closeTimeoutMs) => {
    const hardware = { factories: ['nvjpegenc'], metered: new Map<string, string>(), startTimeoutMs: 60_000 };
    const findPlan = () => Promise.resolve({ ...plan, hardware });
    const { addon, start, opened, faults } = setUp({ findPlan, watched: [jpeg('low')] });
    let prepares = 0;
    Object.assign(addon, { prepare: () => prepares++ });
    const session = start();
    const pipeline = await opened();
    pipeline.handlers.onEvent({ ...chipError, factory });
    expect(faults).toHaveLength(1);
    expect(prepares).toBe(prepared);
    await session.close();
    expect(pipeline.closeTimeoutMs).toBe(closeTimeoutMs);
  });
});
