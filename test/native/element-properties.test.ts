import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';

const addon = loadAddon();

describe('elementProperties', () => {
  it('tells what can be written, and what an enumeration knows', () => {
    const properties = addon.elementProperties('jpegenc');
    expect(properties?.quality).toBeNull();
    expect(properties?.['idct-method']).toEqual(expect.arrayContaining(['islow', 'ifast', 'float']));
    expect(properties?.nothing).toBeUndefined();
  });

  it('leaves out what can only be read', () => {
    expect(addon.elementProperties('queue')).not.toHaveProperty('current-level-buffers');
  });

  it('knows no element that is not there', () => {
    expect(addon.elementProperties('nvv4l2h264enc')).toBeNull();
  });

  it('takes a name alone', () => {
    expect(() => addon.elementProperties(5 as unknown as string)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG' }),
    );
  });
});
