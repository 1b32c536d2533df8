import { expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { RtspCamera, type RtspCameraOptions } from '../../support/rtsp-camera.js';
import { Server } from '../../support/server.js';
import { offerOfViewer, WhepViewer } from '../../support/whep-viewer.js';

interface CameraView {
  readonly state: string;
  readonly h264: { readonly passthrough: boolean; readonly reason: string | null };
  readonly tiers: readonly {
    readonly name: string;
    readonly encode_ms: number | null;
    readonly h264: { readonly keyframes: number; readonly encode_ms: number | null } | null;
  }[];
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly reason?: string;
}

const size = { width: 640, height: 360, fps: 30 };
// Whoever misses the first keyframe sees nothing for as long.
const longGop = 600;

async function start(options: RtspCameraOptions) {
  const rtsp = stopAfterTest(await RtspCamera.start({ ...size, ...options }));
  const server = stopAfterTest(await Server.start({ sources: [rtsp.url] }));
  return { rtsp, server };
}

async function watch(server: Server, query = ''): Promise<WhepViewer> {
  const viewer = await WhepViewer.watch(`${server.url}/whep${query}`);
  onTestFinished(async () => void (await viewer.leave().catch(() => undefined)));
  return viewer;
}

const cameraOf = (server: Server) => server.json<CameraView>('/api/cameras/cam1');

async function tierOfViewer(server: Server): Promise<string | undefined> {
  const { viewers } = await server.json<{ viewers: readonly { tier: string }[] }>('/api/viewers');
  return viewers[0]?.tier;
}

async function refusal(server: Server, query: string, offer = offerOfViewer()) {
  const headers = { 'Content-Type': 'application/sdp' };
  const response = await fetch(`${server.url}/whep${query}`, { method: 'POST', headers, body: offer });
  const problem = (await response.json()) as Problem;
  return { status: response.status, retryAfter: response.headers.get('Retry-After'), ...problem };
}

test.each(['', '?tier=source', '?min_tier=source'])(
  'the first viewer of a camera has its own video from the first keyframe, and nothing is encoded: %s',
  async (query) => {
    const { server } = await start({ gop: longGop });
    expect(await cameraOf(server)).toMatchObject({ state: 'idle', h264: { passthrough: false } });
    const viewer = await watch(server, query);
    expect(await tierOfViewer(server)).toBe('source');
    await viewer.sees(30);
    const { h264, tiers } = await cameraOf(server);
    expect(h264).toEqual({ passthrough: true, reason: null });
    const [own, ...encoded] = tiers;
    // The camera gave no other since; what stands in for it is none.
    expect(own).toMatchObject({ name: 'source', h264: { keyframes: 1 } });
    for (const tier of encoded)
      expect(tier).toMatchObject({ encode_ms: null, h264: { keyframes: 0, encode_ms: null } });
  },
);

test('the second viewer has it too', async () => {
  const { server } = await start({ gop: 30 });
  await Promise.all([watch(server), watch(server)].map(async (watching) => (await watching).sees(20)));
});

test('who is bound to lower tiers doesn’t wait for what he can’t have', async () => {
  const { server } = await start({ gop: longGop });
  await watch(server, '?max_tier=medium');
  expect(await tierOfViewer(server)).toBe('medium');
});

test.each([
  ['H.265', { codec: 'h265' }, 'the camera gives H.265, not H.264'],
  ['B-frames', { bframes: 2 }, 'it has B-frames, which browsers can not show in WebRTC'],
] as const)(
  'who asks for the own video of a camera that has none for browsers is told why: %s',
  async (_name, options, reason) => {
    const { server } = await start(options);
    const detail = `Camera "cam1" has no tier "source": ${reason}. Known tiers: high, medium, low.`;
    const told = { status: 404, code: 'TIER_NOT_FOUND', reason, detail };
    expect(await refusal(server, '?tier=source')).toMatchObject(told);
    expect(await refusal(server, '?tier=source'), 'now that it is known').toMatchObject(told);
    const viewer = await watch(server);
    expect(await tierOfViewer(server)).toBe('high');
    await viewer.sees(20);
  },
);

test('a camera that can’t be reached is told of, and shown as such to who takes any tier', async () => {
  const { rtsp, server } = await start({});
  await rtsp.stop();
  const { status, code, retryAfter, detail } = await refusal(server, '?tier=source');
  expect([status, code, retryAfter]).toEqual([503, 'CAMERA_UNAVAILABLE', '2']);
  expect(detail).toMatch(
    /^Whether viewers can have the own video of camera "cam1" is not known: it is recovering, .*refuses/,
  );
  const viewer = await watch(server);
  await viewer.sees(2);
});

test('a camera that says nothing is not waited for forever', async () => {
  const { rtsp, server } = await start({});
  rtsp.pause();
  onTestFinished(() => rtsp.resume());
  const asked = refusal(server, '?tier=source');
  await watch(server);
  expect(await tierOfViewer(server)).toBe('high');
  expect(await asked).toMatchObject({ status: 503, code: 'CAMERA_UNAVAILABLE' });
}, 30_000);

test('no camera is started for an offer that can’t be answered', async () => {
  const { server } = await start({});
  expect(await refusal(server, '', 'nonsense')).toMatchObject({ status: 422, code: 'SDP_INVALID' });
  expect((await cameraOf(server)).state).toBe('idle');
});
