import { describe, expect, it } from 'vitest';
import { restHarness } from './rest-harness.js';

describe('methods', () => {
  it.each([
    ['/', 'GET, HEAD, OPTIONS'],
    ['/api/cameras', 'GET, HEAD, OPTIONS'],
    ['/api/cameras/front/tiers/low', 'GET, HEAD, OPTIONS, PUT'],
    ['/api/viewers/a', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['/cameras/front/stream', 'GET, HEAD, OPTIONS'],
    ['/behind/a/proxy/stream', 'GET, HEAD, OPTIONS'],
  ])('%s has %s, and says so', async (path, allowed) => {
    const { ask } = restHarness();
    const options = await ask('OPTIONS', path);
    expect([options.status, options.headers.get('Allow'), await options.text()]).toEqual([204, allowed, '']);
    const other = await ask('POST', path, {});
    expect([other.status, other.headers.get('Allow')]).toEqual([405, allowed]);
    expect(await other.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', allowed: allowed.split(', ') });
  });

  it('are all 404 where there is nothing', async () => {
    const { ask } = restHarness();
    for (const method of ['GET', 'OPTIONS', 'PUT', 'DELETE']) {
      const response = await ask(method, '/api/nothing');
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    }
  });

  it('work for HEAD as for GET', async () => {
    const { ask } = restHarness();
    const response = await ask('HEAD', '/api/cameras');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('pages of other sites', () => {
  const path = '/api/cameras/front/profile';
  const put = (headers: Record<string, string>) =>
    restHarness().ask('PUT', path, { tier: 'low' }, { Host: 'cam.lan:8080', ...headers });

  it.each([
    ['another host', { Origin: 'http://evil.example' }],
    ['another port', { Origin: 'http://cam.lan:8081' }],
    ['a name that begins alike', { Origin: 'http://cam.lan:8080.evil.example' }],
    ['no host at all', { Origin: 'null' }],
    ['an extension', { Origin: 'moz-extension://cam.lan:8080' }],
    ['what the browser calls another site', { Origin: 'http://cam.lan:8080', 'Sec-Fetch-Site': 'cross-site' }],
    ['what the browser calls a sister site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('change nothing: %s', async (_, headers) => {
    const response = await put(headers);
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'ORIGIN_FORBIDDEN' }]);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  it.each([
    ['no browser', {}],
    ['the own page', { Origin: 'http://cam.lan:8080' }],
    ['the own page, told by the browser', { Origin: 'http://cam.lan', 'Sec-Fetch-Site': 'same-origin' }],
    ['the own page behind a proxy', { Origin: 'https://cam.example', 'X-Forwarded-Host': 'cam.example, inner' }],
    ['the own page on the usual port', { Host: 'cam.lan', Origin: 'http://cam.lan' }],
  ])('are told from %s', async (_, headers) => {
    expect((await put(headers)).status).toBe(200);
  });

  it('may look, but read nothing by scripts', async () => {
    const response = await restHarness().ask('GET', path, undefined, { Origin: 'http://evil.example' });
    expect([response.status, response.headers.get('Access-Control-Allow-Origin')]).toEqual([200, null]);
    const preflight = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'PUT' };
    const options = await restHarness().ask('OPTIONS', path, undefined, preflight);
    expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
