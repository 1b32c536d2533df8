/** The camera's process as it is, started by the runner. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FrameSlots } from '../../../src/isolation/frame-slots.js';
import { IsolatedRunner } from '../../../src/isolation/isolated-runner.js';
import { encodeMessage } from '../../../src/isolation/messages.js';
import type { PipelineEvent, PipelineHandlers, RunnablePipeline } from '../../../src/native/addon.types.js';
import { faultyPluginEnv } from '../../support/faults.js';
import { childrenOf } from '../../support/process-figures.js';
import { until, within } from '../../support/until.js';

const program = fileURLToPath(new URL('../../../dist/isolation/child.js', import.meta.url));
const pattern = 'videotestsrc name=source is-live=true ! video/x-raw,width=64,height=48,framerate=30/1';
const jpegs = `${pattern} ! identity name=tap ! jpegenc ! appsink name=out sync=false async=false max-buffers=2 drop=true`;
const faulty = (how: string) => `${pattern} ! faulty name=f ${how} ! identity name=tap ! fakesink`;

const before = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, faultyPluginEnv);
});
afterAll(() => {
  for (const name of Object.keys(faultyPluginEnv)) delete process.env[name];
  Object.assign(process.env, before);
});

function startRunner(): IsolatedRunner {
  const runner = new IsolatedRunner({ label: 'test', program });
  onTestFinished(() => runner.close());
  return runner;
}

/** The pids of this process' children that are cameras'. */
const processes = () => childrenOf(process.pid).filter((pid) => commandOf(pid).includes('child.js'));

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

interface Opened {
  readonly pipeline: RunnablePipeline;
  readonly events: PipelineEvent[];
  rings: number;
}

async function open(runner: IsolatedRunner, description: string, sinks: readonly string[] = []): Promise<Opened> {
  const opened = { events: [] as PipelineEvent[], rings: 0 };
  const handlers: PipelineHandlers = {
    onFrames: () => {
      opened.rings++;
    },
    onEvent: (event) => opened.events.push(event),
  };
  const pipeline = await runner.openPipelineAsync(description, { sinks, tap: 'tap' }, handlers);
  onTestFinished(async () => {
    await pipeline.close(1000);
  });
  return Object.assign(opened, { pipeline });
}

const errorOf = ({ events }: Opened) => events.find((event) => event.type === 'error');

describe('a pipeline', () => {
  test('gives frames, figures and events, takes properties, and ends with its process', async () => {
    const runner = startRunner();
    const opened = await open(runner, jpegs, ['out']);
    const { pipeline } = opened;
    await pipeline.start();
    expect(processes()).toHaveLength(1);
    const first = await until('a frame', () => pipeline.take('out'));
    expect(first).toMatchObject({ width: 64, height: 48, keyframe: true });
    const bytes = first.data instanceof Uint8Array ? first.data : new Uint8Array(first.data);
    expect([...bytes.subarray(0, 2), ...bytes.subarray(-2)]).toEqual([0xff, 0xd8, 0xff, 0xd9]);
    expect(runner.stats()).toMatchObject({ liveFrames: 1, liveBytes: bytes.length, pipelines: 1 });
    runner.releaseFrame(first.handle);
    await until('figures', () => (pipeline.stats().tap?.buffers ?? 0) > 5);
    await until('the doorbell for a newer frame', () => opened.rings > 1);
    const second = await until('another', () => pipeline.take('out'));
    expect(second.sequence).toBeGreaterThan(first.sequence);
    runner.releaseFrame(second.handle);
    pipeline.setProperty('source', 'num-buffers', 1);
    expect(opened.events).toContainEqual({ type: 'state', state: 'playing' });

    expect(await pipeline.close(1000)).toBe(true);
    expect(processes()).toEqual([]);
    expect(runner.stats()).toEqual({ liveFrames: 0, liveBytes: 0, pipelines: 0, abandoned: 0 });
    expect(pipeline.stats().state).toBe('null');
    for (const call of [() => pipeline.take('out'), () => pipeline.push('a', new Uint8Array(1), 1)]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    }
    await expect(pipeline.start()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(await pipeline.close(0)).toBe(true);
  });

  test('that does not exist fails to start, and says why', async () => {
    const opened = await open(startRunner(), 'nosuchelement');
    await expect(opened.pipeline.start()).rejects.toMatchObject({ code: 'ERR_MISSING_ELEMENT' });
    expect(opened.events).toEqual([]);
  });

  test('that refuses to start tells what the element said', async () => {
    const { pipeline } = await open(startRunner(), 'filesrc name=f location=/nowhere ! identity name=tap ! fakesink');
    await expect(pipeline.start()).rejects.toMatchObject({
      code: 'ERR_STATE_CHANGE',
      element: 'f',
      factory: 'filesrc',
      domain: 'gst-resource-error-quark',
      number: 3,
    });
  });

  test('takes pictures, and drops them when they queue up', async () => {
    const runner = startRunner();
    const feed = 'appsrc name=source is-live=true format=time caps=image/jpeg ! identity name=tap';
    const { pipeline } = await open(runner, `${feed} ! appsink name=out sync=false async=false`, ['out']);
    const source = await open(runner, jpegs, ['out']);
    await Promise.all([pipeline.start(), source.pipeline.start()]);
    const { data, handle } = await until('a picture', () => source.pipeline.take('out'));
    const picture = Uint8Array.from(new Uint8Array(data instanceof Uint8Array ? data : new Uint8Array(data)));
    runner.releaseFrame(handle);
    expect(pipeline.push('source', picture, 1_000_000)).toBe(true);
    const back = await until('the picture', () => pipeline.take('out'));
    expect(Buffer.from(back.data instanceof Uint8Array ? back.data : new Uint8Array(back.data)).equals(picture)).toBe(
      true,
    );
    runner.releaseFrame(back.handle);
    const large = new Uint8Array(1_000_000);
    const taken = Array.from({ length: 20 }, () => pipeline.push('source', large, 3_000_000));
    expect(taken.filter((one) => one).length).toBeLessThan(6);
  });

  test('that is told what is impossible says so with an event', async () => {
    const opened = await open(startRunner(), jpegs, ['out']);
    await opened.pipeline.start();
    opened.pipeline.setProperty('nobody', 'drop', true);
    const error = await until('an error', () => errorOf(opened));
    expect(error).toMatchObject({ domain: 'lenscast-process', debug: 'ERR_NO_ELEMENT' });
    expect(() => opened.pipeline.take('nobody')).toThrow(expect.objectContaining({ code: 'ERR_NO_ELEMENT' }));
  });
});

describe('a process that dies', () => {
  test.each(['SIGSEGV', 'SIGABRT', 'SIGKILL', 'SIGBUS'] as const)('of %s is told of once', async (signal) => {
    const runner = startRunner();
    const opened = await open(runner, jpegs, ['out']);
    await opened.pipeline.start();
    await until('a frame', () => opened.rings > 0);
    for (const pid of processes()) process.kill(pid, signal);
    expect(await until('an error', () => errorOf(opened))).toMatchObject({
      domain: 'lenscast-process',
      message: `the camera's process died: ${signal}`,
    });
    expect(await opened.pipeline.close(1000)).toBe(true);
    expect(opened.events.filter(({ type }) => type === 'error')).toHaveLength(1);
    // The one for the next try is there already.
    const [next] = processes();
    expect(next).toBeDefined();
    const again = await open(runner, jpegs, ['out']);
    await again.pipeline.start();
    expect(processes()).toEqual([next]);
  });

  test('of a fault of its element is told of', async () => {
    const opened = await open(startRunner(), faulty('fault=segv after-buffers=3'));
    await opened.pipeline.start();
    const error = await until('an error', () => errorOf(opened));
    expect(error).toMatchObject({ message: "the camera's process died: SIGSEGV" });
  });

  test('while it starts rejects the start', async () => {
    const opened = await open(startRunner(), faulty('fault=hang-start'));
    const started = opened.pipeline.start();
    const pid = await until('its process', () => processes()[0]);
    process.kill(pid, 'SIGSEGV');
    await expect(started).rejects.toMatchObject({ code: 'ERR_STATE_CHANGE', domain: 'lenscast-process' });
    expect(opened.events).toEqual([]);
  });

  test('while it looks at a device rejects the look, and the next one has another process', async () => {
    const runner = startRunner();
    const description = `${pattern} ! faulty fault=segv ! appsink name=probe`;
    await expect(runner.probe(description, 5000)).rejects.toMatchObject({ domain: 'lenscast-process' });
    const { caps } = await runner.probe(`${pattern} ! appsink name=probe`, 5000);
    expect(caps).toContain('video/x-raw');
  });
});

test('a pipeline that refuses to stop ends with its process', async () => {
  const { pipeline } = await open(startRunner(), faulty('fault=hang-stop'));
  await pipeline.start();
  const beganMs = performance.now();
  expect(await pipeline.close(300)).toBe(true);
  expect(performance.now() - beganMs).toBeGreaterThan(250);
  expect(processes()).toEqual([]);
});

test('the next process starts beside one that is about to end, once', async () => {
  const runner = startRunner();
  const { pipeline } = await open(runner, faulty('fault=hang-stop'));
  await pipeline.start();
  const [old] = processes();
  runner.prepare();
  runner.prepare();
  const [next] = processes().filter((pid) => pid !== old);
  expect(processes()).toHaveLength(2);
  await pipeline.close(50);
  const again = await open(runner, jpegs, ['out']);
  await again.pipeline.start();
  expect(processes()).toEqual([next]);
});

test('a pipeline that refuses to start can be closed', async () => {
  const { pipeline } = await open(startRunner(), faulty('fault=hang-start'));
  const refused = expect(pipeline.start()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  expect(await pipeline.close(300)).toBe(true);
  await refused;
  expect(processes()).toEqual([]);
});

describe('looks', () => {
  test('share their process with the pipeline that follows', async () => {
    const runner = startRunner();
    expect(await runner.queryCaps('videotestsrc name=source', 5000)).toEqual(
      expect.arrayContaining([expect.any(String)]),
    );
    const [pid] = processes();
    const { pipeline } = await open(runner, jpegs, ['out']);
    await pipeline.start();
    expect(processes()).toEqual([pid]);
  });

  test('that nothing follows leave no process for long', async () => {
    await startRunner().queryCaps('videotestsrc name=source', 5000);
    expect(processes()).toHaveLength(1);
    await until('no process', () => processes().length === 0);
  });

  test('fail with the error of the addon', async () => {
    const runner = startRunner();
    await expect(runner.queryCaps('nosuchelement name=source', 5000)).rejects.toMatchObject({
      code: 'ERR_MISSING_ELEMENT',
    });
    await expect(runner.probe(`${pattern} ! faulty fault=hang ! appsink name=probe`, 300)).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
    });
  });
});

describe('the process', () => {
  /** One without a runner, and all that it said so far. */
  function startAlone() {
    const slots = FrameSlots.create();
    const child = spawn(process.execPath, [program, 'alone'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', slots.descriptor],
    });
    const stream = child.stdio[3];
    if (!(stream instanceof Duplex)) throw new Error('no stream');
    onTestFinished(() => {
      child.kill('SIGKILL');
      slots.close();
    });
    const said = { text: '' };
    stream.on('data', (chunk: Buffer) => {
      said.text += chunk.toString('latin1');
    });
    const tell = (message: object) => {
      for (const chunk of encodeMessage(message)) stream.write(chunk);
    };
    return { child, stream, said, tell };
  }

  async function playing() {
    const alone = startAlone();
    alone.tell({ type: 'open', description: jpegs, options: { sinks: ['out'] } });
    alone.tell({ type: 'start', id: 1 });
    await until('it plays', () => alone.said.text.includes('"done","id":1'));
    return alone;
  }

  test('ends when the server is gone', async () => {
    const { child, stream } = await playing();
    const ended = once(child, 'exit');
    stream.destroy();
    expect(await within('its end', 10_000, ended)).toEqual([0, null]);
  });

  test('lets the server decide when it ends', async () => {
    const { child, tell, said } = await playing();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
    tell({ type: 'probe', id: 2, description: `${pattern} ! appsink name=probe`, timeoutMs: 5000 });
    await until('an answer', () => said.text.includes('"done","id":2'));
    const ended = once(child, 'exit');
    tell({ type: 'close', timeoutMs: 1000 });
    expect(await within('its end', 10_000, ended)).toEqual([0, null]);
  });
});

test('many cycles leave no process, descriptor or memory file behind', async () => {
  const runner = startRunner();
  const cycle = async (crash: boolean) => {
    const { pipeline } = await open(runner, jpegs, ['out']);
    await pipeline.start();
    const frame = await until('a frame', () => pipeline.take('out'));
    if (crash) for (const pid of processes()) process.kill(pid, 'SIGSEGV');
    await pipeline.close(1000);
    runner.releaseFrame(frame.handle);
  };
  await cycle(false);
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (let i = 0; i < 10; i++) await cycle(i % 2 === 0);
  await runner.close();
  expect(childrenOf(process.pid).filter((pid) => commandOf(pid).includes('child.js') || commandOf(pid) === '')).toEqual(
    [],
  );
  await until('no more descriptors', () => descriptors() <= before);
  expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`lenscast-${process.pid}-`))).toEqual([]);
  expect(runner.stats()).toEqual({ liveFrames: 0, liveBytes: 0, pipelines: 0, abandoned: 0 });
});
