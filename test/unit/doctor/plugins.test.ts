import { describe, expect, it } from 'vitest';
import type { SourceKind } from '../../../src/config/source.js';
import { checkEncoders, type ProbedEncoder } from '../../../src/doctor/checks/encoders.js';
import { checkPlugins } from '../../../src/doctor/checks/plugins.js';
import { FEATURES } from '../../../src/doctor/features.js';

const needs = new URL('../../../scripts/system-deps/needs.mjs', import.meta.url).href;
const { RUNTIME } = (await import(needs)) as { RUNTIME: readonly { readonly package: string }[] };

const check = (missing: readonly string[], sources: readonly SourceKind[] = ['v4l2'], isJetson = false) =>
  checkPlugins({ has: (element) => !missing.includes(element), sources: new Set(sources), isJetson });

describe('checkPlugins', () => {
  it('is content in one line', () => {
    expect(check([])).toMatchObject([{ level: 'ok', check: 'plugin' }]);
  });

  it('names the feature, the elements and the package', () => {
    const [found, ...others] = check(['rtph264depay', 'rtspsrc'], ['rtsp']);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ level: 'problem', check: 'plugin' });
    expect(found?.message).toBe("Lenscast can't open RTSP cameras: GStreamer has no rtspsrc, rtph264depay");
    expect(found?.remedy).toBe('sudo apt-get install --no-install-recommends gstreamer1.0-plugins-good');
  });

  it('only warns of what no camera needs', () => {
    expect(check(['rtspsrc'], ['v4l2'])).toMatchObject([{ level: 'warning' }]);
    expect(check(['avdec_h265'], ['file'])).toMatchObject([{ level: 'problem' }]);
    expect(check(['textoverlay'], ['test', 'v4l2'])).toMatchObject([{ level: 'warning' }]);
    expect(check(['jpegenc'], [])).toMatchObject([{ level: 'problem' }]);
  });

  it('names a package once, and each of several', () => {
    const [found] = check(['avdec_h264', 'avdec_h265', 'h265parse'], ['rtsp']);
    expect(found?.remedy?.split(' ').slice(4)).toEqual(['gstreamer1.0-plugins-bad', 'gstreamer1.0-libav']);
  });

  it('speaks of CSI cameras on a Jetson, or where one is configured', () => {
    expect(check(['nvarguscamerasrc'])).toMatchObject([{ level: 'ok' }]);
    expect(check(['nvarguscamerasrc'], ['v4l2'], true)).toMatchObject([{ level: 'warning' }]);
    expect(check(['nvarguscamerasrc'], ['csi'])).toMatchObject([{ level: 'problem' }]);
  });
});

it('names the packages that the installation installs', () => {
  const installed = RUNTIME.map((need) => need.package).filter((name) => name.startsWith('gstreamer1.0-'));
  const named = new Set(FEATURES.flatMap(({ parts }) => parts.map((part) => part.package)));
  // Which of the encoders of H.264 is there is the encoders' finding.
  named.add('gstreamer1.0-plugins-ugly');
  expect([...named].filter((name) => name.startsWith('gstreamer1.0-')).sort()).toEqual([...new Set(installed)].sort());
});

describe('checkEncoders', () => {
  const encoders = (plugins: Readonly<Record<string, string>>, probed: readonly ProbedEncoder[] = []) =>
    checkEncoders({
      gstreamer: [1, 24],
      probed,
      find: (factory) => {
        const plugin = plugins[factory];
        return plugin === undefined ? null : { factory, plugin, version: '1.24.0', rank: 256 };
      },
    });

  it('tells hardware from software, and where to learn whether it works', () => {
    expect(encoders({ x264enc: 'x264', v4l2h264enc: 'video4linux2', jpegenc: 'jpeg' })).toEqual([
      {
        check: 'encoder',
        level: 'ok',
        message: 'H.264: v4l2h264enc (v4l2), x264enc (software)',
        remedy: 'lenscast probe tells whether each works',
      },
      { check: 'encoder', level: 'ok', message: 'JPEG: jpegenc (software)' },
    ]);
  });

  it('tells what is known of sessions, of the newest look at an encoder that is there', () => {
    const plugins = { vah264enc: 'va', v4l2h264enc: 'video4linux2', x264enc: 'x264' };
    const reason = 'with a second one at once: no session to spare';
    const told = encoders(plugins, [
      { row: 'vah264enc/va', format: 'jpeg 1280x720@30', reason: null },
      { row: 'vah264enc/va', format: 'jpeg 640x360@30', reason: 'it is older' },
      { row: 'v4l2h264enc/video4linux2', format: 'jpeg 1280x720@30', reason },
      { row: 'nvh264enc/nvcodec', format: 'jpeg 1280x720@30', reason: 'absent' },
    ]).slice(1);
    expect(told.map(({ level, message }) => [level, message])).toEqual([
      ['ok', 'vah264enc: two sessions at once work (jpeg 1280x720@30)'],
      ['warning', `v4l2h264enc can't be used (jpeg 1280x720@30): ${reason}`],
    ]);
  });

  it('takes an element of another plugin for another element', () => {
    const told = encoders({ nvjpegenc: 'someone', jpegenc: 'jpeg', x264enc: 'x264' }).map(({ message }) => message);
    expect(told).toEqual(['H.264: x264enc (software)', 'JPEG: jpegenc (software)']);
  });

  it('warns where nothing makes H.264', () => {
    expect(encoders({ jpegenc: 'jpeg' })[0]).toMatchObject({
      level: 'warning',
      check: 'encoder',
      remedy: 'sudo apt-get install --no-install-recommends gstreamer1.0-plugins-ugly',
    });
  });
});
