import { describe, expect, it } from 'vitest';
import { CATALOGUE, rowsFor } from '../../../../src/pipeline/catalogue/catalogue.js';
import { fitProperties } from '../../../../src/pipeline/catalogue/element-properties.js';
import { type FindElement, whyAbsent } from '../../../../src/pipeline/catalogue/presence.js';
import { isAtLeast, parseVersion, type Row } from '../../../../src/pipeline/catalogue/row.js';

function registry(elements: Readonly<Record<string, string>>): FindElement {
  return (factory) => {
    const plugin = elements[factory];
    return plugin === undefined ? null : { factory, plugin, version: '1.0', rank: 256 };
  };
}

function row(id: string): Row {
  const found = [...CATALOGUE.decode, ...CATALOGUE.scale, ...CATALOGUE.jpeg, ...CATALOGUE.h264].find(
    (each) => each.id === id,
  );
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

describe('whyAbsent', () => {
  it("tells Jetson's nvjpegenc from upstream's by the plugin", () => {
    const jetson = registry({ nvjpegenc: 'nvjpeg' });
    const upstream = registry({ nvjpegenc: 'nvcodec' });
    expect(whyAbsent(row('nvjpegenc/nvjpeg'), jetson, [1, 20])).toBeNull();
    expect(whyAbsent(row('nvjpegenc/nvcodec'), jetson, [1, 24])).toMatch('of the plugin nvjpeg and not nvcodec');
    expect(whyAbsent(row('nvjpegenc/nvcodec'), upstream, [1, 24])).toBeNull();
    expect(whyAbsent(row('nvjpegenc/nvjpeg'), upstream, [1, 24])).toMatch('of the plugin nvcodec and not nvjpeg');
  });

  it.each([
    ['vajpegenc/va', { vajpegenc: 'va' }, [1, 24], 'needs GStreamer 1.26'],
    ['vajpegenc/va', { vajpegenc: 'va' }, [1, 26], null],
    ['nvjpegenc/nvcodec', { nvjpegenc: 'nvcodec' }, [1, 22], 'needs GStreamer 1.24'],
    ['nvh264dec/nvcodec/h264', { nvh264dec: 'nvcodec', h264parse: 'videoparsersbad' }, [1, 16], 'needs GStreamer 1.18'],
  ] as const)('%s with %j on %j', (id, elements, gstreamer, why) => {
    expect(whyAbsent(row(id), registry({ ...elements }), gstreamer)).toBe(why);
  });

  it('names what the chain needs besides', () => {
    const find = registry({ nvv4l2decoder: 'nvvideo4linux2' });
    expect(whyAbsent(row('nvv4l2decoder/nvvideo4linux2/jpeg'), find, [1, 20])).toBe('without jpegparse and nvvidconv');
    expect(whyAbsent(row('nvv4l2h264enc/nvvideo4linux2'), find, [1, 20])).toBe('absent');
  });

  it('takes software of any plugin, which may move to another', () => {
    expect(whyAbsent(row('lenscastscale/software'), registry({ lenscastscale: 'any' }), [1, 22])).toBeNull();
  });
});

describe('versions', () => {
  it('compare by number, not by digit', () => {
    expect(isAtLeast(parseVersion('1.22.0'), [1, 18])).toBe(true);
    expect(isAtLeast(parseVersion('1.9.3'), [1, 18])).toBe(false);
    expect(isAtLeast(parseVersion('2.0.0'), [1, 18])).toBe(true);
  });
});

describe('fitProperties', () => {
  const known = { bitrate: null, preset: ['low-latency-hp', 'hq'], 'rc-mode': ['cbr', 'vbr'], aud: null };

  it('leaves out what the element does not have', () => {
    expect(fitProperties({ bitrate: 5, bframes: 0 }, known)).toEqual({ bitrate: 5 });
  });

  it('takes the first nick that the enumeration has, else none', () => {
    expect(fitProperties({ preset: ['p2', 'low-latency-hp'], 'rc-mode': ['cqp'] }, known)).toEqual({
      preset: 'low-latency-hp',
    });
  });

  it('takes a number where no nick fits', () => {
    expect(fitProperties({ 'rc-mode': ['constant_bitrate', 1] }, known)).toEqual({ 'rc-mode': 1 });
  });

  it('takes the first of all where nothing is known of the element', () => {
    expect(fitProperties({ preset: ['p2', 'hq'], aud: false }, null)).toEqual({ preset: 'p2', aud: false });
  });
});

describe('rowsFor', () => {
  it('decodes what is delivered, and nothing where pictures are raw', () => {
    const decoders = (codec: 'jpeg' | 'h265' | null) => rowsFor(codec).filter(({ job }) => job === 'decode');
    expect(new Set(decoders('h265').map((each) => each.job === 'decode' && each.codec))).toEqual(new Set(['h265']));
    expect(decoders(null)).toEqual([]);
    expect(rowsFor(null)).toHaveLength(CATALOGUE.scale.length + CATALOGUE.jpeg.length + CATALOGUE.h264.length);
  });

  it('has ids of its own for each row', () => {
    const ids = [...CATALOGUE.decode, ...CATALOGUE.scale, ...CATALOGUE.jpeg, ...CATALOGUE.h264].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
