import { expect, it } from 'vitest';
import type { PropertyValue } from '../../src/native/addon.types.js';
import { addon, expectCode, jpegSource, openPipeline, sink, takeCopy, until } from './harness.js';

const description =
  'videotestsrc name=src is-live=true ! capsfilter name=filter ! jpegenc name=enc ! valve name=v drop=true ! ' +
  `filesink name=file location=/dev/null videotestsrc ! x264enc name=x ! ${sink('out')} appsrc name=in ! fakesink`;

it.each<[string, string, PropertyValue, PropertyValue]>([
  ['v', 'drop', false, false],
  ['v', 'drop', 'true', true],
  ['enc', 'quality', 42, 42],
  ['enc', 'quality', '43', 43],
  ['src', 'num-buffers', -1, -1],
  ['src', 'timestamp-offset', 2 ** 40, 2 ** 40],
  ['src', 'foreground-color', 4294967295, 4294967295],
  ['src', 'pattern', 'ball', 'ball'],
  ['src', 'pattern', 18, 'ball'],
  ['src', 'name', 'src', 'src'],
  ['file', 'location', '/tmp/a b.bin', '/tmp/a b.bin'],
  ['filter', 'caps', 'video/x-raw,width=32,framerate=15/1', 'video/x-raw, width=(int)32, framerate=(fraction)15/1'],
  ['x', 'ip-factor', 1.25, 1.25],
  // Flags read as the element names them; x264enc has its names and nicks the wrong way round.
  ['x', 'tune', 'zerolatency', 'Zero latency'],
  ['x', 'tune', 'fastdecode+zerolatency', 'Fast decode+Zero latency'],
  ['in', 'caps', 'image/jpeg', 'image/jpeg'],
  ['out', 'drop', true, true],
  ['out', 'max-buffers', 7, 7],
])('sets %s.%s to %j', (element, property, value, expected) => {
  const { pipeline } = openPipeline(description);
  pipeline.setProperty(element, property, value);
  expect(pipeline.getProperty(element, property)).toBe(expected);
});

it.each<[string, string, PropertyValue, RegExp]>([
  ['v', 'drop', 1, /takes a gboolean, not 1/],
  ['v', 'drop', 'perhaps', /takes a gboolean, not "perhaps"/],
  ['enc', 'quality', true, /takes a gint, not true/],
  ['enc', 'quality', 101, /within its range, not 101/],
  ['enc', 'quality', -1, /within its range, not -1/],
  ['enc', 'quality', 1.5, /takes a gint, not 1\.5/],
  ['enc', 'quality', Number.NaN, /not nan/i],
  ['enc', 'quality', 2 ** 33, /takes a gint, not/],
  ['enc', 'quality', '12abc', /not "12abc"/],
  ['enc', 'quality', '101', /within its range, not "101"/],
  ['src', 'foreground-color', -1, /takes a guint, not -1/],
  ['src', 'pattern', 'nosuch', /not "nosuch"/],
  ['src', 'pattern', 9999, /within its range, not 9999/],
  ['src', 'name', 3, /takes a gchararray, not 3/],
  ['filter', 'caps', 'video/x-raw,width=(', /takes a GstCaps/],
  ['filter', 'caps', 5, /takes a GstCaps, not 5/],
  ['x', 'ip-factor', Number.POSITIVE_INFINITY, /takes a gfloat/],
])('refuses %s.%s = %j', (element, property, value, message) => {
  const { pipeline } = openPipeline(description);
  const before = pipeline.getProperty(element, property);
  expectCode(() => pipeline.setProperty(element, property, value), 'ERR_INVALID_ARG', message);
  expect(pipeline.getProperty(element, property)).toBe(before);
});

it('names what is not there or not allowed', async () => {
  const { pipeline } = openPipeline(`${jpegSource()} ! identity name=id ! ${sink('out')}`, { sinks: ['out'] });
  expectCode(() => pipeline.getProperty('out', 'nosuch'), 'ERR_NO_PROPERTY', /no property "nosuch" of element "out"/);
  expectCode(() => pipeline.setProperty('out', 'nosuch', 1), 'ERR_NO_PROPERTY', /no property "nosuch"/);
  expectCode(() => pipeline.setProperty('out', 'eos', true), 'ERR_NO_PROPERTY', /can't be written/);
  expectCode(() => pipeline.setProperty('nosuch', 'a', 1), 'ERR_NO_ELEMENT', /no element "nosuch"/);
  await pipeline.start();
});

it('refuses what may not change while playing', async () => {
  const { pipeline } = openPipeline(
    `videotestsrc is-live=true ! x264enc name=x tune=zerolatency ! filesink name=file location=/dev/null`,
  );
  pipeline.setProperty('x', 'bitrate', 500);
  await pipeline.start();
  await until('playing', () => pipeline.stats().state === 'playing');
  pipeline.setProperty('x', 'bitrate', 600);
  expect(pipeline.getProperty('x', 'bitrate')).toBe(600);
});

it('reads empty and structured values', () => {
  const { pipeline } = openPipeline('appsrc name=in ! filesink name=file');
  expect(pipeline.getProperty('in', 'caps')).toBe('');
  expect(pipeline.getProperty('file', 'location')).toBe('');
  expect(pipeline.getProperty('file', 'last-sample')).toBe('');
  expect(typeof pipeline.getProperty('in', 'parent')).toBe('string');
});

it('opens and shuts a valve while playing', async () => {
  const { pipeline } = openPipeline(`${jpegSource()} ! identity name=tap ! valve name=v drop=true ! ${sink('out')}`, {
    sinks: ['out'],
    tap: 'tap',
  });
  const received = () => pipeline.stats().sinks.out?.received ?? 0;
  await pipeline.start();
  await until('frames at the tap', () => (pipeline.stats().tap?.buffers ?? 0) >= 5);
  expect(received()).toBe(0);
  pipeline.setProperty('v', 'drop', false);
  await until('frames', () => received() >= 3);
  pipeline.setProperty('v', 'drop', true);
  // One may be on its way already.
  const shut = received();
  const seen = pipeline.stats().tap?.buffers ?? 0;
  await until('more frames at the tap', () => (pipeline.stats().tap?.buffers ?? 0) >= seen + 10);
  expect(received()).toBeLessThanOrEqual(shut + 1);
  takeCopy(pipeline, 'out');
  expect(addon.stats().liveFrames).toBe(0);
});

it('changes a quality live', async () => {
  const { pipeline } = openPipeline(
    `videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=100/1 ! jpegenc name=enc quality=95 ! ${sink('out')}`,
    { sinks: ['out'] },
  );
  await pipeline.start();
  const sizes: number[] = [];
  const next = () => {
    const frame = takeCopy(pipeline, 'out');
    if (frame) sizes.push(frame.bytes.length);
    return sizes;
  };
  await until('a large frame', () => next().length > 0);
  const large = sizes[0] as number;
  pipeline.setProperty('enc', 'quality', 10);
  await until('a small frame', () => (next().at(-1) ?? large) < large / 2);
});
