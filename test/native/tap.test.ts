import { expect, it } from 'vitest';
import { addon, jpegSource, makeJpeg, ofType, openPipeline, sink, takeCopy, until } from './harness.js';

it('counts what passes and remembers caps and time', async () => {
  const { pipeline, events } = openPipeline(`${jpegSource(50, 10)} ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
  });
  expect(pipeline.stats().tap).toEqual({ buffers: 0, bytes: 0, corrupt: 0, damaged: 0, lastMs: 0, caps: '' });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  const stats = pipeline.stats();
  expect(stats.tap).toMatchObject({ buffers: 10, corrupt: 0 });
  expect(stats.tap?.caps).toMatch(/^image\/jpeg.*width=\(int\)320/);
  expect(stats.tap?.lastMs).toBeLessThanOrEqual(Number(process.hrtime.bigint()) / 1e6);
  expect(stats.tap?.lastMs).toBeGreaterThan(Number(process.hrtime.bigint()) / 1e6 - 60_000);
  await until('the sink to have them', () => pipeline.stats().sinks.out?.received === 10);
  expect(pipeline.stats().sinks.out?.bytes).toBe(stats.tap?.bytes);
});

it('reports the end of the stream where a shut valve keeps it from the sinks', async () => {
  const description = `${jpegSource(50, 3)} ! identity name=tap ! valve name=v drop=true ! ${sink('out')}`;
  const { pipeline, events } = openPipeline(description, { sinks: ['out'], tap: 'tap' });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  expect(pipeline.stats()).toMatchObject({ sinks: { out: { received: 0 } }, tap: { buffers: 3 } });
});

it('reports the end once where tap and bus both know it', async () => {
  const { pipeline, events } = openPipeline(`${jpegSource(50, 3)} ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
  });
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  // The sink has EOS as soon as it says so; the bus had its chance then.
  await until('the sink to end', () => pipeline.getProperty('out', 'eos') === true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ofType(events, 'eos')).toHaveLength(1);
});

it('drops cut and broken JPEGs, and only those', async () => {
  const jpeg = await makeJpeg();
  const { pipeline } = openPipeline(`appsrc name=in format=time caps=image/jpeg ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
  });
  await pipeline.start();
  const broken = [
    Buffer.alloc(0),
    Buffer.from('<html>404</html>'),
    jpeg.subarray(1),
    jpeg.subarray(0, jpeg.length >> 1),
    jpeg.subarray(0, jpeg.length - 1),
    Buffer.concat([jpeg.subarray(0, jpeg.length - 2), Buffer.alloc(5000)]),
    Buffer.from([0xff, 0xd8, 0xff, 0xd9]),
  ];
  for (const bytes of broken) expect(pipeline.push('in', bytes, 1e6)).toBe(true);
  await until('the broken ones', () => pipeline.stats().tap?.corrupt === broken.length);
  pipeline.push('in', jpeg, 1e6);
  await until('the good one', () => pipeline.stats().sinks.out?.received === 1);
  expect(takeCopy(pipeline, 'out')?.bytes.equals(jpeg)).toBe(true);
  expect(pipeline.stats().tap).toMatchObject({ buffers: 1, corrupt: broken.length, bytes: jpeg.length });
});

it('passes and counts JPEGs that were overwritten in part', async () => {
  const jpeg = await makeJpeg();
  const { pipeline } = openPipeline(`appsrc name=in format=time caps=image/jpeg ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
  });
  await pipeline.start();
  const overwritten = Buffer.from(jpeg);
  overwritten.fill(Buffer.of(0xff, 0x42), jpeg.length - 20, jpeg.length - 10);
  for (const bytes of [jpeg, overwritten, jpeg]) pipeline.push('in', bytes, 1e6);
  await until('all of them', () => pipeline.stats().tap?.buffers === 3);
  expect(pipeline.stats().tap).toMatchObject({ corrupt: 0, damaged: 1 });
});

it('drops a JPEG cut at any byte', async () => {
  const jpeg = await makeJpeg(16, 16);
  const { pipeline } = openPipeline(`appsrc name=in format=time caps=image/jpeg ! identity name=tap ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
  });
  await pipeline.start();
  for (let length = 0; length < jpeg.length; length += 1) {
    expect(pipeline.push('in', jpeg.subarray(0, length), 1e8)).toBe(true);
  }
  await until('all of them', () => pipeline.stats().tap?.corrupt === jpeg.length);
  expect(pipeline.stats()).toMatchObject({ tap: { buffers: 0 }, sinks: { out: { received: 0 } } });
});

it('lets anything pass that is no JPEG', async () => {
  const { pipeline } = openPipeline(
    `appsrc name=in format=time caps=video/x-h264 ! identity name=tap ! ${sink('out')}`,
    {
      sinks: ['out'],
      tap: 'tap',
    },
  );
  await pipeline.start();
  pipeline.push('in', Buffer.from('anything'), 1000);
  await until('it', () => pipeline.stats().tap?.buffers === 1);
  expect(pipeline.stats().tap?.corrupt).toBe(0);
});

it('works through buffer lists', async () => {
  // rtpvrawpay sends a picture as one list of packets.
  const { pipeline, events } = openPipeline(
    'videotestsrc num-buffers=2 ! video/x-raw,format=UYVY,width=64,height=64 ! rtpvrawpay mtu=1400 ! ' +
      `identity name=tap ! ${sink('out')}`,
    { sinks: ['out'], tap: 'tap' },
  );
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  const { tap } = pipeline.stats();
  expect(tap?.buffers).toBeGreaterThanOrEqual(10);
  expect(tap?.bytes).toBeGreaterThan(2 * 64 * 64 * 2);
  expect(addon.stats().liveFrames).toBe(0);
});
