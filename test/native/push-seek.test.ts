import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NativeFrame } from '../../src/native/addon.types.js';
import { addon, expectCode, makeJpeg, ofType, openPipeline, sink, takeCopy, until } from './harness.js';

let folder = '';
let movie = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenscast-native-'));
  movie = join(folder, 'movie.mkv');
  // Of a second: on a busy machine a shorter one would be over before it is looked at.
  const { pipeline, events } = openPipeline(
    'videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48,framerate=10/1 ! jpegenc ! matroskamux ! ' +
      `filesink location=${movie}`,
  );
  await pipeline.start();
  await until('the movie', () => ofType(events, 'eos').length > 0);
  await pipeline.close(5000);
});
afterAll(() => rmSync(folder, { recursive: true }));

const jpegInput = `appsrc name=in is-live=true format=time caps=image/jpeg ! ${sink('out')}`;

it('stamps what is pushed with the present', async () => {
  const jpeg = await makeJpeg();
  const { pipeline } = openPipeline(jpegInput, { sinks: ['out'] });
  await pipeline.start();
  let first = 0;
  for (let i = 0; i < 3; i += 1) {
    const before = Number(process.hrtime.bigint()) / 1e6;
    expect(pipeline.push('in', jpeg, 1e6)).toBe(true);
    const after = Number(process.hrtime.bigint()) / 1e6;
    let frame: NativeFrame | null = null;
    await until('the frame', () => {
      frame = takeCopy(pipeline, 'out');
      return frame !== null;
    });
    const { captureMs, sequence } = frame as unknown as NativeFrame;
    expect(sequence).toBe(i);
    if (i === 0) first = captureMs;
    // The first may come before the pipeline has its clock and is stamped 0 then.
    else {
      expect(captureMs).toBeGreaterThan(before - 1);
      expect(captureMs).toBeLessThan(after + 1);
      expect(captureMs).toBeGreaterThan(first);
    }
  }
});

it('stamps what is pushed while it starts with the beginning', async () => {
  const jpeg = await makeJpeg();
  // Each of the sinks has its clock before the first one plays, and they take a while.
  const sinks = Array.from({ length: 400 }, () => 'many. ! fakesink async=false').join(' ');
  const { pipeline } = openPipeline(
    `appsrc name=in is-live=true format=time caps=image/jpeg ! jpegdec ! lenscastratelimit max-rate=1000 ! ` +
      `tee name=many many. ! ${sink('out')} ${sinks}`,
    { sinks: ['out'] },
  );
  let hasStarted = false;
  const started = pipeline.start().then(() => {
    hasStarted = true;
  });
  while (!hasStarted) {
    pipeline.push('in', jpeg, 1e8);
    await new Promise(setImmediate);
  }
  await started;
  // A decoder gives nothing an earlier time than what came before: after one of the future all would have that.
  for (let i = 0; i < 10; i++) {
    const before = pipeline.stats().sinks.out?.received ?? 0;
    await until('the picture', () => {
      pipeline.push('in', jpeg, 1e8);
      return (pipeline.stats().sinks.out?.received ?? 0) > before;
    });
  }
});

it('copies what is pushed', async () => {
  const { pipeline } = openPipeline(`appsrc name=in format=time ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  const bytes = Buffer.from('before');
  pipeline.push('in', bytes.subarray(2), 1000);
  bytes.fill(0);
  await until('it', () => pipeline.stats().sinks.out?.received === 1);
  expect(takeCopy(pipeline, 'out')?.bytes.toString()).toBe('fore');
});

it('drops what exceeds the queue', async () => {
  // Nothing leaves the appsrc: its one buffer waits to be played in an hour.
  const { pipeline } = openPipeline(
    'appsrc name=in format=time max-bytes=0 ! identity sync=true ts-offset=3600000000000 ! fakesink async=false',
  );
  await pipeline.start();
  const bytes = new Uint8Array(1000);
  const results = Array.from({ length: 50 }, () => pipeline.push('in', bytes, 5000));
  const accepted = results.filter((pushed) => pushed).length;
  // One or more may have left for the identity before.
  expect(accepted).toBeGreaterThanOrEqual(5);
  expect(accepted).toBeLessThanOrEqual(7);
  expect(results.at(-1)).toBe(false);
});

it('ends a stream, after which nothing more is taken', async () => {
  const { pipeline, events } = openPipeline(jpegInput, { sinks: ['out'] });
  await pipeline.start();
  pipeline.endOfStream('in');
  await until('the end', () => ofType(events, 'eos').length > 0);
  expectCode(() => pipeline.push('in', new Uint8Array(4), 1000), 'ERR_STATE', /takes no data: eos/);
  pipeline.endOfStream('in');
});

it('plays a file again after its end by a flushing seek', async () => {
  const { pipeline, events } = openPipeline(
    `filesrc location=${movie} ! matroskademux ! identity name=tap ! valve name=v drop=true ! ${sink('out')}`,
    { sinks: ['out'], tap: 'tap' },
  );
  await pipeline.start();
  for (let round = 1; round <= 4; round += 1) {
    await until(`end ${round}`, () => ofType(events, 'eos').length === round);
    expect(pipeline.stats().tap?.buffers).toBe(10 * round);
    expect(pipeline.seek(0, { flush: true, segment: false })).toBe(true);
  }
  await until('the last end', () => ofType(events, 'eos').length === 5);
});

it('loops a file by segments without an end', async () => {
  let rounds = 0;
  const { pipeline, events } = openPipeline(
    `filesrc location=${movie} ! matroskademux ! identity name=tap sync=true ! ${sink('out')}`,
    { sinks: ['out'], tap: 'tap', onFrames: (from) => void takeCopy(from, 'out') },
  );
  await pipeline.start();
  await until('frames', () => (pipeline.stats().tap?.buffers ?? 0) > 0);
  expect(pipeline.seek(0, { flush: true, segment: true })).toBe(true);
  while (rounds < 3) {
    rounds += 1;
    await until(`segment ${rounds}`, () => ofType(events, 'segment-done').length === rounds);
    expect(pipeline.seek(0, { flush: false, segment: true })).toBe(true);
  }
  await until('more frames', () => (pipeline.stats().tap?.buffers ?? 0) >= 32);
  expect(ofType(events, 'eos')).toEqual([]);
});

it('seeks without a tap too, and says where that is refused', async () => {
  const whole = openPipeline(`filesrc location=${movie} ! matroskademux ! ${sink('out')}`, { sinks: ['out'] });
  await whole.pipeline.start();
  await until('the end', () => ofType(whole.events, 'eos').length === 1);
  expect(whole.pipeline.seek(500, { flush: true, segment: false })).toBe(true);
  await until('the second end', () => ofType(whole.events, 'eos').length === 2);
  expect(whole.pipeline.stats().sinks.out?.received).toBeLessThan(20);
  const live = openPipeline(`${jpegInput}`, { sinks: ['out'] });
  await live.pipeline.start();
  expect(live.pipeline.seek(0, { flush: true, segment: false })).toBe(false);
  expect(addon.stats().liveFrames).toBe(0);
});
