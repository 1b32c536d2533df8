import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSource, parseSource, type Source } from '../../../src/config/source.js';
import { isLensError, type LensError } from '../../../src/core/errors.js';

function refusal(text: string): LensError {
  try {
    parseSource(text);
  } catch (error) {
    if (isLensError(error, 'SOURCE_INVALID')) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('parseSource', () => {
  it.each<[string, Source]>([
    ['test:', { kind: 'test' }],
    ['v4l2:/dev/video0', { kind: 'v4l2', device: '/dev/video0' }],
    ['/dev/video12', { kind: 'v4l2', device: '/dev/video12' }],
    [
      'v4l2:/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1:1.0-video-index0',
      {
        kind: 'v4l2',
        device: '/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1:1.0-video-index0',
      },
    ],
    ['rtsp://10.0.0.7/live', { kind: 'rtsp', url: 'rtsp://10.0.0.7/live' }],
    ['RTSPS://cam.local:322', { kind: 'rtsp', url: 'rtsps://cam.local:322' }],
    ['rtsp://[fe80::1%25eth0]:554/a', { kind: 'rtsp', url: 'rtsp://[fe80::1%25eth0]:554/a' }],
    ['rtsp://u:p@h/user=a&pwd=b?c=d#e', { kind: 'rtsp', url: 'rtsp://u:p@h/user=a&pwd=b?c=d#e' }],
    ['rtsp://u:a@b:c@h/', { kind: 'rtsp', url: 'rtsp://u:a%40b%3Ac@h/' }],
    ["rtsp://u:it's!@h/", { kind: 'rtsp', url: 'rtsp://u:it%27s%21@h/' }],
    ['rtsp://u:%40%2F@h/', { kind: 'rtsp', url: 'rtsp://u:%40%2F@h/' }],
    ['http://h/kamera/köln', { kind: 'http', url: 'http://h/kamera/k%C3%B6ln' }],
    ['https://h/?action=stream', { kind: 'http', url: 'https://h/?action=stream' }],
    ['file:/videos/a b!.mp4', { kind: 'file', path: '/videos/a b!.mp4' }],
    ['file:///videos/a%20b.mp4', { kind: 'file', path: '/videos/a b.mp4' }],
    ['file://localhost/a.mp4', { kind: 'file', path: '/a.mp4' }],
    ['file:clips/100%.mp4', { kind: 'file', path: 'clips/100%.mp4' }],
    ['csi:0', { kind: 'csi', sensor: 0 }],
    ['csi:63', { kind: 'csi', sensor: 63 }],
  ])('%s', (text, source) => {
    expect(parseSource(text)).toEqual(source);
  });

  it.each([
    '',
    'test',
    'test:x',
    'videotestsrc ! autovideosink',
    'test: ! filesink location=/etc/passwd',
    'exec:rm',
    'ftp://h/x',
    'v4l2:',
    'v4l2:video0',
    'v4l2:/dev/../etc/passwd',
    'v4l2:/etc/passwd',
    'v4l2:/dev/video0 ! filesink',
    'rtsp:',
    'rtsp://',
    'rtsp:///live',
    'rtsp:/h/live',
    'rtsp://h:0/',
    'rtsp://h:65536/',
    'rtsp://h:/',
    'rtsp://h:x/',
    'rtsp://h/a b',
    'rtsp://h/" ! filesink location="/tmp/x',
    'rtsp://h/\\',
    'rtsp://h/%zz',
    'rtsp://h/\n',
    'rtsp://u:p/w@h/',
    'http://h ost/',
    'file:',
    'file:/',
    'file:/videos/',
    'file://server/a.mp4',
    'file:///a%0Ab.mp4',
    'file:///a%22b.mp4',
    'file:///%E0%A4%A',
    'file:/a"b.mp4',
    'csi:',
    'csi:-1',
    'csi:64',
    'csi:0x1',
    ' test:',
    `rtsp://h/${'x'.repeat(5000)}`,
    'rtsp://h/\u202e',
  ])('refuses %j and names what is allowed', (text) => {
    expect(refusal(text).message).toMatch(/Allowed are v4l2:.*rtsp:.*http:.*file:.*test:.*csi:/);
  });

  it('suggests what was probably meant', () => {
    expect(refusal('/videos/a.mp4').hint).toContain('"file:/videos/a.mp4"');
    expect(refusal('video0').hint).toContain('v4l2:/dev/video0');
  });

  it('either refuses a text or gives strings that are safe between double quotes in a description', () => {
    const prefix = fc.constantFrom(
      '',
      'rtsp://h/',
      'rtsp://u:',
      'http://',
      'file:',
      'file:///',
      'v4l2:/dev/',
      'csi:',
      'test:',
    );
    const hostile = fc.array(
      fc.oneof(
        fc.constantFrom('"', "'", '!', ' ', '\\', '\n', '\0', '@', ':', '/', '%22', '%0a', '=', '$('),
        fc.string({ unit: 'binary' }),
      ),
    );
    fc.assert(
      fc.property(prefix, hostile, (start, parts) => {
        let source: Source;
        try {
          source = parseSource(start + parts.join(''));
        } catch (error) {
          expect(isLensError(error, 'SOURCE_INVALID')).toBe(true);
          return;
        }
        const { kind, ...rest } = source;
        for (const value of Object.values(rest)) {
          expect(String(value)).not.toMatch(/["\\\p{Cc}]/u);
          if (kind !== 'file') expect(String(value)).toMatch(/^[!-~]*$/);
          if (kind !== 'file') expect(String(value)).not.toMatch(/[!']/);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('gives URLs that a URL parser reads back with the same user, password and host', () => {
    const secret = fc.stringMatching(/^[\w@:!'$&()*+,;=~.-]{1,20}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,8}$/), secret, (user, password) => {
        const source = parseSource(`http://${user}:${password}@cam.local:8080/x`);
        if (source.kind !== 'http') throw new Error('not http');
        const url = new URL(source.url);
        expect([url.username, decodeURIComponent(url.password), url.host]).toEqual([user, password, 'cam.local:8080']);
      }),
    );
  });

  it('never shows a password when it refuses', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('rtsp://', 'rtsp:/', 'ftp://', ''),
        fc.string({ unit: 'binary' }),
        (scheme, secret) => {
          const text = `${scheme}admin:${secret}@h:999999/`;
          const other = `${scheme}admin:""@h:999999/`;
          expect(refusal(text).message.split("can't")[0]).toBe(refusal(other).message.split("can't")[0]);
        },
      ),
    );
  });
});

describe('formatSource', () => {
  it('writes each kind as it may be given again, passwords masked', () => {
    for (const text of ['test:', 'v4l2:/dev/video0', 'rtsp://h/x', 'http://h/', 'file:/a b.mp4', 'csi:2']) {
      expect(formatSource(parseSource(text))).toBe(text);
    }
    expect(formatSource(parseSource('rtsp://u:secret@h/'))).toBe('rtsp://u:***@h/');
  });
});
