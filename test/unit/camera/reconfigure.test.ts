import { describe, expect, it, onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import type { CameraConfig } from '../../../src/config/config.js';
import { monotonicMs } from '../../../src/core/clock.js';
import type { Channel } from '../../../src/hub/channel.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { cameraConfig, FakeAddon, type FakePipeline, silentLog, until } from '../fakes.js';

const config = cameraConfig();
const [high, low] = config.tiers as [CameraConfig['tiers'][0], CameraConfig['tiers'][0]];
const tiny = { ...low, name: 'tiny', width: 64, height: 36 };
const rtsp = (host: string) => ({ kind: 'rtsp', url: `rtsp://${host}/` }) as const;

function setUp(init: Partial<CameraConfig> = {}, addon = new FakeAddon()) {
  const camera = new Camera(cameraConfig(init), { addon, clock: monotonicMs, log: silentLog, random: () => 0 });
  onTestFinished(() => camera.close());
  const watch = (channel: Channel) => {
    const got: number[] = [];
    const subscription: Subscription = new Subscription(channel, {
      deliver: (frame) => {
        got.push(frame.sequence);
        frame.release();
        subscription.ready();
      },
    });
    subscription.ready();
    return { subscription, got };
  };
  const pipeline = async (number: number): Promise<FakePipeline> => {
    await until(`pipeline ${number}`, () => addon.pipelines.length >= number);
    const one = addon.pipelines[number - 1] as FakePipeline;
    await until('its start', () => one.started);
    return one;
  };
  return { camera, addon, watch, pipeline };
}

let handles = 0;
function show(pipeline: FakePipeline, sink: string, sequence: number): void {
  const nowMs = monotonicMs();
  const times = { captureMs: nowMs, arrivalMs: nowMs, sequence };
  const shape = { data: new ArrayBuffer(8), width: 4, height: 2, keyframe: true };
  pipeline.frames.set(sink, [{ handle: ++handles, ...shape, ...times }]);
  pipeline.ring();
}

describe('a camera whose configuration changes', () => {
  it('changes the settings of a tier while it plays', async () => {
    const { camera, addon, watch, pipeline } = setUp();
    const { got } = watch(camera.channel('low'));
    const running = await pipeline(1);
    show(running, 'sink_low', 1);
    camera.reconfigure({ ...config, name: 'Back', tiers: [high, { ...low, quality: 11 }] });
    show(running, 'sink_low', 2);
    expect(running.properties.get('encode_low.quality')).toBe(11);
    expect([...running.properties.keys()].filter((name) => /^(size|rate)_|encode_high/.test(name))).toEqual([]);
    expect([got, running.closed, addon.pipelines.length]).toEqual([[1, 2], false, 1]);
    expect([camera.config.name, camera.supervision.state]).toEqual(['Back', 'live']);
  });

  it('keeps what was changed by hand, but for what the file changes', () => {
    const { camera } = setUp();
    camera.changeTier('low', { quality: 33, fps: 3 });
    camera.reconfigure({ ...config, tiers: [high, { ...low, fps: 7 }] });
    expect(camera.tierSettings('low')).toEqual({ ...low, quality: 33, fps: 7 });
    camera.reconfigure({ ...config, tiers: [{ ...low, fps: 7 }, tiny] });
    expect(camera.tierSettings('low')).toEqual({ ...low, quality: 33, fps: 7 });
    expect(camera.tierSettings('high')).toBeUndefined();
  });

  it('opens another source at once, with the viewers that it has, and forgets the old picture', async () => {
    const { camera, watch, pipeline } = setUp({ source: rtsp('old') });
    const { got } = watch(camera.channel('low'));
    const first = await pipeline(1);
    show(first, 'sink_low', 1);
    camera.reconfigure(cameraConfig({ source: rtsp('new') }));
    expect(camera.channel('low').newest).toBeUndefined();
    expect(camera.supervision).toMatchObject({ state: 'starting', cause: null, attempt: 0 });
    const second = await pipeline(2);
    expect([first.closed, second.description.includes('rtsp://new/')]).toEqual([true, true]);
    expect(second.properties.get('valve_low.drop')).toBe(false);
    show(second, 'sink_low', 2);
    expect([got, camera.supervision.state]).toEqual([[1, 2], 'live']);
  });

  it('opens the last one of several sources, also while the first still starts', async () => {
    const addon = new FakeAddon();
    addon.onOpen = (pipeline) => {
      if (addon.pipelines.length === 0) pipeline.startResult = undefined;
    };
    const { camera, watch, pipeline } = setUp({ source: rtsp('one') }, addon);
    watch(camera.channel('low'));
    const first = await pipeline(1);
    camera.reconfigure(cameraConfig({ source: rtsp('two') }));
    camera.reconfigure(cameraConfig({ source: rtsp('three') }));
    const last = await pipeline(2);
    expect([first.closed, last.description.includes('rtsp://three/')]).toEqual([true, true]);
    show(last, 'sink_low', 1);
    expect([camera.supervision.state, addon.pipelines.length]).toEqual(['live', 2]);
  });

  it('does not wait where the old source had failed for good', async () => {
    const addon = new FakeAddon();
    addon.queryCapsResult = () => Promise.resolve([]);
    const { camera, watch, pipeline } = setUp({ source: { kind: 'v4l2', device: '/dev/null' } }, addon);
    watch(camera.channel('low'));
    await until('failure', () => camera.supervision.state === 'failed');
    await until('no pipeline', () => camera.supervision.pipeline === 'none');
    camera.reconfigure(cameraConfig());
    expect(camera.supervision).toMatchObject({ state: 'starting', pipeline: 'open', cause: null });
    show(await pipeline(1), 'sink_low', 1);
    expect(camera.supervision.state).toBe('live');
  });

  it('gets other tiers, tells so, and lets go of a profile and of a demand that are gone', async () => {
    const { camera, watch, pipeline } = setUp({ lingerMs: 0 });
    const gone = watch(camera.channel('low'));
    const stays = watch(camera.channel('high'));
    show(await pipeline(1), 'sink_high', 1);
    camera.holdTo('low');
    const high1 = camera.channel('high');
    const told: (readonly string[])[] = [];
    camera.listen({ onTiers: () => told.push(camera.tierNames) });
    camera.reconfigure({ ...config, lingerMs: 0, tiers: [tiny, high] });
    expect([told, camera.profile]).toEqual([[['tiny', 'high']], null]);
    expect(camera.channel('high')).toBe(high1);
    expect(() => camera.channel('low')).toThrow(/no tier "low"/);
    show(await pipeline(2), 'sink_high', 2);
    expect(stays.got).toEqual([1, 2]);
    stays.subscription.close();
    await until('rest', () => camera.supervision.state === 'idle');
    gone.subscription.close();
    expect(camera.supervision).toMatchObject({ state: 'idle', wanted: false });
  });

  it('chooses another mode of a device where the best tier wants one', async () => {
    const addon = new FakeAddon();
    const mode = (size: string) => `video/x-raw, format=(string)YUY2, ${size}, framerate=(fraction)30/1`;
    const sizes = ['width=(int)640, height=(int)360', 'width=(int)1920, height=(int)1080'];
    addon.queryCapsResult = () => Promise.resolve(sizes.map(mode));
    const device = { source: { kind: 'v4l2', device: '/dev/null' } } as const;
    const { camera, watch, pipeline } = setUp({ ...device, tiers: [low] }, addon);
    const { got } = watch(camera.channel('low'));
    expect((await pipeline(1)).description).toMatch(/width=(\(int\))?640/);
    camera.reconfigure(cameraConfig({ ...device, tiers: [{ ...low, width: 1920, height: 1080 }] }));
    const second = await pipeline(2);
    expect(second.description).toMatch(/width=(\(int\))?1920/);
    show(second, 'sink_low', 1);
    expect(got).toEqual([1]);
  });

  it('of a source that no one knows tells, after a look, that its own pictures are gone', async () => {
    const addon = new FakeAddon();
    addon.queryCapsResult = () =>
      Promise.resolve(['video/x-raw, format=(string)YUY2, width=(int)640, height=(int)360, framerate=(fraction)30/1']);
    const { camera, watch, pipeline } = setUp({ source: { kind: 'http', url: 'http://camera/' } }, addon);
    const { subscription } = watch(camera.channel('source'));
    await pipeline(1);
    camera.listen({ onTiers: () => subscription.moveTo(camera.channel(camera.tierNames[0] ?? '')) });
    camera.reconfigure(cameraConfig({ source: { kind: 'v4l2', device: '/dev/null' } }));
    const second = await pipeline(2);
    await until('its tiers', () => !camera.tierNames.includes('source'));
    expect(second.properties.get('valve_high.drop')).toBe(false);
    expect(subscription.channel).toBe(camera.channel('high'));
  });
});
