import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorize, basicAuthorization, mayKeepCredentials } from '../../../../src/camera/http/authorization.js';

const mufasa = { user: 'Mufasa', password: 'Circle of Life' };
const request = { method: 'GET', target: '/dir/index.html' };

/** RFC 7616, section 3.9.1. */
const rfc7616 = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const clientNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');

function fieldsOf(header: string | null): Record<string, string> {
  const pairs = (header ?? '').matchAll(/([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, token]) => [name, quoted ?? token]));
}

describe('authorize', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('answers as the example of RFC 7616 for %s', (algorithm, response) => {
    const header = authorize(rfc7616(algorithm), mufasa, request, clientNonce);
    expect(header).toMatch(/^Digest /);
    expect(fieldsOf(header)).toEqual({
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      uri: '/dir/index.html',
      algorithm,
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      nc: '00000001',
      cnonce: clientNonce,
      qop: 'auth',
      response,
      opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    });
    // RFC 7616, section 3.4: these three are not quoted.
    expect(header).toMatch(/algorithm=[A-Z]/);
    expect(header).toContain('qop=auth');
    expect(header).toContain('nc=00000001');
  });

  it('prefers SHA-256 where both are offered, in one header or in two joined', () => {
    const both = `${rfc7616('MD5')}, ${rfc7616('SHA-256')}`;
    expect(fieldsOf(authorize(both, mufasa, request, clientNonce)).algorithm).toBe('SHA-256');
  });

  it('answers as RFC 2069 where the server offers no qop', () => {
    const challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const fields = fieldsOf(authorize(challenge, mufasa, request, 'unused'));
    const secret = md5('Mufasa:testrealm@host.com:Circle of Life');
    const expected = md5(`${secret}:dcd98b7102dd2f0e8b11d0f600bfb0c093:${md5('GET:/dir/index.html')}`);
    expect(fields.response).toBe(expected);
    for (const absent of ['qop', 'nc', 'cnonce', 'opaque']) expect(fields).not.toHaveProperty(absent);
  });

  it('makes the session key of the -sess algorithms', () => {
    const fields = fieldsOf(authorize(rfc7616('MD5-sess'), mufasa, request, clientNonce));
    const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
    const a1 = md5(`${md5('Mufasa:http-auth@example.org:Circle of Life')}:${nonce}:${clientNonce}`);
    const a2 = md5('GET:/dir/index.html');
    expect(fields.response).toBe(md5(`${a1}:${nonce}:00000001:${clientNonce}:auth:${a2}`));
    expect(fields.algorithm).toBe('MD5-sess');
  });

  it('takes digest before basic, whatever their order, and basic where digest can not be done', () => {
    const basic = 'Basic realm="a camera", charset="UTF-8"';
    expect(authorize(`${basic}, ${rfc7616('MD5')}`, mufasa, request)).toMatch(/^Digest /);
    expect(authorize(`${rfc7616('MD5')}, ${basic}`, mufasa, request)).toMatch(/^Digest /);
    expect(authorize(`${rfc7616('SHA-512-256')}, ${basic}`, mufasa, request)).toBe(basicAuthorization(mufasa));
    expect(authorize('BASIC realm=x', mufasa, request)).toBe(basicAuthorization(mufasa));
    expect(authorize('Negotiate', mufasa, request)).toBeNull();
    expect(authorize('', mufasa, request)).toBeNull();
    expect(authorize('Digest realm="no nonce"', mufasa, request)).toBeNull();
  });

  it('reads a challenge that is written carelessly, and a realm as it stands', () => {
    const challenge = 'digest  REALM = "a, b \\"c\\"" ,Nonce=abc,qop=auth,algorithm="MD5"';
    const fields = fieldsOf(authorize(challenge, mufasa, request, 'x'));
    expect(fields).toMatchObject({ realm: 'a, b \\"c\\"', nonce: 'abc', algorithm: 'MD5' });
    const secret = md5('Mufasa:a, b \\"c\\":Circle of Life');
    expect(fields.response).toBe(md5(`${secret}:abc:00000001:x:auth:${md5('GET:/dir/index.html')}`));
  });

  it('keeps a user’s quotes, and letters that no header can hold, as UTF-8', () => {
    const user = 'Jürgen "ż"';
    const header = authorize(rfc7616('MD5'), { user, password: 'p' }, request, clientNonce) ?? '';
    expect(header).toMatch(/^[\x20-\xff]+$/);
    const sent = Buffer.from(fieldsOf(header).username ?? '', 'latin1').toString('utf8');
    expect(sent).toBe('Jürgen \\"ż\\"');
  });

  it('never uses a client nonce twice', () => {
    const nonces = Array.from({ length: 20 }, () => fieldsOf(authorize(rfc7616('MD5'), mufasa, request)).cnonce);
    expect(new Set(nonces).size).toBe(20);
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('basicAuthorization', () => {
  it('is that of RFC 7617', () => {
    expect(basicAuthorization({ user: 'Aladdin', password: 'open sesame' })).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
    // Section 2.1: U+00A3 as UTF-8.
    expect(basicAuthorization({ user: 'test', password: '123£' })).toBe('Basic dGVzdDoxMjPCow==');
  });
});

describe('mayKeepCredentials', () => {
  it.each([
    ['http://cam/', 'http://cam/stream', true],
    ['http://cam/', 'https://cam/stream', true],
    ['https://cam/', 'https://cam/stream', true],
    ['https://cam/', 'http://cam/stream', false],
    ['http://cam/', 'http://cam:8080/', false],
    ['http://cam/', 'http://cam.evil.example/', false],
    ['http://cam/', 'http://evil@cam2/', false],
  ])('from %s to %s: %s', (from, to, may) => {
    expect(mayKeepCredentials(new URL(from), new URL(to))).toBe(may);
  });
});
