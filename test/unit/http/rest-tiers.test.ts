import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { silentLog, until } from '../fakes.js';
import { restHarness, serve } from './rest-harness.js';

const path = '/api/cameras/front/tiers/low';

describe('GET a tier', () => {
  it('shows its settings', async () => {
    const { ask } = restHarness();
    const response = await ask('GET', path);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ name: 'low', width: 640, height: 360, fps: 30, quality: 80 });
  });

  it('names the tiers there are where there is none of that name', async () => {
    const { ask } = restHarness();
    const response = await ask('GET', '/api/cameras/front/tiers/best');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'TIER_NOT_FOUND', known: ['high', 'low'] });
  });
});

describe('PUT a tier', () => {
  it('changes what is given and nothing else', async () => {
    const { ask, camera } = restHarness();
    const response = await ask('PUT', path, { fps: 5, bitrate: 500_000 });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ width: 640, height: 360, fps: 5, quality: 80, bitrate: 500_000 });
    expect(camera.tierSettings('low')).toMatchObject({ fps: 5, bitrateBps: 500_000, quality: 80 });
    expect(camera.tierSettings('high')).toMatchObject({ fps: 30, bitrateBps: 1_000_000 });
    expect(await (await ask('GET', '/api/cameras/front')).json()).toMatchObject({ tiers: [{ fps: 30 }, { fps: 5 }] });
  });

  it('plans it for the next start where the camera rests', async () => {
    const { ask, addon, watch } = restHarness();
    await ask('PUT', path, { width: 320, height: 180, fps: 5, quality: 33 });
    watch('a', 'low');
    await until('a pipeline', () => addon.pipelines.length === 1);
    const { description = '' } = addon.pipelines[0] ?? {};
    expect(description).toMatch(/name=rate_low [^!]*max-rate=5 /);
    expect(description).toMatch(/name=size_low [^!]*width=\(int\)\[2,320,2\],height=\(int\)\[2,180,2\]/);
    expect(description).toMatch(/name=encode_low quality=33 /);
  });

  it('sets only what changes on a pipeline that runs, also behind a shut valve', async () => {
    const { ask, addon, watch } = restHarness();
    watch('a', 'high');
    await until('a pipeline', () => addon.pipelines[0]?.started === true);
    const { properties } = addon.pipelines[0] ?? { properties: new Map() };
    properties.clear();
    await ask('PUT', path, { quality: 33, fps: 30 });
    expect([...properties]).toEqual([['encode_low.quality', 33]]);
    properties.clear();
    await ask('PUT', path, { width: 320, fps: 12 });
    expect([...properties.keys()].toSorted()).toEqual(['rate_low.max-rate', 'size_low.caps']);
    await ask('PUT', path, { bitrate: 700_000 });
    expect(properties.size).toBe(2);
    expect(addon.pipelines).toHaveLength(1);
  });

  it('leaves out what stands still down to min_fps, and not with null; a change is seen all the same', async () => {
    const { ask, addon, watch, camera } = restHarness();
    watch('a', 'low');
    await until('a pipeline', () => addon.pipelines[0]?.started === true);
    const { properties } = addon.pipelines[0] ?? { properties: new Map() };
    properties.clear();
    expect(await (await ask('PUT', path, { min_fps: 2 })).json()).toMatchObject({ min_fps: 2 });
    expect([...properties]).toEqual([
      ['gate_low.min-fps', 2],
      ['gate_low.pass-next', true],
    ]);
    properties.clear();
    await ask('PUT', path, { quality: 33 });
    expect([...properties.keys()]).toEqual(['encode_low.quality', 'gate_low.pass-next']);
    properties.clear();
    expect(await (await ask('PUT', path, { min_fps: null })).json()).toMatchObject({ min_fps: null });
    expect([...properties]).toEqual([['gate_low.min-fps', 0]]);
    expect(camera.tierSettings('low')?.minFps).toBeNull();
  });

  it('reaches a pipeline that is being planned', async () => {
    const { ask, addon, watch } = restHarness({ source: { kind: 'v4l2', device: '/dev/null' } });
    let tell: (modes: readonly string[]) => void = () => {};
    let asked = 0;
    addon.queryCapsResult = () => {
      asked++;
      return new Promise((resolve) => {
        tell = resolve;
      });
    };
    watch('a', 'low');
    await until('a question to the device', () => asked === 1);
    await ask('PUT', path, { quality: 33 });
    tell(['video/x-raw, format=(string)YUY2, width=(int)640, height=(int)480, framerate=(fraction)30/1']);
    await until('a pipeline', () => addon.pipelines.length === 1);
    const [pipeline] = addon.pipelines;
    expect(pipeline?.description).toContain('name=encode_low quality=33 ');
    expect(pipeline?.properties.get('encode_low.quality')).toBe(33);
  });

  it('asks the device for its modes again where the best tier changes, never twice at once', async () => {
    const { ask, addon, watch, camera } = restHarness({ source: { kind: 'v4l2', device: '/dev/null' } });
    let open = 0;
    let mostOpen = 0;
    let asked = 0;
    addon.queryCapsResult = async () => {
      asked++;
      mostOpen = Math.max(mostOpen, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      const size = (width: number, height: number) => {
        return `video/x-raw, format=(string)YUY2, width=(int)${width}, height=(int)${height}, framerate=(fraction)30/1`;
      };
      return [size(640, 480), size(1920, 1080)];
    };
    const known = camera.knowTiers();
    await ask('PUT', '/api/cameras/front/tiers/high', { width: 640, height: 480 });
    const viewer = watch('a', 'high');
    await known;
    await until('a pipeline', () => addon.pipelines.length === 1);
    expect(addon.pipelines[0]?.description).toContain('width=640,height=480,framerate=30/1');
    expect([asked, mostOpen]).toEqual([2, 1]);
    viewer.close();
  });

  it.each([
    [{ fps: 0 }, 'fps: 0 is not valid; allowed is a whole number from 1 to 240 (frames per second).'],
    [{ width: '640' }, 'width: "640" is not valid; allowed is a whole number from 16 to 8192 (pixels).'],
    [{ min_fps: 0 }, 'min_fps: 0 is not valid; allowed is a whole number from 1 to 240 (frames per second), or null.'],
    [{ quality: null }, 'quality: null is not valid; allowed is a whole number from 1 to 100.'],
    [
      { qualty: 5 },
      'unknown key "qualty" at the top; did you mean "quality"? Allowed: width, height, fps, quality, bitrate, min_fps.',
    ],
    [[], 'a list is not valid; allowed is a map with the keys width, height, fps, quality, bitrate, min_fps.'],
    [5, '5 is not valid; allowed is a map with the keys width, height, fps, quality, bitrate, min_fps.'],
  ])('refuses %j, naming field, value and what is allowed', async (body, message) => {
    const { ask, camera } = restHarness();
    const response = await ask('PUT', path, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    const problem = (await response.json()) as { problems: { field: string; message: string }[] };
    expect(problem).toMatchObject({ code: 'BODY_INVALID', detail: message });
    expect(problem.problems).toEqual([{ field: expect.any(String), message }]);
    expect(camera.tierSettings('low')).toMatchObject({ width: 640, fps: 30, quality: 80 });
  });

  it('applies nothing of a body that is partly wrong, and names all that is', async () => {
    const { ask, camera } = restHarness();
    const response = await ask('PUT', path, { fps: 5, quality: 101, width: 1 });
    const { problems } = (await response.json()) as { problems: { field: string }[] };
    expect(problems.map(({ field }) => field)).toEqual(['width', 'quality']);
    expect(camera.tierSettings('low')).toMatchObject({ fps: 30 });
  });

  it('refuses what is no JSON, of another type, or too large', async () => {
    const { ask, app } = restHarness();
    const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];
    expect(await codeOf(await ask('PUT', path, '{"fps":'))).toEqual([400, 'BODY_INVALID']);
    expect(await codeOf(await ask('PUT', path, ''))).toEqual([400, 'BODY_INVALID']);
    const text = { 'Content-Type': 'text/plain' };
    expect(await codeOf(await ask('PUT', path, '{"fps":5}', text))).toEqual([415, 'BODY_TYPE_UNSUPPORTED']);
    expect(await codeOf(await ask('PUT', path))).toEqual([415, 'BODY_TYPE_UNSUPPORTED']);
    expect((await ask('PUT', path, '{"fps":5}', { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(
      200,
    );
    const large = JSON.stringify({ fps: 5, more: 'x'.repeat(17_000) });
    expect(await codeOf(await ask('PUT', path, large))).toEqual([413, 'BODY_TOO_LARGE']);
    expect(await codeOf(await fetch((await serve(app)) + path, streamed(large)))).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('goes on after a client that left in the middle of its body', async () => {
    const errors: string[] = [];
    const { app, camera } = restHarness({}, { ...silentLog, error: (message) => errors.push(message) });
    const url = new URL(await serve(app));
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"fp`);
    await new Promise<void>((resolve) => socket.write('s', () => resolve()));
    socket.destroy();
    const response = await fetch(new URL(path, url));
    expect(await response.json()).toMatchObject({ fps: 30 });
    expect(camera.tierSettings('low')?.fps).toBe(30);
    expect(errors).toEqual([]);
  });

  it("does not touch the camera's own picture, and says so", async () => {
    const { ask } = restHarness({ source: { kind: 'http', url: 'http://127.0.0.1:9/' } });
    expect(await (await ask('GET', '/api/cameras/front/tiers/source')).json()).not.toHaveProperty('quality');
    const response = await ask('PUT', '/api/cameras/front/tiers/source', { fps: 5 });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(((await response.json()) as { detail: string }).detail).toContain("the camera's own picture");
  });
});

/** Sent in chunks, without a length. */
function streamed(body: string): RequestInit {
  return {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: new Blob([body]).stream(),
    duplex: 'half',
  } as RequestInit;
}
