import { expect, it } from 'vitest';
import type { NativeFrame } from '../../src/native/addon.types.js';
import { addon, expectCode, jpegSource, makeJpeg, ofType, openPipeline, sink, takeCopy, until } from './harness.js';

/** Width and height of a baseline JPEG's SOF0 header, ITU-T T.81 B.2.2. */
function frameHeader(jpeg: Buffer): { width: number; height: number } {
  let at = 2;
  while (jpeg[at] === 0xff && jpeg[at + 1] !== 0xc0) at += 2 + jpeg.readUInt16BE(at + 2);
  return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
}

const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('hands over every frame of a source that is not faster than JavaScript', async () => {
  const frames: (NativeFrame & { bytes: Buffer })[] = [];
  const { pipeline, events } = openPipeline(`${jpegSource(25, 20)} ! ${sink('out')}`, {
    sinks: ['out'],
    onFrames: (from) => {
      for (let frame = takeCopy(from, 'out'); frame; frame = takeCopy(from, 'out')) frames.push(frame);
    },
  });
  const before = Number(process.hrtime.bigint()) / 1e6;
  await pipeline.start();
  await until('the end', () => ofType(events, 'eos').length > 0);
  await until('the last frame', () => pipeline.stats().sinks.out?.received === 20);
  const after = Number(process.hrtime.bigint()) / 1e6;
  const stats = pipeline.stats().sinks.out;
  expect(frames.length + (stats?.dropped ?? 0)).toBe(20);
  for (const [index, frame] of frames.entries()) {
    expect(frame).toMatchObject({ width: 320, height: 240, keyframe: true });
    expect(frameHeader(frame.bytes)).toEqual({ width: 320, height: 240 });
    expect(frame.bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
    expect(frame.arrivalMs).toBeGreaterThan(before);
    expect(frame.arrivalMs).toBeLessThan(after);
    expect(frame.captureMs).toBeLessThanOrEqual(frame.arrivalMs);
    expect(frame.captureMs).toBeGreaterThan(before - 1);
    if (index > 0) expect(frame.sequence).toBeGreaterThan(frames[index - 1]?.sequence ?? -1);
  }
  expect(stats).toMatchObject({ taken: frames.length });
  expect(addon.stats()).toMatchObject({ liveFrames: 0, liveBytes: 0 });
});

it('takes the capture time from the PTS', async () => {
  const frames: NativeFrame[] = [];
  // The queue lets a picture go when 200 ms of them wait behind it.
  const { pipeline } = openPipeline(`${jpegSource(20)} ! queue min-threshold-time=200000000 ! ${sink('out')}`, {
    sinks: ['out'],
    onFrames: (from) => frames.push(...[takeCopy(from, 'out')].filter((frame) => frame !== null)),
  });
  await pipeline.start();
  await until('frames', () => frames.length >= 3);
  const first = frames[0] as NativeFrame;
  expect(first.arrivalMs - first.captureMs).toBeGreaterThan(100);
});

it('takes the arrival for the capture time where the PTS leaps ahead', async () => {
  const frames: NativeFrame[] = [];
  const { pipeline } = openPipeline(`${jpegSource(50)} ! identity name=leap ! ${sink('out')}`, {
    sinks: ['out'],
    onFrames: (from) => frames.push(...[takeCopy(from, 'out')].filter((frame) => frame !== null)),
  });
  await pipeline.start();
  await until('frames', () => frames.length >= 3);
  for (const hours of [1, 0]) {
    pipeline.setProperty('leap', 'ts-offset', hours * 3600e9);
    const seen = frames.length;
    await until('more frames', () => frames.length >= seen + 5);
  }
  for (const { captureMs, arrivalMs } of frames) {
    expect(captureMs).toBeLessThanOrEqual(arrivalMs);
    expect(captureMs).toBeGreaterThan(arrivalMs - 5000);
  }
});

it('detaches on release, once', async () => {
  const { pipeline, rings } = openPipeline(`${jpegSource()} ! ${sink('out')}`, { sinks: ['out'] });
  expect(rings).toBe(0);
  await pipeline.start();
  let frame: NativeFrame | null = null;
  await until('a frame', () => {
    frame ??= pipeline.take('out');
    return frame !== null;
  });
  const { handle, data } = frame as unknown as NativeFrame;
  const view = new Uint8Array(data);
  expect(view.length).toBeGreaterThan(1000);
  expect(addon.stats()).toMatchObject({ liveFrames: 1, liveBytes: view.length });
  addon.releaseFrame(handle);
  expect(data.byteLength).toBe(0);
  expect(view.length).toBe(0);
  expect(addon.stats()).toMatchObject({ liveFrames: 0, liveBytes: 0 });
  expectCode(() => addon.releaseFrame(handle), 'ERR_NO_FRAME', new RegExp(String(handle)));
  for (const wrong of [0, -1, 0.5, handle + 1000, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
    expectCode(() => addon.releaseFrame(wrong), 'ERR_NO_FRAME', /no frame has the handle/);
  }
  expectCode(() => addon.releaseFrame('1' as unknown as number), 'ERR_INVALID_ARG', /handle must be a number, not "1"/);
});

it('keeps frames valid after close()', async () => {
  const { pipeline } = openPipeline(`${jpegSource()} ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  let frame: NativeFrame | null = null;
  await until('a frame', () => {
    frame ??= pipeline.take('out');
    return frame !== null;
  });
  const { handle, data } = frame as unknown as NativeFrame;
  const copy = Buffer.from(new Uint8Array(data));
  expect(await pipeline.close(5000)).toBe(true);
  expect(Buffer.from(data).equals(copy)).toBe(true);
  addon.releaseFrame(handle);
  expect(addon.stats().liveFrames).toBe(0);
});

it('releases two frames over the same memory in either order', async () => {
  for (const order of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const description = `${jpegSource(30, 1)} ! tee name=t t. ! queue ! ${sink('a')} t. ! queue ! ${sink('b')}`;
    const { pipeline } = openPipeline(description, { sinks: ['a', 'b'] });
    await pipeline.start();
    const frames = new Map<string, NativeFrame>();
    await until('both frames', () => {
      for (const name of ['a', 'b']) {
        const frame = pipeline.take(name);
        if (frame) frames.set(name, frame);
      }
      return frames.size === 2;
    });
    const [first, second] = order.map((name) => frames.get(name) as NativeFrame) as [NativeFrame, NativeFrame];
    const bytes = Buffer.from(new Uint8Array(first.data));
    addon.releaseFrame(first.handle);
    expect(Buffer.from(second.data).equals(bytes)).toBe(true);
    addon.releaseFrame(second.handle);
    expect(addon.stats().liveFrames).toBe(0);
    await pipeline.close(5000);
  }
});

it('drops and counts what a slow consumer leaves, and rings once for it', async () => {
  const opened = openPipeline(`${jpegSource(100)} ! ${sink('out')}`, { sinks: ['out'] });
  const { pipeline } = opened;
  await pipeline.start();
  await until('frames', () => (pipeline.stats().sinks.out?.received ?? 0) >= 5);
  await until('a ring', () => opened.rings > 0);
  expect(opened.rings).toBe(1);
  block(300);
  await until('more frames', () => (pipeline.stats().sinks.out?.received ?? 0) >= 20);
  expect(opened.rings).toBe(1);
  const frame = takeCopy(pipeline, 'out');
  const stats = pipeline.stats().sinks.out;
  expect(frame?.sequence).toBeGreaterThanOrEqual(19);
  expect(stats?.taken).toBe(1);
  expect(stats?.dropped).toBeGreaterThanOrEqual(frame?.sequence ?? 0);
  await until('another ring', () => opened.rings === 2);
});

it('trims the padding behind EOI and reads the size from the JPEG where the caps have none', async () => {
  const jpeg = await makeJpeg(64, 48);
  const { pipeline } = openPipeline(`appsrc name=in format=time caps=image/jpeg ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  const paddings = [0, 1, 7, 8, 4096, 100_000].map((zeros) => Buffer.alloc(zeros));
  for (const padding of [...paddings, Buffer.alloc(1000, 0xff), Buffer.from('\r\n--boundary')]) {
    expect(pipeline.push('in', Buffer.concat([jpeg, padding]), 1e6)).toBe(true);
    let frame: ReturnType<typeof takeCopy> = null;
    await until('the frame', () => {
      frame = takeCopy(pipeline, 'out');
      return frame !== null;
    });
    expect(frame).toMatchObject({ width: 64, height: 48 });
    expect((frame as unknown as { bytes: Buffer }).bytes.equals(jpeg)).toBe(true);
  }
});

it('leaves empty and unknown bytes alone', async () => {
  const { pipeline } = openPipeline(`appsrc name=in format=time ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  pipeline.push('in', new Uint8Array(0), 1000);
  await until('the empty buffer', () => pipeline.stats().sinks.out?.received === 1);
  expect(pipeline.take('out')).toBeNull();
  pipeline.push('in', Buffer.from('hello'), 1000);
  await until('the bytes', () => pipeline.stats().sinks.out?.received === 2);
  const frame = takeCopy(pipeline, 'out');
  expect(frame?.bytes.toString()).toBe('hello');
  expect(frame).toMatchObject({ width: 0, height: 0, keyframe: true });
});

it('hands over H.264 in order, and skips to a keyframe where the queue was full', async () => {
  const encoder = 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10';
  const source = 'videotestsrc num-buffers=45 is-live=true ! video/x-raw,width=64,height=48,framerate=200/1';
  const format = 'video/x-h264,stream-format=byte-stream,alignment=au';
  const { pipeline } = openPipeline(`${source} ! ${encoder} ! ${format} ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  await until('all frames', () => pipeline.stats().sinks.out?.received === 45);
  const taken: NativeFrame[] = [];
  for (let frame = takeCopy(pipeline, 'out'); frame; frame = takeCopy(pipeline, 'out')) taken.push(frame);
  // Frames 0 to 15 fill the queue, 16 to 19 are left out, the keyframe 20 replaces all; so again at 40.
  expect(taken.map((frame) => frame.sequence)).toEqual([40, 41, 42, 43, 44]);
  expect(taken.map((frame) => frame.keyframe)).toEqual([true, false, false, false, false]);
  expect(pipeline.stats().sinks.out).toMatchObject({ received: 45, dropped: 40, taken: 5 });
});

it('rings again while a queue has frames left', async () => {
  const sequences: number[] = [];
  const source = 'videotestsrc num-buffers=12 is-live=true ! video/x-raw,width=64,height=48,framerate=100/1';
  const { pipeline } = openPipeline(
    `${source} ! x264enc tune=zerolatency speed-preset=ultrafast ! video/x-h264,alignment=au ! ${sink('out')}`,
    {
      sinks: ['out'],
      // One a ring, however many there are.
      onFrames: (from) =>
        sequences.push(...[takeCopy(from, 'out')].flatMap((frame) => (frame ? [frame.sequence] : []))),
    },
  );
  await pipeline.start();
  await until('frames to queue up', () => {
    block(60);
    return (pipeline.stats().sinks.out?.received ?? 0) >= 12;
  });
  await until('all frames', () => sequences.length === 12);
  expect(sequences).toEqual(Array.from({ length: 12 }, (_, index) => index));
});

it('runs several pipelines at once', async () => {
  const pipelines = Array.from({ length: 6 }, () => {
    const counts = { frames: 0 };
    const { pipeline } = openPipeline(`${jpegSource(30)} ! ${sink('out')}`, {
      sinks: ['out'],
      onFrames: (from) => {
        if (takeCopy(from, 'out')) counts.frames += 1;
      },
    });
    return { pipeline, counts };
  });
  await Promise.all(pipelines.map(({ pipeline }) => pipeline.start()));
  await until('frames of each', () => pipelines.every(({ counts }) => counts.frames >= 5));
  expect(await Promise.all(pipelines.map(({ pipeline }) => pipeline.close(5000)))).toEqual(Array(6).fill(true));
  expect(addon.stats()).toEqual({ liveFrames: 0, liveBytes: 0, pipelines: 0, abandoned: 0 });
});
