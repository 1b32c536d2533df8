import { describe, expect, it } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { Subscription } from '../../../src/hub/subscription.js';
import type { NativeFrame } from '../../../src/native/addon.types.js';
import { cameraConfig, FakeAddon, type FakePipeline, noTap, silentLog, until } from '../fakes.js';
import { realSps } from '../pipeline/real-sps.js';

function setUp(init: Parameters<typeof cameraConfig>[0] = {}, addon = new FakeAddon()) {
  const camera = new Camera(cameraConfig(init), { addon, clock: monotonicMs, log: silentLog, random: () => 0 });
  const watch = (tier: string) => {
    const got: number[] = [];
    const subscription: Subscription = new Subscription(camera.channel(tier), {
      deliver: (frame) => {
        got.push(frame.sequence);
        frame.release();
        subscription.ready();
      },
    });
    subscription.ready();
    return { subscription, got };
  };
  const pipeline = async (number = 1): Promise<FakePipeline> => {
    await until(`pipeline ${number}`, () => addon.pipelines.length >= number);
    const one = addon.pipelines[number - 1] as FakePipeline;
    await until('its start', () => one.started);
    return one;
  };
  return { camera, addon, watch, pipeline };
}

let handles = 0;
function show(pipeline: FakePipeline, sink: string, sequence: number): NativeFrame {
  handles++;
  const frame = {
    handle: handles,
    data: new ArrayBuffer(8),
    width: 4,
    height: 2,
    captureMs: monotonicMs(),
    arrivalMs: monotonicMs(),
    sequence,
    keyframe: true,
  };
  pipeline.frames.set(sink, [frame]);
  pipeline.ring();
  return frame;
}

const refused = {
  type: 'error',
  element: 'source',
  factory: 'x',
  message: 'x',
  debug: 'Connection refused',
  domain: 'gst-resource-error-quark',
  number: 7,
} as const;

describe('Camera', () => {
  it('rests until somebody watches, gives frames, and rests again', async () => {
    const { camera, addon, watch, pipeline } = setUp({ lingerMs: 0 });
    expect(addon.pipelines).toEqual([]);
    const { subscription, got } = watch('low');
    const running = await pipeline();
    show(running, 'sink_low', 7);
    expect(camera.supervision.state).toBe('live');
    expect(got).toEqual([7]);
    subscription.close();
    await until('rest', () => camera.supervision.pipeline === 'none');
    expect(camera.supervision.state).toBe('idle');
    expect(running.closed).toBe(true);
    expect(addon.released).toHaveLength(1);
    await camera.close();
  });

  it('tells its listeners of each state, until they stop listening', async () => {
    const { camera, watch, pipeline } = setUp({ lingerMs: 0 });
    const states: string[] = [];
    const stop = camera.listen({ onState: ({ state }, from) => states.push(`${from} → ${state}`) });
    const { subscription } = watch('high');
    show(await pipeline(), 'sink_high', 1);
    expect(states).toEqual(['idle → starting', 'starting → live']);
    stop();
    subscription.close();
    await until('rest', () => camera.supervision.state === 'idle');
    expect(states).toHaveLength(2);
    await camera.close();
  });

  it('comes back after a fault with a new pipeline, and its viewers go on', async () => {
    const { camera, watch, pipeline } = setUp();
    const { got } = watch('high');
    const first = await pipeline(1);
    show(first, 'sink_high', 1);
    first.handlers.onEvent(refused);
    expect(camera.supervision).toMatchObject({ state: 'recovering', cause: { code: 'unreachable' } });
    const second = await pipeline(2);
    expect(first.closed).toBe(true);
    show(second, 'sink_high', 2);
    expect(got).toEqual([1, 2]);
    expect(camera.supervision.state).toBe('live');
    await camera.close();
  });

  it('tries again at distances that grow no further than it is told', async () => {
    const { camera, watch, pipeline } = setUp({ retryMaxMs: 200 });
    watch('high');
    for (let number = 1; number <= 4; number++) {
      const one = await pipeline(number);
      one.handlers.onEvent(refused);
      expect(camera.supervision).toMatchObject({ state: 'recovering', attempt: number });
      expect(camera.supervision.openAtMs).toBeLessThanOrEqual(monotonicMs() + 200);
    }
    await camera.close();
  });

  it('is closed only when its pipeline is, also where that was on its way', async () => {
    const addon = new FakeAddon();
    let finish: (done: boolean) => void = () => {};
    addon.onOpen = (pipeline) => {
      pipeline.close = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
    };
    const { camera, watch, pipeline } = setUp({ lingerMs: 0 }, addon);
    const { subscription } = watch('high');
    await pipeline();
    subscription.close();
    await until('closing', () => camera.supervision.pipeline === 'closing');
    let closed = false;
    const closing = camera.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    finish(true);
    await closing;
  });

  it('can be closed twice, and whoever watches keeps nothing of it', async () => {
    const { camera, addon, watch, pipeline } = setUp();
    watch('high');
    const running = await pipeline();
    show(running, 'sink_high', 1);
    expect(camera.channel('high').newest?.references).toBe(1);
    await Promise.all([camera.close(), camera.close()]);
    expect(running.closed).toBe(true);
    expect(camera.channel('high').newest).toBeUndefined();
    expect(addon.released).toHaveLength(1);
    watch('low');
    expect(addon.pipelines).toHaveLength(1);
  });

  it('counts what passes its source, and is live once whoever watches has a picture of it', async () => {
    const { camera, watch, pipeline } = setUp();
    watch('high');
    const running = await pipeline();
    running.tap = { ...noTap, buffers: 5, corrupt: 1, lastMs: monotonicMs(), caps: 'image/jpeg' };
    await until('a look', () => camera.progress.frames === 5);
    expect(camera.progress).toMatchObject({ corruptFrames: 1, caps: 'image/jpeg' });
    expect(camera.supervision).toMatchObject({ state: 'starting', heard: true });
    show(running, 'sink_high', 4);
    expect(camera.supervision.state).toBe('live');
    await camera.close();
  });

  it('knows before any look what most sources deliver, and names unknown tiers', async () => {
    for (const kind of ['http', 'rtsp'] as const) {
      const { camera } = setUp({ source: { kind, url: `${kind}://cam/` } });
      await camera.knowTiers();
      expect(camera.tierNames).toEqual(kind === 'http' ? ['source', 'high', 'low'] : ['high', 'low']);
      expect(() => camera.channel('best')).toThrow(/no tier "best"/);
      await camera.close();
    }
  });

  it('has its own video looked at, and given, without anything being decoded', async () => {
    const { camera, pipeline } = setUp({ source: { kind: 'rtsp', url: 'rtsp://cam/' } });
    const told: boolean[] = [];
    camera.listen({ onTiers: () => told.push(camera.sourceVideo.passes) });
    const release = camera.holdSourceVideo();
    const running = await pipeline();
    const data = Buffer.from(`00000001${realSps.high}000000016588`, 'hex');
    const keyframe = { width: 4, height: 2, captureMs: 1, arrivalMs: 1, sequence: 1, keyframe: true };
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
    running.tap = { ...noTap, caps: 'video/x-h264' };
    running.frames.set('h264sink_source', [{ ...keyframe, handle: 1000, data: bytes }]);
    running.handlers.onFrames(['h264sink_source']);
    expect(told).toEqual([true]);
    const seen: number[] = [];
    camera.video('source').subscribe(({ sequence }) => seen.push(sequence));
    release();
    await until('the first keyframe', () => seen.length > 0);
    expect(running.properties.get('h264valve_source.drop')).toBe(false);
    expect(running.description).toMatch(/valve name=\S*decode_valve\S* drop=true/);
    expect(running.properties.get('decode_valve.drop'), 'it was never opened').not.toBe(false);
    await camera.close();
  });

  it('asks a device once what it can do, and tells when the answer brings another tier', async () => {
    const addon = new FakeAddon();
    let asked = 0;
    addon.queryCapsResult = () => {
      asked++;
      return Promise.resolve(['image/jpeg, width=(int)640, height=(int)480, framerate=(fraction)30/1']);
    };
    const { camera } = setUp({ source: { kind: 'v4l2', device: '/dev/null' } }, addon);
    let told = 0;
    camera.listen({ onTiers: () => told++ });
    expect(camera.tierNames).toEqual(['high', 'low']);
    await Promise.all([camera.knowTiers(), camera.knowTiers()]);
    expect(camera.tierNames).toEqual(['source', 'high', 'low']);
    await camera.knowTiers();
    expect([asked, told]).toEqual([1, 1]);
    await camera.close();
  });
});
