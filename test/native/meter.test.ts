import { expect, it } from 'vitest';
import { expectCode, ofType, openPipeline, sink, until } from './harness.js';

const raw = (buffers: number) =>
  `videotestsrc num-buffers=${buffers} ! video/x-raw,width=640,height=360,framerate=30/1,format=I420`;

it('counts what goes in and out, and times it', async () => {
  const slow = 'identity name=slow sleep-time=20000';
  const { pipeline, events } = openPipeline(
    `${raw(10)} ! ${slow} ! jpegenc name=encode ! identity name=tap ! ${sink('out')}`,
    {
      sinks: ['out'],
      tap: 'tap',
      meters: ['slow', 'encode'],
    },
  );
  const none = { in: 0, out: 0, sinceOut: 0, timed: 0, busyMs: 0 };
  expect(pipeline.stats().meters).toEqual({ slow: none, encode: none });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  const { slow: slept, encode } = pipeline.stats().meters;
  expect(slept).toMatchObject({ in: 10, out: 10, sinceOut: 0, timed: 10 });
  expect(slept?.busyMs).toBeGreaterThanOrEqual(10 * 20);
  expect(encode).toMatchObject({ in: 10, out: 10, sinceOut: 0, timed: 10 });
  expect(encode?.busyMs).toBeGreaterThan(0);
});

it('tells what an element left out, or still holds', async () => {
  const thin = 'videorate name=thin drop-only=true max-rate=10';
  const { pipeline, events } = openPipeline(`${raw(30)} ! ${thin} ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
    meters: ['thin'],
  });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  const { in: entered, out = 0 } = pipeline.stats().meters.thin ?? {};
  expect(entered).toBe(30);
  expect(out).toBeLessThan(15);
});

it('times an encoder that works on several pictures at once', async () => {
  const encoder = 'x264enc name=encode bframes=2 rc-lookahead=10';
  const { pipeline, events } = openPipeline(`${raw(40)} ! ${encoder} ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
    meters: ['encode'],
  });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  expect(pipeline.stats().meters.encode).toMatchObject({ in: 40, out: 40, timed: 40 });
});

it('keeps the last figures of a closed pipeline, and refuses what it can not measure', async () => {
  const { pipeline, events } = openPipeline(`${raw(3)} ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
    meters: ['tap'],
  });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  await pipeline.close(5000);
  expect(pipeline.stats().meters.tap).toMatchObject({ in: 3, out: 3 });
  const open = (meters: string[]) => () => openPipeline(`${raw(3)} ! ${sink('out')}`, { sinks: ['out'], meters });
  expectCode(open(['out']), 'ERR_INVALID_ARG', /options\.meters: element "out" has no pad "src"/);
  expectCode(open(['none']), 'ERR_NO_ELEMENT', /none/);
});
