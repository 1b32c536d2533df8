import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { restHarness } from './rest-harness.js';

const playerFolder = new URL('../../../src/web/player/', import.meta.url);

describe("a camera's page", () => {
  it('is found with and without its last slash, behind whatever path', async () => {
    const { ask } = restHarness();
    const moved = await ask('GET', '/cameras/front');
    expect([moved.status, moved.headers.get('Location')]).toEqual([308, 'front/']);
    const page = await ask('GET', '/cameras/front/');
    expect(page.status).toBe(200);
    const html = await page.text();
    const addresses = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address = '']) => address);
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((address) => address.startsWith('/') || address.startsWith('http'))).toEqual([]);
  });

  it('runs its own files alone', async () => {
    const policy = (await restHarness().ask('GET', '/cameras/front/')).headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  it('shows a name as it is', async () => {
    const html = await (await restHarness({ name: '<b>"Front" & back</b>' }).ask('GET', '/cameras/front/')).text();
    expect(html).toContain('<h1>&lt;b&gt;&quot;Front&quot; &amp; back&lt;/b&gt;</h1>');
    expect(html).not.toContain('<b>');
  });

  it('offers the tiers, auto first', async () => {
    const { ask, camera } = restHarness();
    const html = await (await ask('GET', '/cameras/front/')).text();
    const offered = [...html.matchAll(/<option>([^<]*)/g)].map(([, tier]) => tier);
    expect(offered[0]).toBe('auto');
    expect(offered).toEqual(expect.arrayContaining([...camera.tierNames]));
  });

  it.each(['/cameras/back', '/cameras/back/'])('%s: there is no such camera', async (path) => {
    const answer = await restHarness().ask('GET', path);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'CAMERA_NOT_FOUND']);
  });
});

describe("the player's files", () => {
  it('are served with their types, and again only where they changed', async () => {
    const { ask } = restHarness();
    const names = readdirSync(playerFolder).filter((name) => /\.(js|css)$/.test(name));
    expect(names).toContain('main.js');
    for (const name of names) {
      const answer = await ask('GET', `/player/${name}`);
      expect(answer.status, name).toBe(200);
      const type = name.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8';
      expect(answer.headers.get('Content-Type'), name).toBe(type);
      const etag = answer.headers.get('ETag') ?? '';
      const again = await ask('GET', `/player/${name}`, undefined, { 'If-None-Match': etag });
      expect([again.status, await again.text()], name).toEqual([304, '']);
    }
  });

  it.each(['tsconfig.json', '..%2findex-page.ts', 'none.js'])('are no others: %s', async (name) => {
    const answer = await restHarness().ask('GET', `/player/${name}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  });
});

it("tells the server's time", async () => {
  const beforeMs = Date.now();
  const { unix_ms: unixMs } = (await (await restHarness().ask('GET', '/api/time')).json()) as { unix_ms: number };
  expect(unixMs).toBeGreaterThanOrEqual(beforeMs);
  expect(unixMs).toBeLessThanOrEqual(Date.now());
});
