import { afterEach, describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';
import type { NativePipeline } from '../../src/native/addon.types.js';

const addon = loadAddon();
const handlers = { onFrames() {}, onEvent() {} };
let pipeline: NativePipeline | undefined;
afterEach(() => pipeline?.close(2000));

describe('a decodebin', () => {
  it.each(['decodebin name=d', 'bin.( decodebin name=d )'])('takes software alone: %s', (decoder) => {
    pipeline = addon.openPipeline(`videotestsrc ! fakesink  ${decoder}`, { sinks: [] }, handlers);
    expect(pipeline.getProperty('d', 'force-sw-decoders')).toBe(true);
  });
});
