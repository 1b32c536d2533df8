import { describe, expect, it, onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { CameraDirectory } from '../../../src/camera/directory.js';
import type { CameraConfig } from '../../../src/config/config.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { createLog } from '../../../src/core/log.js';
import { createApp } from '../../../src/http/app.js';
import { EventBus } from '../../../src/hub/events.js';
import { ViewerRegistry } from '../../../src/hub/viewer-registry.js';
import { MjpegTransport } from '../../../src/transports/mjpeg/transport.js';
import { WebSocketTransport } from '../../../src/transports/websocket/transport.js';
import { cameraConfig, FakeAddon, silentLog, until, withoutWebRtc } from '../fakes.js';

const sockets = { sendToAll() {}, boundBuffer() {}, setUnsentLimit() {}, info: () => expect.unreachable() };

/** The app over some cameras that never run. */
function setUp(
  configs: readonly Partial<CameraConfig>[] = [{ id: 'front' }, { id: 'yard', name: 'Yard' }],
  render: () => Promise<string> = () => Promise.resolve('# metrics\n'),
) {
  const addon = new FakeAddon();
  const cameras = configs.map((each) => new Camera(cameraConfig(each), { addon, clock: monotonicMs, log: silentLog }));
  onTestFinished(async () => void (await Promise.all(cameras.map((camera) => camera.close()))));
  const events = new EventBus();
  const viewers = new ViewerRegistry(events);
  const webSockets = new WebSocketTransport({ viewers, clock: monotonicMs, sockets });
  onTestFinished(() => webSockets.close());
  const lines: string[] = [];
  const app = createApp({
    cameras: new CameraDirectory(cameras),
    viewers,
    events,
    webSockets,
    mjpeg: new MjpegTransport({ viewers, clock: monotonicMs, sockets }),
    ...withoutWebRtc(viewers),
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', render },
    clock: monotonicMs,
    log: createLog({ write: (line) => lines.push(line), level: 'debug' }),
    version: '1.2.3',
  });
  return { app, addon, cameras, lines };
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body.status).toBe(response.status);
  return body;
}

describe('the paths of pictures', () => {
  it.each([
    ['/stream', 'front'],
    ['/snapshot', 'front'],
    ['/snapshot.jpg', 'front'],
    ['/stream/', 'front'],
    ['/cameras/front/stream', 'front'],
    ['/cameras/yard/stream', 'yard'],
    ['/cameras/yard/snapshot', 'yard'],
    ['/cameras/yard/snapshot.jpg', 'yard'],
    ['/?action=stream', 'front'],
    ['/?action=snapshot', 'front'],
    ['/webcam/?action=stream', 'front'],
    ['/webcam?action=snapshot', 'front'],
    ['/cameras/yard/?action=stream', 'yard'],
    ['/webcam2/cameras/yard?action=snapshot', 'yard'],
    ['/webcam/stream', 'front'],
    ['/a/proxy/snapshot', 'front'],
    ['/a/proxy/cameras/yard/stream', 'yard'],
    ['/a/proxy/cameras/yard/snapshot.jpg', 'yard'],
  ])('%s is of %s', async (path, camera) => {
    const { app } = setUp();
    // The answer to a tier that isn't there names the camera.
    const response = await app.request(`${path}${path.includes('?') ? '&' : '?'}tier=none`);
    expect(await problemOf(response)).toMatchObject({ code: 'TIER_NOT_FOUND', camera, tier: 'none', status: 404 });
  });

  it.each(['/cameras/none/stream', '/cameras/none/snapshot', '/cameras/none/?action=stream', '/x/cameras/none/stream'])(
    '%s names the cameras that are there',
    async (path) => {
      const body = await problemOf(await setUp().app.request(path));
      expect(body).toMatchObject({ code: 'CAMERA_NOT_FOUND', camera: 'none', known: ['front', 'yard'] });
    },
  );

  it.each([
    '/cameras/%zz/?action=stream',
    '/cameras/%ff/stream',
    '/x/cameras/%/snapshot',
    '/cameras/a%2fb?action=stream',
  ])('%s is a camera that is not there, however badly it is written', async (path) => {
    const { app, lines } = setUp();
    expect(await problemOf(await app.request(path))).toMatchObject({ code: 'CAMERA_NOT_FOUND' });
    expect(lines).toEqual([]);
  });

  it.each(['/cameras/front/nothing', '/api/stream', '/api/cameras/front/stream', '/streams', '/nothing', '/cameras'])(
    '%s is nothing',
    async (path) => {
      expect(await problemOf(await setUp().app.request(path))).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    },
  );

  it('refuse what they can not read before a camera is started for it', async () => {
    const { app, addon } = setUp();
    for (const path of ['/stream?fps=fast', '/snapshot?max_age=-1', '/stream?extra_headers=maybe']) {
      expect(await problemOf(await app.request(path))).toMatchObject({ code: 'QUERY_INVALID', status: 400 });
    }
    expect(addon.pipelines).toEqual([]);
  });

  it('tell by HEAD what would come, and start nothing', async () => {
    const { app, addon } = setUp();
    const response = await app.request('/cameras/yard/stream', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('multipart/x-mixed-replace;boundary=boundarydonotcross');
    expect(await response.text()).toBe('');
    expect(addon.pipelines).toEqual([]);
  });
});

describe('/api/cameras', () => {
  it('shows no password', async () => {
    const url = 'rtsp://admin:hunter2@10.0.0.7/live?password=hunter2';
    const { app } = setUp([{ id: 'front', source: { kind: 'rtsp', url } }]);
    for (const path of ['/api/cameras', '/api/cameras/front', '/state', '/']) {
      expect(await (await app.request(path)).text()).not.toContain('hunter2');
    }
    const view = (await (await app.request('/api/cameras/front')).json()) as Record<string, unknown>;
    expect(view).toMatchObject({ source: 'rtsp://admin:***@10.0.0.7/live?password=***', state: 'idle', viewers: 0 });
  });

  it('has the cameras in the order of the configuration', async () => {
    const { app } = setUp(['9', 'b', '1', 'a'].map((id) => ({ id })));
    const { cameras } = (await (await app.request('/api/cameras')).json()) as { cameras: { id: string }[] };
    expect(cameras.map(({ id }) => id)).toEqual(['9', 'b', '1', 'a']);
  });
});

describe('health', () => {
  it('is well while the process is', async () => {
    const response = await setUp().app.request('/healthz');
    expect(await response.json()).toMatchObject({ status: 'ok', version: '1.2.3' });
  });

  it('is ready while some camera can be watched', async () => {
    const { app, addon, cameras } = setUp();
    expect((await app.request('/readyz')).status).toBe(200);
    addon.onOpen = (pipeline) => {
      pipeline.startResult = Promise.reject(Object.assign(new Error('no element'), { code: 'ERR_MISSING_ELEMENT' }));
    };
    const fail = async (camera: Camera | undefined) => {
      void app.request(`/cameras/${camera?.id}/snapshot`);
      await until('a failure', () => camera?.supervision.state === 'failed');
    };
    await fail(cameras[0]);
    expect((await app.request('/readyz')).status).toBe(200);
    await fail(cameras[1]);
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not ready',
      cameras: [
        { id: 'front', state: 'failed' },
        { id: 'yard', state: 'failed' },
      ],
    });
  });

  it('gives the metrics in their own type', async () => {
    const response = await setUp().app.request('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe('# metrics\n');
  });
});

describe('errors', () => {
  it('keep inside what nobody expected, and log it', async () => {
    const { app, lines } = setUp(undefined, () => Promise.reject(new Error('/secret/path is broken')));
    const body = await problemOf(await app.request('/metrics'));
    expect(body).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('error GET /metrics: Error: /secret/path is broken');
  });

  it('say when to ask again', async () => {
    const { app, addon, cameras } = setUp();
    addon.onOpen = (pipeline) => {
      pipeline.startResult = Promise.reject(Object.assign(new Error('no element'), { code: 'ERR_MISSING_ELEMENT' }));
    };
    const waiting = app.request('/snapshot');
    await until('a failure', () => cameras[0]?.supervision.state === 'failed');
    const response = await waiting;
    expect(response.headers.get('retry-after')).toBe('2');
    const body = await problemOf(response);
    expect(body).toMatchObject({ code: 'SNAPSHOT_UNAVAILABLE', camera: 'front', retry_after: 2 });
    expect(body.detail).toContain('it is failed, no element');
  });

  it('name the methods that a path has', async () => {
    const response = await setUp().app.request('/api/cameras', { method: 'DELETE' });
    expect(response.headers.get('allow')).toContain('GET');
    expect(await problemOf(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  });
});

describe('the page', () => {
  const page = async (configs: readonly Partial<CameraConfig>[]) => (await setUp(configs).app.request('/')).text();

  it('writes no name as HTML', async () => {
    const html = await page([{ id: 'a', name: `<img src=x onerror="alert(1)"> & 'friends'` }]);
    expect(html).not.toContain('<img src=x');
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;friends&#39;');
  });

  it('lets no script in but its own', async () => {
    const { headers } = await setUp().app.request('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('*');
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8/i);
  });

  it('streams up to four cameras, in their smallest tier, and shows pictures of more', async () => {
    const few = await page(['a', 'b', 'c', 'd'].map((id) => ({ id })));
    expect(few.match(/data-stream="\/cameras\/\w\/stream\?tier=low"/g)).toHaveLength(4);
    expect(few).not.toContain('data-snapshot="');
    const many = await page(['a', 'b', 'c', 'd', 'e'].map((id) => ({ id })));
    expect(many.match(/data-snapshot="\/cameras\/\w\/snapshot\?tier=low"/g)).toHaveLength(5);
    expect(many).not.toMatch(/<img src=/);
  });

  it('says that there is no camera', async () => {
    expect(await page([])).toContain('No camera is configured.');
    expect(await problemOf(await setUp([]).app.request('/stream'))).toMatchObject({ code: 'CAMERA_NOT_FOUND' });
  });
});
