import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../../src/native/addon.js';
import { chain, element, quoted } from '../../../src/pipeline/syntax.js';

const addon = loadAddon();

/** What GStreamer makes of a value: the property of an element that was described with it. */
async function readBack(description: string): Promise<unknown> {
  const pipeline = addon.openPipeline(`${description} ! fakesink`, { sinks: [] }, { onFrames() {}, onEvent() {} });
  const value = pipeline.getProperty('source', 'location');
  await pipeline.close(1000);
  return value;
}

describe('element', () => {
  it('writes plain values as they are and puts the others in quotes', () => {
    expect(element('identity')).toBe('identity');
    expect(element('x', { name: 'a', drop: true, rate: 1.5, caps: 'image/jpeg,width=8', path: 'a b' })).toBe(
      'x name=a drop=true rate=1.5 caps="image/jpeg,width=8" path="a b"',
    );
  });

  it('leaves no value out of its quotes: GStreamer reads back each as it was', async () => {
    const awkward = fc.constantFrom(
      '"',
      '\\',
      '!',
      "'",
      ' ',
      ' ! ',
      '" ! fakesink ',
      '\\"',
      'name=x',
      ';',
      '(',
      ')',
      '{',
    );
    const value = fc
      .array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 8 })
      .map((pieces) => pieces.join(''))
      .filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(value, async (location) => {
        expect(await readBack(element('filesrc', { name: 'source', location: `/${location}` }))).toBe(`/${location}`);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what would end the description', () => {
    expect(() => quoted('a\0b')).toThrow(RangeError);
    expect(() => element('filesrc', { location: 'a\0b' })).toThrow(RangeError);
  });
});

describe('chain', () => {
  it('links its parts and leaves out empty ones', () => {
    expect(chain('a', '', 'b x=1', 'c')).toBe('a ! b x=1 ! c');
    expect(chain('a')).toBe('a');
  });
});
