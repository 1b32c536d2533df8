import { describe, expect, it } from 'vitest';
import type { PipelineHandlers, PipelineOptions } from '../../src/native/addon.types.js';
import { addon, expectCode, expectRejection, jpegSource, openPipeline, sink, until } from './harness.js';

const handlers: PipelineHandlers = { onFrames() {}, onEvent() {} };
const open = (description: unknown, options: unknown = { sinks: [] }, given: unknown = handlers) =>
  addon.openPipeline(description as string, options as PipelineOptions, given as PipelineHandlers);

describe('openPipeline', () => {
  it('says which elements are missing', () => {
    expectCode(() => open('videotestsrc ! nosuchenc ! nosuchpay ! fakesink'), 'ERR_MISSING_ELEMENT', /nosuchenc/);
  });

  it.each([
    ['', /not a valid pipeline/],
    ['   ', /not a valid pipeline/],
    ['videotestsrc ! ! fakesink', /not a valid pipeline/],
    ['videotestsrc nosuchproperty=1 ! fakesink', /nosuchproperty/],
    ['videotestsrc num-buffers=many ! fakesink', /num-buffers/],
    ['videotestsrc ! video/x-raw,width=oops( ! fakesink', /not a valid pipeline/],
    ['fakesink ! videotestsrc', /not a valid pipeline/],
    ['\u{1F3A5} ( [', /not a valid pipeline/],
  ])('refuses %j', (description, message) => {
    expectCode(() => open(description), 'ERR_PARSE', message);
    expect(addon.stats().pipelines).toBe(0);
  });

  it('masks passwords in what the parser says', () => {
    expectCode(() => open('foo://joe:s3cret@host/live ! fakesink'), 'ERR_PARSE', /foo:\/\/joe:\*\*\*@host/);
    expectCode(
      () => open('uridecodebin uri=rtsp://joe:s3cret@host nosuch=1 ! fakesink'),
      'ERR_PARSE',
      /^(?!.*s3cret).*nosuch/s,
    );
  });

  it.each([
    [[undefined], /description must be a string, not undefined/],
    [[42], /description must be a string, not 42/],
    [['videotestsrc\0 ! fakesink'], /without NUL/],
    [['fakesrc ! fakesink', null], /options must be an object, not null/],
    [['fakesrc ! fakesink', {}], /options\.sinks must be an array, not undefined/],
    [['fakesrc ! fakesink', { sinks: 'a' }], /options\.sinks must be an array, not "a"/],
    [['fakesrc ! fakesink', { sinks: [1] }], /options\.sinks\[\] must be a string, not 1/],
    [['fakesrc ! fakesink', { sinks: [], tap: 7 }], /options\.tap must be a string, not 7/],
    [['fakesrc ! fakesink', { sinks: [] }, undefined], /handlers must be an object, not undefined/],
    [['fakesrc ! fakesink', { sinks: [] }, {}], /handlers\.onFrames must be a function/],
    [['fakesrc ! fakesink', { sinks: [] }, { onFrames() {} }], /handlers\.onEvent must be a function/],
    [['fakesrc ! fakesink name=a', { sinks: ['a'] }], /"a" is no appsink but fakesink/],
    [['fakesrc ! appsink name=a', { sinks: ['a', 'a'] }], /names "a" twice/],
    [['fakesrc ! fakesink name=a', { sinks: [], tap: 'a' }], /"a" has no pad "src"/],
  ])('refuses wrong arguments %#', (args, message) => {
    const [description, options = { sinks: [] }] = args as unknown[];
    const given = args.length > 2 ? args[2] : handlers;
    const loose = addon.openPipeline as (...args: unknown[]) => unknown;
    expectCode(() => loose(description, options, given), 'ERR_INVALID_ARG', message);
    expect(addon.stats().pipelines).toBe(0);
  });

  it('names an element that is not there', () => {
    expectCode(() => open('fakesrc ! appsink name=a', { sinks: ['b'] }), 'ERR_NO_ELEMENT', /no element "b"/);
    expectCode(() => open('fakesrc ! fakesink', { sinks: [], tap: 't' }), 'ERR_NO_ELEMENT', /no element "t"/);
  });

  it('makes a pipeline of a single element and of a bin', () => {
    expect(openPipeline('fakesrc name=only').pipeline.getProperty('only', 'num-buffers')).toBe(-1);
    expect(openPipeline('( fakesrc name=inner ! fakesink )').pipeline.getProperty('inner', 'name')).toBe('inner');
  });

  it('lets nobody else construct pipelines', () => {
    const { constructor: Forged } = openPipeline('fakesrc ! fakesink').pipeline as unknown as {
      constructor: new (...args: unknown[]) => unknown;
    };
    expectCode(() => new Forged(), 'ERR_INVALID_ARG', /openPipeline/);
    expectCode(() => new Forged({}), 'ERR_INVALID_ARG', /openPipeline/);
    const { take } = openPipeline('fakesrc ! fakesink').pipeline;
    expect(() => take.call({} as never, 'a')).toThrow(TypeError);
  });

  it('counts what is open', async () => {
    const { pipeline } = openPipeline('fakesrc ! fakesink');
    expect(addon.stats()).toMatchObject({ pipelines: 1, abandoned: 0 });
    expect(await pipeline.close(5000)).toBe(true);
    expect(addon.stats()).toMatchObject({ pipelines: 0, abandoned: 0 });
  });
});

describe('calls in the wrong order', () => {
  it('refuses what needs a started pipeline', () => {
    const { pipeline } = openPipeline(`appsrc name=in ! ${sink('out')}`, { sinks: ['out'] });
    expect(pipeline.take('out')).toBeNull();
    expectCode(() => pipeline.push('in', new Uint8Array(1), 10), 'ERR_STATE', /push\(\) before start/);
    expectCode(() => pipeline.endOfStream('in'), 'ERR_STATE', /endOfStream\(\) before start/);
    expectCode(() => pipeline.seek(0, { flush: true, segment: false }), 'ERR_STATE', /seek\(\) before start/);
  });

  it('starts once', async () => {
    const { pipeline } = openPipeline(`${jpegSource()} ! ${sink('out')}`, { sinks: ['out'] });
    const first = pipeline.start();
    await expectRejection(pipeline.start(), 'ERR_STATE', /called before/);
    await first;
    await expectRejection(pipeline.start(), 'ERR_STATE', /called before/);
  });

  it('refuses everything after close()', async () => {
    const { pipeline } = openPipeline(`appsrc name=in ! ${sink('out')}`, { sinks: ['out'] });
    const closing = pipeline.close(5000);
    for (const phase of ['closing', 'closed']) {
      expectCode(() => pipeline.take('out'), 'ERR_CLOSED', /closed/);
      expectCode(() => pipeline.setProperty('in', 'name', 'x'), 'ERR_CLOSED', /closed/);
      expectCode(() => pipeline.getProperty('in', 'name'), 'ERR_CLOSED', /closed/);
      expectCode(() => pipeline.push('in', new Uint8Array(1), 10), 'ERR_CLOSED', /closed/);
      expectCode(() => pipeline.endOfStream('in'), 'ERR_CLOSED', /closed/);
      expectCode(() => pipeline.seek(0, { flush: true, segment: false }), 'ERR_CLOSED', /closed/);
      await expectRejection(pipeline.start(), 'ERR_CLOSED', /closed/);
      expect(pipeline.stats(), phase).toMatchObject({ state: 'null' });
      await closing;
    }
    expect(await pipeline.close(0)).toBe(true);
  });

  it('checks the arguments of each method', async () => {
    const { pipeline } = openPipeline(`appsrc name=in ! ${sink('out')}`, { sinks: ['out'] });
    await pipeline.start();
    const loose = pipeline as unknown as Record<string, (...args: unknown[]) => unknown>;
    const wrong: [string, unknown[], RegExp][] = [
      ['take', [], /sink must be a string, not undefined/],
      ['setProperty', [1, 'a', 'b'], /element must be a string/],
      ['setProperty', ['in', null, 'b'], /property must be a string, not null/],
      ['setProperty', ['in', 'name', {}], /value must be a string, a number or a boolean, not an object/],
      ['getProperty', ['in'], /property must be a string/],
      ['push', ['in', [1, 2], 1], /bytes must be a Uint8Array, not an array/],
      ['push', ['in', new Int32Array(2), 1], /bytes must be a Uint8Array, not a typed array/],
      ['push', ['in', new Uint8Array(2), 0], /maxQueuedBytes must be an integer from 1/],
      ['push', ['in', new Uint8Array(2), 1.5], /maxQueuedBytes must be an integer .* not 1\.5/],
      ['push', ['out', new Uint8Array(2), 1], /"out" is no appsrc but appsink/],
      ['endOfStream', ['out'], /"out" is no appsrc but appsink/],
      ['seek', [-1, { flush: true, segment: true }], /positionMs must be a number from 0 .* not -1/],
      ['seek', [Number.NaN, { flush: true, segment: true }], /positionMs .* not NaN/],
      ['seek', [0], /options must be an object/],
      ['seek', [0, { flush: 1, segment: true }], /options\.flush must be a boolean, not 1/],
      ['seek', [0, { flush: true }], /options\.segment must be a boolean/],
    ];
    for (const [method, args, message] of wrong) {
      expectCode(() => loose[method]?.(...args), 'ERR_INVALID_ARG', message);
    }
    await expectRejection(loose.close?.() as Promise<unknown>, 'ERR_INVALID_ARG', /timeoutMs must be a number/);
    await expectRejection(loose.close?.(-1) as Promise<unknown>, 'ERR_INVALID_ARG', /timeoutMs .* not -1/);
    expectCode(() => pipeline.take('nope'), 'ERR_NO_ELEMENT', /"nope" is none of the pipeline's sinks/);
    expectCode(() => pipeline.push('nope', new Uint8Array(1), 1), 'ERR_NO_ELEMENT', /"nope"/);
    expectCode(() => pipeline.getProperty('nope', 'a'), 'ERR_NO_ELEMENT', /"nope"/);
    const detached = new Uint8Array(8);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expectCode(() => pipeline.push('in', detached, 1), 'ERR_INVALID_ARG', /bytes is detached/);
  });
});

describe('openPipelineAsync', () => {
  it('gives a pipeline that plays and is closed as any other', async () => {
    const events: string[] = [];
    let rings = 0;
    const pipeline = await addon.openPipelineAsync(
      `${jpegSource(100, 5)} ! identity name=tap ! ${sink('out')}`,
      { sinks: ['out'], tap: 'tap' },
      { onFrames: () => rings++, onEvent: ({ type }) => events.push(type) },
    );
    expect(addon.stats().pipelines).toBe(1);
    await pipeline.start();
    await until('the end', () => events.includes('eos'));
    expect(pipeline.stats().tap?.buffers).toBe(5);
    expect(rings).toBeGreaterThan(0);
    expect(await pipeline.close(5000)).toBe(true);
    expect(addon.stats().pipelines).toBe(0);
  });

  it.each([
    ['videotestsrc ! nosuchenc ! fakesink', { sinks: [] }, 'ERR_MISSING_ELEMENT', /nosuchenc/],
    ['videotestsrc ! ! fakesink', { sinks: [] }, 'ERR_PARSE', /not a valid pipeline/],
    ['fakesrc ! appsink name=a', { sinks: ['b'] }, 'ERR_NO_ELEMENT', /"b"/],
    [42, { sinks: [] }, 'ERR_INVALID_ARG', /description must be a string/],
    ['fakesrc ! fakesink', {}, 'ERR_INVALID_ARG', /options\.sinks/],
  ])('rejects with what openPipeline() throws: %j', async (description, options, code, message) => {
    const opening = addon.openPipelineAsync(description as string, options as PipelineOptions, handlers);
    await expectRejection(opening, code, message);
    expect(addon.stats().pipelines).toBe(0);
  });

  it('opens many at once', async () => {
    const description = `${jpegSource(100, 1)} ! ${sink('out')}`;
    const opening = Array.from({ length: 10 }, () =>
      addon.openPipelineAsync(description, { sinks: ['out'] }, handlers),
    );
    const pipelines = await Promise.all(opening);
    expect(addon.stats().pipelines).toBe(10);
    await Promise.all(pipelines.map((pipeline) => pipeline.close(5000)));
    expect(addon.stats().pipelines).toBe(0);
  });
});
