import { describe, expect, it } from 'vitest';
import { restHarness } from './rest-harness.js';

describe('the profile of a camera', () => {
  it('moves every auto viewer at once, and lets go again', async () => {
    const { ask, watch, camera } = restHarness();
    const [auto, fixed] = [watch('a', 'high'), watch('b', 'high', { mode: 'fixed', fixedTier: 'high' })];
    expect(await (await ask('GET', '/api/cameras/front/profile')).json()).toEqual({ tier: 'auto' });
    const response = await ask('PUT', '/api/cameras/front/profile', { tier: 'low' });
    expect([response.status, await response.json()]).toEqual([200, { tier: 'low' }]);
    expect([auto.tier, fixed.tier]).toEqual(['low', 'high']);
    expect(await (await ask('GET', '/api/cameras/front')).json()).toMatchObject({ profile: 'low' });
    await ask('PUT', '/api/cameras/front/profile', { tier: 'auto' });
    expect(camera.profile).toBeNull();
  });

  it('comes as near as a viewer allows', async () => {
    const { ask, watch } = restHarness();
    const viewer = watch('a', 'low', { mode: 'auto', maxTier: 'low' });
    await ask('PUT', '/api/cameras/front/profile', { tier: 'high' });
    expect(viewer.tier).toBe('low');
  });

  it('may be the camera’s own picture as long as that may turn out to be there', async () => {
    const { ask, watch, camera } = restHarness({ source: { kind: 'rtsp', url: 'rtsp://cam/' } });
    const viewer = watch('a', 'low');
    const response = await ask('PUT', '/api/cameras/front/profile', { tier: 'source' });
    expect([response.status, await response.json()]).toEqual([200, { tier: 'source' }]);
    expect([camera.profile, viewer.tier], 'of its JPEGs the best').toEqual(['source', 'high']);
    expect(() => camera.holdTo('best')).toThrow(/no tier "best". Known tiers: source, high, low/);
  });

  it.each([
    [{ tier: 'source' }, 'tier: "source" is not valid; allowed is auto, high, low.'],
    [{ tier: 'best' }, 'tier: "best" is not valid; allowed is auto, high, low.'],
    [{}, 'tier: is missing; allowed is auto, high, low.'],
  ])('is refused: %j', async (body, detail) => {
    const { ask } = restHarness();
    const response = await ask('PUT', '/api/cameras/front/profile', body);
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'BODY_INVALID', detail }]);
  });
});

describe('viewers', () => {
  it('are listed with what they get; what is not known is null', async () => {
    const { ask, watch } = restHarness();
    watch('a', 'low', { mode: 'auto', maxTier: 'low' });
    expect(await (await ask('GET', '/api/viewers')).json()).toEqual({
      viewers: [
        {
          ...{
            id: 'a',
            camera: 'front',
            transport: 'mjpeg',
            address: '127.0.0.1:5000',
            tier: 'low',
            mode: 'auto',
            rtp: null,
          },
          ...{ max_tier: 'low', min_tier: null, max_fps: null, fps: 29.99, bits_per_second: 1235 },
          ...{ delivered: 3, dropped: { slow: 2, fps: 1 }, link: { bits_per_second: null, rtt_ms: null } },
          ...{ age_ms: { p50: null, p95: null }, since: expect.stringMatching(/^\d{4}-.*Z$/) },
        },
      ],
    });
  });

  it('are shown with their links where those were measured', async () => {
    const { ask, watch } = restHarness();
    const link = () => ({ rttMs: 12.345, linkBps: 1e6 / 3, ageMs: { p50: 20, p95: null } });
    Object.assign(watch('a', 'low'), { link });
    expect(await (await ask('GET', '/api/viewers/a')).json()).toMatchObject({
      link: { bits_per_second: 333_333, rtt_ms: 12.35 },
      age_ms: { p50: 20, p95: null },
    });
  });

  it('can be moved to a tier, to fewer frames, and back', async () => {
    const { ask, watch } = restHarness();
    const viewer = watch('a', 'high');
    const response = await ask('PATCH', '/api/viewers/a', { tier: 'low', fps: 2.5 });
    expect([response.status, await response.json()]).toMatchObject([200, { tier: 'low', mode: 'fixed', max_fps: 2.5 }]);
    expect([viewer.tier, viewer.maxFps]).toEqual(['low', 2.5]);
    await ask('PATCH', '/api/viewers/a', { tier: 'auto' });
    expect([viewer.choice, viewer.maxFps]).toEqual([{ mode: 'auto' }, 2.5]);
    await ask('PATCH', '/api/viewers/a', { fps: null });
    expect([viewer.choice, viewer.maxFps]).toEqual([{ mode: 'auto' }, null]);
  });

  it.each([
    [{ tier: 'source' }, 'tier: "source" is not valid; allowed is auto, high, low.'],
    [{ fps: 0 }, 'fps: 0 is not valid; allowed is a number above 0 and up to 1000, or null.'],
    [{ speed: 1 }, 'unknown key "speed" at the top. Allowed: tier, fps.'],
  ])('are not changed by %j', async (body, detail) => {
    const { ask, watch } = restHarness();
    const viewer = watch('a', 'high');
    const response = await ask('PATCH', '/api/viewers/a', body);
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'BODY_INVALID', detail }]);
    expect([viewer.tier, viewer.maxFps]).toEqual(['high', null]);
  });

  it('can be ended', async () => {
    const { ask, watch, camera, viewers } = restHarness();
    watch('a', 'high');
    const response = await ask('DELETE', '/api/viewers/a');
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect([viewers.all().length, camera.channel('high').subscriberCount]).toEqual([0, 0]);
  });

  it.each(['GET', 'PATCH', 'DELETE'])('answer %s with 404 where they have left', async (method) => {
    const { ask } = restHarness();
    const response = await ask(method, '/api/viewers/gone', method === 'PATCH' ? {} : undefined);
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'VIEWER_NOT_FOUND', viewer: 'gone' }]);
  });
});
