import { describe, expect, it, onTestFinished } from 'vitest';
import { FrameSlots } from '../../../src/isolation/frame-slots.js';
import { PipelineHost } from '../../../src/isolation/pipeline-host.js';
import type { FromProcess, ToProcess } from '../../../src/isolation/protocol.js';
import type { NativeFrame, NativePipeline } from '../../../src/native/addon.types.js';
import { FakeAddon, type FakePipeline, until } from '../fakes.js';

const none = new Uint8Array(0);

function frame(sequence: number, text: string): NativeFrame {
  const data = Uint8Array.from(Buffer.from(text)).buffer;
  return { handle: 100 + sequence, data, width: 4, height: 2, captureMs: 1, arrivalMs: 2, sequence, keyframe: true };
}

function host(sinks: readonly string[] = ['a', 'b']) {
  const addon = new FakeAddon();
  const sent: FromProcess[] = [];
  const slots = FrameSlots.create();
  onTestFinished(() => slots.close());
  const made = new PipelineHost({ addon, slots, send: (message) => sent.push(message) });
  onTestFinished(() => made.close(0));
  const tell = (message: ToProcess, body = none) => made.handle(message, body);
  tell({ type: 'open', description: 'x', options: { sinks, tap: 'tap' } });
  const read = (sink: number, bytes: number) => {
    const target = Buffer.alloc(bytes);
    slots.read(sink, target);
    return target.toString();
  };
  return { addon, sent, tell, read, made, pipeline: addon.pipelines[0] as FakePipeline };
}

const framesOf = (sent: readonly FromProcess[]) => sent.filter((message) => message.type === 'frame');

describe('frames', () => {
  it('lie in the slot of their sink, and are released at once', () => {
    const { addon, pipeline, sent, read } = host();
    pipeline.frames.set('b', [frame(7, 'picture')]);
    pipeline.ring();
    expect(framesOf(sent)).toMatchObject([{ sink: 1, bytes: 7, sequence: 7, width: 4, height: 2, keyframe: true }]);
    expect(read(1, 7)).toBe('picture');
    expect(addon.released).toEqual([107]);
  });

  it('wait in the addon while the last one is unread; each sink for itself', () => {
    const { pipeline, sent, tell, read } = host();
    pipeline.frames.set('a', [frame(1, 'one')]);
    pipeline.ring();
    pipeline.frames.set('a', [frame(3, 'three')]);
    pipeline.frames.set('b', [frame(1, 'other')]);
    pipeline.ring();
    expect(framesOf(sent)).toMatchObject([{ sink: 0, sequence: 1 }, { sink: 1 }]);
    expect(read(0, 3)).toBe('one');
    tell({ type: 'taken', sink: 0 });
    expect(framesOf(sent).at(-1)).toMatchObject({ sink: 0, sequence: 3 });
    expect(read(0, 5)).toBe('three');
  });

  it('that are too long for a slot are told as an error, and released', () => {
    const { addon, pipeline, sent } = host();
    pipeline.frames.set('a', [{ ...frame(1, ''), data: new ArrayBuffer(64 * 1024 * 1024 + 1) }]);
    pipeline.ring();
    expect(addon.released).toEqual([101]);
    expect(sent).toMatchObject([{ type: 'event', event: { type: 'error', domain: 'lenscast-process' } }]);
  });
});

describe('calls', () => {
  it('are answered', async () => {
    const { addon, sent, tell } = host();
    addon.queryCapsResult = () => Promise.resolve(['image/jpeg']);
    addon.probeResult = () => Promise.reject(Object.assign(new Error('late'), { code: 'ERR_TIMEOUT' }));
    tell({ type: 'queryCaps', id: 4, description: 'v', timeoutMs: 1 });
    tell({ type: 'probe', id: 5, description: 'p', timeoutMs: 1 });
    await until('two answers', () => sent.length === 2);
    expect(sent).toContainEqual({ type: 'done', id: 4, result: ['image/jpeg'] });
    expect(sent).toContainEqual({ type: 'failed', id: 5, error: { code: 'ERR_TIMEOUT', message: 'late' } });
  });

  it('to start fail with what the opening threw', async () => {
    const { addon, sent, tell } = host();
    addon.onOpen = () => {
      throw Object.assign(new Error('no such thing'), { code: 'ERR_PARSE' });
    };
    const other = new PipelineHost({ addon, slots: new FrameSlots(-1), send: (message) => sent.push(message) });
    other.handle({ type: 'open', description: 'bad', options: { sinks: [] } }, none);
    other.handle({ type: 'set', element: 'e', property: 'p', value: 1 }, none);
    other.handle({ type: 'start', id: 1 }, none);
    await until('an answer', () => sent.length > 0);
    expect(sent).toEqual([{ type: 'failed', id: 1, error: { code: 'ERR_PARSE', message: 'no such thing' } }]);
    tell({ type: 'close', timeoutMs: 0 });
  });

  it('that nobody waits for tell their errors as events', () => {
    const { pipeline, sent, tell } = host();
    pipeline.setProperty = () => {
      throw Object.assign(new Error('no element "e"'), { code: 'ERR_NO_ELEMENT' });
    };
    tell({ type: 'set', element: 'e', property: 'p', value: 1 });
    expect(sent).toEqual([
      {
        type: 'event',
        event: {
          type: 'error',
          element: 'set',
          factory: '',
          domain: 'lenscast-process',
          number: 0,
          message: 'no element "e"',
          debug: 'ERR_NO_ELEMENT',
        },
      },
    ]);
  });

  it('to set and to push arrive', () => {
    const { pipeline, tell } = host();
    const pushed: string[] = [];
    const push: NativePipeline['push'] = (element, bytes, most) => {
      pushed.push(`${element} ${Buffer.from(bytes)} ${most}`);
      return true;
    };
    Object.assign(pipeline, { push });
    tell({ type: 'set', element: 'v', property: 'drop', value: false });
    tell({ type: 'push', element: 'source', maxQueuedBytes: 9 }, Buffer.from('jpeg'));
    expect(pipeline.properties.get('v.drop')).toBe(false);
    expect(pushed).toEqual(['source jpeg 9']);
  });

  it('end with close', async () => {
    const { pipeline, sent, tell, made } = host();
    await made.close(10);
    expect(pipeline.closed).toBe(true);
    tell({ type: 'set', element: 'v', property: 'drop', value: false });
    expect(pipeline.properties.size).toBe(0);
    expect(sent).toEqual([]);
  });
});

it('tells the figures four times a second, and before an error', async () => {
  const { pipeline, sent, tell } = host();
  tell({ type: 'start', id: 1 });
  await until('figures', () => sent.filter(({ type }) => type === 'stats').length >= 2);
  sent.length = 0;
  pipeline.tap = { buffers: 9, bytes: 9, corrupt: 1, damaged: 0, lastMs: 5, caps: 'image/jpeg' };
  pipeline.handlers.onEvent({ type: 'eos' });
  expect(sent.slice(-2)).toMatchObject([{ type: 'stats', stats: { tap: { buffers: 9 } } }, { type: 'event' }]);
});
