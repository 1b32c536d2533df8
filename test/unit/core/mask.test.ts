import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCredentials, maskUrl } from '../../../src/core/mask.js';

const scheme = fc.constantFrom('rtsp', 'rtsps', 'http', 'https', 'RTSP', 'rtspt');
const user = fc.stringMatching(/^[a-zA-Z0-9._%-]{1,12}$/);
const host = fc.constantFrom('10.0.0.7', 'cam.local:8554', '[fe80::1]:554');
const path = fc.constantFrom('', '/', '/live/ch0?x=1', '/a:b');
/** Any printable character but white space: `@`, `:`, `/`, `?`, `#`, quotes, other scripts. */
const password = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => !/\s/.test(text));
const encoded = password.map((text) => encodeURIComponent(text));
const words = fc.stringMatching(/^[a-z ,.()]{0,20}$/);

describe('maskCredentials', () => {
  it('masks any password in a URL inside a text, and keeps everything else', () => {
    fc.assert(
      fc.property(scheme, user, fc.oneof(password, encoded), host, path, words, (s, u, secret, h, p, around) => {
        const text = `${around} ${s}://${u}:${secret}@${h}${p} ${around}`;
        expect(maskCredentials(text)).toBe(`${around} ${s}://${u}:***@${h}${p} ${around}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('says the same whatever the password is, also where an @ follows in the path or a second URL', () => {
    fc.assert(
      fc.property(password, password, words, (one, other, around) => {
        const text = (secret: string) =>
          `${around} rtsp://u:${secret}@h/a@b?c=d@e,http://x:${secret}@y "http://v:${secret}@z"`;
        expect(maskCredentials(text(one))).toBe(maskCredentials(text(other)));
      }),
    );
  });

  it('masks query parameters that are secrets', () => {
    const name = fc.constantFrom('password', 'PWD', 'pass', 'passwd', 'loginpas', 'user_pw', 'psw', 'token', 'api_key');
    const value = encoded.filter((text) => !text.includes('&'));
    fc.assert(
      fc.property(name, value, (n, secret) => {
        expect(maskCredentials(`http://h/video.cgi?user=bob&${n}=${secret}&x=1 refused`)).toBe(
          `http://h/video.cgi?user=bob&${n}=***&x=1 refused`,
        );
      }),
    );
  });

  it.each([
    ['rtsp://h/user=admin&password=tlJw&channel=1', 'rtsp://h/user=admin&password=***&channel=1'],
    ['rtsp://h/user=admin_password=tlJw_channel=1', 'rtsp://h/user=admin_password=***'],
    ['rtsp://u:p@h/?auth=abc', 'rtsp://u:***@h/?auth=***'],
    ['rtsp://u:@h/', 'rtsp://u:***@h/'],
    ['rtsp://u:a b@h/', 'rtsp://u:a b@h/'],
  ])('%s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });

  it.each([
    'rtsp://10.0.0.7:554/live?channel=1',
    'http://user@host/path',
    'http://[::1]:8080/stream',
    'no url, but a:b@c and password=x',
    'at 12:30 mail a@b',
    '://',
    '',
  ])('leaves %j as it is', (text) => {
    expect(maskCredentials(text)).toBe(text);
  });

  it('takes linear time on hostile text', () => {
    const text = `${'pas'.repeat(300_000)} ${'://'.repeat(100_000)} ${'a'.repeat(1_000_000)}`;
    expect(maskCredentials(text)).toBe(text);
  });
});

describe('maskUrl', () => {
  it.each([
    ['rtsp://u:my pass@h/', 'rtsp://u:***@h/'],
    ['admin:secret@10.0.0.7', 'admin:***@10.0.0.7'],
    ['rtsp:/u:secret@h', 'rtsp:***@h'],
    ['rtsp://u:p@h/x', 'rtsp://u:***@h/x'],
    ['file:/a b.mp4', 'file:/a b.mp4'],
  ])('%s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });

  it('never shows a password, with white space or without', () => {
    fc.assert(
      fc.property(user, fc.string({ unit: 'grapheme', minLength: 1 }), host, (u, secret, h) => {
        expect(maskUrl(`rtsp://${u}:${secret}@${h}/live`)).toBe(`rtsp://${u}:***@${h}/live`);
      }),
    );
  });
});
