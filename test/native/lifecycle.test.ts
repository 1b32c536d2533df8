import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AddonStats } from '../../src/native/addon.types.js';
import {
  addon,
  addonFile,
  child,
  descriptorCount,
  expectRejection,
  jpegSource,
  openPipeline,
  runChild,
  sink,
  takeCopy,
  threadCount,
  until,
} from './harness.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenscast-native-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function makeFifo(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

/** Lets the reader that hangs in open(2) go on. */
const letReaderGo = (path: string) => closeSync(openSync(path, constants.O_WRONLY));

it('returns threads and descriptors after 200 starts and closes', async () => {
  const cycle = async () => {
    const { pipeline } = openPipeline(`${jpegSource()} ! identity name=tap ! ${sink('out')}`, {
      sinks: ['out'],
      tap: 'tap',
      onFrames: (from) => void takeCopy(from, 'out'),
    });
    await pipeline.start();
    expect(await pipeline.close(5000)).toBe(true);
  };
  for (let i = 0; i < 20; i += 1) await cycle();
  await until('the threads of the warm-up to end', () => addon.stats().pipelines === 0);
  const threads = threadCount();
  const descriptors = descriptorCount();
  for (let i = 0; i < 200; i += 1) await cycle();
  // Node's own pools may come and go by a few.
  await until('threads to be back', () => threadCount() <= threads + 2);
  await until('descriptors to be back', () => descriptorCount() <= descriptors + 2);
  expect(addon.stats()).toEqual({ liveFrames: 0, liveBytes: 0, pipelines: 0, abandoned: 0 });
}, 120_000);

it('closes at any moment of a start', async () => {
  for (let i = 0; i < 30; i += 1) {
    const { pipeline } = openPipeline(`${jpegSource()} ! ${sink('out')}`, { sinks: ['out'] });
    const starting = pipeline.start().then(
      () => 'started',
      (error: { code: string }) => error.code,
    );
    if (i % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    const closings = [pipeline.close(5000), pipeline.close(5000), pipeline.close(5000)];
    expect(['started', 'ERR_CLOSED']).toContain(await starting);
    expect(await Promise.all(closings)).toEqual([true, true, true]);
    expect(pipeline.stats().state).toBe('null');
  }
});

it('calls nothing back after close()', async () => {
  for (let i = 0; i < 20; i += 1) {
    const opened = openPipeline(`${jpegSource()} ! ${sink('out')}`, {
      sinks: ['out'],
      onFrames: (from) => void takeCopy(from, 'out'),
    });
    await opened.pipeline.start();
    await until('frames', () => opened.rings > i % 4);
    const closing = opened.pipeline.close(5000);
    const { rings } = opened;
    const events = opened.events.length;
    expect(await closing).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened).toMatchObject({ rings });
    expect(opened.events).toHaveLength(events);
  }
});

it('may be closed from inside its own callbacks', async () => {
  let closed: Promise<boolean> | undefined;
  const { pipeline } = openPipeline(`${jpegSource()} ! ${sink('out')}`, {
    sinks: ['out'],
    onFrames: (from) => {
      closed = from.close(5000);
    },
  });
  await pipeline.start();
  await until('a frame', () => closed !== undefined);
  expect(await closed).toBe(true);
});

it('rejects a start with the words of the element', async () => {
  const { pipeline, events } = openPipeline('filesrc name=source location=/nowhere/at/all ! fakesink');
  await expect(pipeline.start()).rejects.toMatchObject({
    code: 'ERR_STATE_CHANGE',
    message: expect.stringContaining('filesrc source: Resource not found. (gst-resource-error-quark 3)'),
    element: 'source',
    factory: 'filesrc',
    domain: 'gst-resource-error-quark',
    number: 3,
    debug: expect.stringContaining('/nowhere/at/all'),
  });
  await expectRejection(pipeline.start(), 'ERR_STATE', /called before/);
  expect(await pipeline.close(5000)).toBe(true);
  expect(events.filter((event) => event.type === 'error')).toEqual([]);
});

it('reports states, and an error of a playing pipeline with the password masked', async () => {
  const { pipeline, events } = openPipeline('rtspsrc name=source location=rtsp://joe:s3cret@127.0.0.1:1/a ! fakesink');
  await pipeline.start();
  await until('the error', () => events.some((event) => event.type === 'error'));
  expect(events[0]).toEqual({ type: 'state', state: 'ready' });
  expect(events.find((event) => event.type === 'error')).toMatchObject({ element: 'source', factory: 'rtspsrc' });
  expect(JSON.stringify(events)).not.toContain('s3cret');
});

it('abandons a state change that hangs, and takes it back when it ends', async () => {
  const fifo = makeFifo('start');
  const { pipeline } = openPipeline(`filesrc location=${fifo} ! fakesink`);
  const starting = pipeline.start();
  await until('the start to be on its way', () => pipeline.stats().state === 'ready');
  const outcome = expectRejection(starting, 'ERR_CLOSED', /while it started/);
  expect(await pipeline.close(50)).toBe(false);
  expect(addon.stats()).toMatchObject({ pipelines: 0, abandoned: 1 });
  expect(await pipeline.close(0)).toBe(false);
  expect(addon.stats().abandoned).toBe(1);
  letReaderGo(fifo);
  await outcome;
  await until('the pipeline to end after all', () => addon.stats().abandoned === 0);
  expect(await pipeline.close(0)).toBe(true);
});

it('frees forgotten frames and pipelines by the garbage collector, but no playing pipeline', async () => {
  const ended = await runChild('collect.mjs', [], ['--expose-gc']);
  expect(ended.stderr).toBe('');
  expect(ended.stdout.split('\n')).toEqual([
    'live before: true',
    'open before: true',
    'end: {"liveFrames":0,"liveBytes":0,"pipelines":1,"abandoned":0}',
    '',
  ]);
  expect(ended).toMatchObject({ code: 0, signal: null });
});

it('ends by itself after everything was used', async () => {
  const ended = await runChild('everything.mjs');
  expect(ended.stderr).toBe('');
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'done\n' });
});

it('never lets moved bytes dangle', async () => {
  const ended = await runChild('moved.mjs', [], ['--expose-gc']);
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toContain('intact');
  expect(ended).toMatchObject({ code: 0, signal: null });
});

it.each([
  ['exit', 0],
  ['exit-with-frames', 0],
  ['exit-in-callback', 0],
  ['exit-while-starting', 0],
  ['exit-while-closing', 0],
  ['exit-while-opening', 0],
  ['exit-while-probing', 0],
  ['exit-while-hanging', 0],
  ['natural', 0],
  ['throw', 7],
  ['throw-in-callback', 7],
])('ends the process by "%s" while a pipeline plays', async (way, code) => {
  const args = way === 'exit-while-hanging' ? [way, makeFifo('exit')] : [way];
  const ended = await runChild('end.mjs', args);
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toBe(code === 7 ? 'caught on purpose\n' : '');
  expect(ended).toMatchObject({ code, signal: null });
});

function runWorker(
  then: string,
  onStats: (worker: Worker) => void = () => {},
): Promise<{ stats: AddonStats; code: number }> {
  return new Promise((resolve, reject) => {
    let stats: AddonStats | undefined;
    const worker = new Worker(child('worker.mjs'), { workerData: { file: addonFile(), then } });
    worker.on('message', (message: AddonStats) => {
      stats = message;
      onStats(worker);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => (stats ? resolve({ stats, code }) : reject(new Error(`exit ${code} without frames`))));
  });
}

it('works in several workers at once, each with its own counts', async () => {
  const { pipeline } = openPipeline(`${jpegSource()} ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  const results = await Promise.all(['close', 'close', 'close'].map((then) => runWorker(then)));
  for (const { stats, code } of results) {
    expect(code).toBe(0);
    expect(stats).toEqual({ liveFrames: 0, liveBytes: 0, pipelines: 0, abandoned: 0 });
  }
  expect(addon.stats()).toMatchObject({ pipelines: 1 });
});

it.each(['wait', 'wait-with-frames', 'spin', 'exit', 'end'])(
  'ends a worker with a playing pipeline (%s)',
  async (then) => {
    const before = threadCount();
    const ending = then === 'exit' || then === 'end' ? () => {} : (worker: Worker) => void worker.terminate();
    const { stats } = await runWorker(then, ending);
    expect(stats.pipelines).toBe(1);
    await until('its threads to end', () => threadCount() <= before + 2);
    expect(addon.stats()).toMatchObject({ pipelines: 0, liveFrames: 0 });
  },
);
