import { expect, it, onTestFinished } from 'vitest';
import type { Acceleration, HardwareUse, WantedWork } from '../../../src/camera/acceleration.js';
import { Camera } from '../../../src/camera/camera.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { softwareProcessing } from '../../../src/pipeline/processing.js';
import type { PipelineSource } from '../../../src/pipeline/source.js';
import { cameraConfig, FakeAddon, type FakePipeline, silentLog, until } from '../fakes.js';

const hardware: HardwareUse = { factories: ['nvjpegenc'], metered: new Map(), startTimeoutMs: 60_000 };

/** Whoever knows the chip; it says what it is told to say, and notes what it is told. */
class FakeAcceleration implements Acceleration {
  readonly told: string[] = [];
  usesChip = true;
  rested: 'not yet' | 'unwatched' | 'long' = 'not yet';
  readonly view = { decode: null, scale: null, jpeg: null, h264: null };
  readonly fallbacks = 0;
  readonly mostVideoTiers = null;

  plan(_source: PipelineSource, { acceleration }: WantedWork) {
    this.told.push(`planned ${acceleration}`);
    return { processing: softwareProcessing(null), hardware: this.usesChip ? hardware : null };
  }
  learn(): void {}
  began(factories: readonly string[]): void {
    this.told.push(`began ${factories.join()}`);
  }
  ended(): void {
    this.told.push('ended');
  }
  closed(): void {
    this.told.push('closed');
  }
  failed(factories: readonly string[], reason: string): void {
    this.told.push(`failed ${factories.join()}: ${reason}`);
    this.usesChip = false;
  }
  hasRested(isWatched: boolean): boolean {
    const rested = this.rested === 'long' || (this.rested === 'unwatched' && !isWatched);
    if (rested) this.rested = 'not yet';
    this.usesChip ||= rested;
    return rested;
  }
}

function scene() {
  const addon = new FakeAddon();
  const acceleration = new FakeAcceleration();
  const options = { addon, acceleration, clock: monotonicMs, log: silentLog, random: () => 0 };
  const camera = new Camera(cameraConfig(), options);
  onTestFinished(() => camera.close());
  const states: string[] = [];
  camera.listen({ onState: ({ state }) => states.push(state) });
  const subscription = new Subscription(camera.channel('high'), { deliver: (frame) => frame.release() });
  subscription.ready();
  const plays = async (index: number): Promise<FakePipeline> => {
    await until(`pipeline ${index}`, () => addon.pipelines[index]?.started === true);
    const pipeline = addon.pipelines[index];
    if (pipeline === undefined) throw new Error('there is no pipeline');
    const frame = { handle: index, data: new ArrayBuffer(8), width: 4, height: 2, captureMs: 0, arrivalMs: 0 };
    pipeline.frames.set('sink_high', [{ ...frame, sequence: 0, keyframe: true }]);
    pipeline.ring();
    expect(camera.supervision.state).toBe('live');
    return pipeline;
  };
  return { addon, acceleration, camera, states, subscription, plays };
}

const broken = {
  element: 'encode_high',
  factory: 'nvjpegenc',
  domain: 'gst-resource-error-quark',
  number: 1,
  debug: '',
};

it('a failure of the chip is told with the times in which it worked, and the next pipeline follows at once', async () => {
  const { acceleration, addon, plays, states } = scene();
  const first = await plays(0);
  first.handlers.onEvent({ type: 'error', message: 'the driver is gone', ...broken });
  await plays(1);
  const failed = ['failed nvjpegenc: the driver is gone', 'ended', 'closed'];
  expect(acceleration.told).toEqual(['planned auto', 'began nvjpegenc', ...failed, 'planned auto', 'began ']);
  expect(states).toEqual(['starting', 'live', 'recovering', 'live']);
  expect(addon.pipelines).toHaveLength(2);
});

it('takes the chip again when it has rested, and nobody hears of a fault', async () => {
  const { acceleration, addon, plays, states, camera } = scene();
  acceleration.usesChip = false;
  await plays(0);
  acceleration.rested = 'long';
  await plays(1);
  expect(acceleration.told).toEqual(['planned auto', 'began ', 'ended', 'closed', 'planned auto', 'began nvjpegenc']);
  expect(states).toEqual(['starting', 'live']);
  expect(addon.pipelines[0]?.closed).toBe(true);
  expect(camera.supervision.attempt).toBe(0);
});

it('does so sooner where nobody watches', async () => {
  const { acceleration, addon, plays, subscription } = scene();
  acceleration.usesChip = false;
  await plays(0);
  acceleration.rested = 'unwatched';
  const looks = acceleration.told.length;
  subscription.close();
  await until('the next pipeline', () => addon.pipelines[1]?.started === true);
  expect(acceleration.told.slice(looks)).toEqual(['ended', 'closed', 'planned auto', 'began nvjpegenc']);
});

it('begins anew where the configuration says otherwise than before what the chip may do', async () => {
  const { acceleration, addon, plays, camera } = scene();
  await plays(0);
  camera.reconfigure(cameraConfig({ acceleration: 'software' }));
  await until('the next pipeline', () => addon.pipelines[1]?.started === true);
  expect(acceleration.told.slice(2)).toEqual(['ended', 'closed', 'planned software', 'began nvjpegenc']);
});

it('tells that nothing of the chip is left only when the pipeline is closed', async () => {
  const { acceleration, plays, camera } = scene();
  const pipeline = await plays(0);
  const closes: ((ended: boolean) => void)[] = [];
  pipeline.close = () => new Promise((resolve) => void closes.push(resolve));
  const closing = camera.close();
  await until('the close of the pipeline', () => closes.length > 0);
  expect(acceleration.told).not.toContain('closed');
  for (const close of closes) close(true);
  await closing;
  expect(acceleration.told.slice(-1)).toEqual(['closed']);
});
