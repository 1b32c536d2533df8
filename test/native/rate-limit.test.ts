import { describe, expect, it, onTestFinished } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';
import { until } from '../support/until.js';

const addon = loadAddon();
const source = 'videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=30/1';
const sink = (name: string) => `appsink name=${name} sync=false async=false max-buffers=2 drop=true`;

async function play(description: string, sinks: readonly string[]) {
  const handlers = { onFrames: () => undefined, onEvent: () => undefined };
  const pipeline = addon.openPipeline(description, { sinks }, handlers);
  onTestFinished(async () => {
    await pipeline.close(2000);
  });
  await pipeline.start();
  return pipeline;
}

describe('lenscastratelimit', () => {
  it.each([
    [30, 90],
    [20, 60],
    [15, 45],
    [10, 30],
    [1, 3],
    [0, 90],
    [60, 90],
  ])('lets %i a second pass of 90 pictures in three seconds: %i', async (rate, expected) => {
    const pictures = 'videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1';
    const pipeline = await play(`${pictures} ! lenscastratelimit max-rate=${rate} ! ${sink('some')}`, ['some']);
    await until('the last picture', () => (pipeline.stats().sinks.some?.received ?? 0) >= expected);
    expect(pipeline.stats().sinks.some?.received).toBe(expected);
  });

  it('takes caps that tell no rate', async () => {
    const pictures = 'videotestsrc num-buffers=90 ! video/x-raw,width=64,height=64,framerate=30/1';
    const unknown = 'capssetter caps="video/x-raw,framerate=0/1"';
    const pipeline = await play(`${pictures} ! ${unknown} ! lenscastratelimit max-rate=10 ! ${sink('some')}`, ['some']);
    await until('the last picture', () => (pipeline.stats().sinks.some?.received ?? 0) >= 30);
    expect(pipeline.stats().sinks.some?.received).toBe(30);
  });

  it.each([
    ['30/1', 10, 'framerate=(fraction)10/1'],
    ['30/1', 60, 'framerate=(fraction)30/1'],
    ['30/1', 0, 'framerate=(fraction)30/1'],
    ['30000/1001', 30, 'framerate=(fraction)30000/1001'],
    ['0/1', 25, 'framerate=(fraction)25/1'],
  ])('tells those behind it the rate that is left: of %s at most %i, so %s', async (source, rate, told) => {
    const pictures = 'videotestsrc num-buffers=9 ! video/x-raw,width=64,height=64,framerate=30/1';
    const rated = `${pictures} ! capssetter caps="video/x-raw,framerate=${source}"`;
    const { caps } = await addon.probe(`${rated} ! lenscastratelimit max-rate=${rate} ! ${sink('probe')}`, 5000);
    expect(caps).toContain(told);
  });

  it('tells a rate that was changed while it plays', async () => {
    const description = `${source} ! lenscastratelimit name=limit max-rate=20 ! identity name=behind ! ${sink('some')}`;
    const handlers = { onFrames: () => undefined, onEvent: () => undefined };
    const pipeline = addon.openPipeline(description, { sinks: ['some'], tap: 'behind' }, handlers);
    onTestFinished(async () => void (await pipeline.close(2000)));
    await pipeline.start();
    await until('the rate', () => pipeline.stats().tap?.caps.includes('framerate=(fraction)20/1') === true);
    pipeline.setProperty('limit', 'max-rate', 5);
    await until('the other rate', () => pipeline.stats().tap?.caps.includes('framerate=(fraction)5/1') === true);
  });

  it('leaves the rate of coded pictures as it is: a decoder behind it would go on with the first one', async () => {
    const jpegs = `${source} ! jpegenc ! lenscastratelimit max-rate=5 ! ${sink('probe')}`;
    expect((await addon.probe(jpegs, 5000)).caps).toContain('framerate=(fraction)30/1');
  });

  it('limits on after a pause, and does not make up for it', async () => {
    const description = `${source} ! tee name=t  t. ! ${sink('always')}
      t. ! valve name=valve ! tee name=u  u. ! ${sink('all')}  u. ! lenscastratelimit name=limit max-rate=10 ! ${sink('some')}`;
    const pipeline = await play(description, ['always', 'all', 'some']);
    const received = (name: string) => pipeline.stats().sinks[name]?.received ?? 0;
    await until('some pictures', () => received('all') > 10);
    pipeline.setProperty('valve', 'drop', true);
    const shutAt = received('always');
    await until('a pause of two seconds', () => received('always') > shutAt + 60);
    const before = { all: received('all'), some: received('some') };
    pipeline.setProperty('valve', 'drop', false);
    await until('a second after it', () => received('all') >= before.all + 30);
    pipeline.setProperty('valve', 'drop', true);
    const all = received('all') - before.all;
    expect(received('some') - before.some).toBeLessThanOrEqual(Math.ceil(all / 3) + 2);
    expect(received('some') - before.some).toBeGreaterThan(all / 6);
  });

  it('takes another rate while it plays', async () => {
    const description = `${source} ! tee name=t  t. ! ${sink('all')}  t. ! lenscastratelimit name=limit max-rate=1 ! ${sink('some')}`;
    const pipeline = await play(description, ['all', 'some']);
    const received = (name: string) => pipeline.stats().sinks[name]?.received ?? 0;
    await until('some pictures', () => received('all') > 30);
    expect(received('some')).toBeLessThan(10);
    pipeline.setProperty('limit', 'max-rate', 30);
    expect(pipeline.getProperty('limit', 'max-rate')).toBe(30);
    const before = { all: received('all'), some: received('some') };
    await until('more', () => received('all') > before.all + 30);
    expect(received('some') - before.some).toBeGreaterThan(15);
  });
});
