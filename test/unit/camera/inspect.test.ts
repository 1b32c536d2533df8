import { describe, expect, it } from 'vitest';
import { CameraFault } from '../../../src/camera/cause.js';
import { inspectSource } from '../../../src/camera/inspect.js';
import type { Source } from '../../../src/config/source.js';
import { cameraConfig, FakeAddon } from '../fakes.js';

const device = '/dev/null'; // exists
const file = import.meta.filename;

function inspect(source: Source, addon = new FakeAddon()) {
  return inspectSource(cameraConfig({ source, rtspTransport: 'udp', latencyMs: 250 }), addon);
}

async function faultOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CameraFault ? error.reason : error;
}

describe('inspectSource', () => {
  it('needs no look at what its configuration tells', async () => {
    expect(await inspect({ kind: 'test' })).toEqual({ kind: 'test' });
    expect(await inspect({ kind: 'http', url: 'http://cam/' })).toEqual({ kind: 'http', url: 'http://cam/' });
    expect(await inspect({ kind: 'rtsp', url: 'rtsp://cam/' })).toEqual({
      kind: 'rtsp',
      url: 'rtsp://cam/',
      transport: 'udp',
      latencyMs: 250,
    });
    expect(await inspect({ kind: 'csi', sensor: 1 })).toEqual({
      kind: 'csi',
      sensor: 1,
      width: 1920,
      height: 1080,
      fps: 30,
    });
  });

  it('picks a mode of a device', async () => {
    const addon = new FakeAddon();
    addon.queryCapsResult = () =>
      Promise.resolve([
        'video/x-h264, width=(int)1920, height=(int)1080, framerate=(fraction)30/1',
        'image/jpeg, width=(int)1280, height=(int)720, framerate=(fraction)30/1',
        'video/x-raw, format=(string)YUY2, width=(int)640, height=(int)480, framerate=(fraction)30/1',
      ]);
    const fps = { numerator: 30, denominator: 1 };
    expect(await inspect({ kind: 'v4l2', device }, addon)).toEqual({
      kind: 'v4l2',
      device,
      mode: { format: 'JPEG', width: 1280, height: 720, fps },
    });
  });

  it('says that a device is gone, or has nothing to show', async () => {
    expect(await faultOf(inspect({ kind: 'v4l2', device: '/dev/video99' }))).toEqual({
      code: 'gone',
      message: '/dev/video99 is gone: no such device',
      permanent: false,
    });
    const addon = new FakeAddon();
    addon.queryCapsResult = () => Promise.resolve(['video/x-bayer, format=(string)rggb, width=(int)8, height=(int)8']);
    expect(await faultOf(inspect({ kind: 'v4l2', device }, addon))).toMatchObject({
      code: 'unsupported',
      permanent: true,
    });
  });

  it('passes on what the addon says of a device', async () => {
    const addon = new FakeAddon();
    const busy = new Error('busy');
    addon.queryCapsResult = () => Promise.reject(busy);
    expect(await faultOf(inspect({ kind: 'v4l2', device }, addon))).toBe(busy);
  });

  it.each([
    ['image/jpeg, width=(int)8', 'jpeg', 'image/jpeg'],
    ['video/x-h264, stream-format=(string)byte-stream', 'other', 'video/x-h264'],
  ] as const)('finds the codec of a file: %s', async (caps, codec, media) => {
    const addon = new FakeAddon();
    addon.probeResult = () => Promise.resolve({ caps, bytes: 1 });
    expect(await inspect({ kind: 'file', path: file }, addon)).toEqual({
      kind: 'file',
      path: file,
      codec,
      caps: media,
    });
  });

  it.each([
    // As GStreamer 1.22 tells of files of x264, with two B-frames and with none.
    ['0164000cffe100196764000cacd941419b0110000003001000000301e0f142996001000668ebe3cb22c0', /B-frames/],
    ['0142c00cffe100186742c00cd901419b0110000003001000000301e0f142a48001000568cb83cb20', null],
  ])('sees by a file’s parameter sets whether it can be passed on', async (record, reason) => {
    const addon = new FakeAddon();
    const caps = `video/x-h264, stream-format=(string)avc, codec_data=(buffer)${record}, width=(int)320`;
    addon.probeResult = () => Promise.resolve({ caps, bytes: 1 });
    expect(await inspect({ kind: 'file', path: file }, addon)).toMatchObject({
      video: { passes: reason === null, reason: reason === null ? null : expect.stringMatching(reason) },
    });
  });

  it.each(['', '01', '0164000cffe1', '0164000cffe1ffff67'])(
    'takes whatever parameter sets there are: %j',
    async (record) => {
      const addon = new FakeAddon();
      addon.probeResult = () => Promise.resolve({ caps: `video/x-h264, codec_data=(buffer)${record}`, bytes: 1 });
      expect(await inspect({ kind: 'file', path: file }, addon)).not.toHaveProperty('video');
    },
  );

  it('tells a file that is not there from one that holds no video', async () => {
    const gone = await faultOf(inspect({ kind: 'file', path: '/no/such.mp4' }));
    expect(gone).toMatchObject({ code: 'gone', permanent: false });
    const refusing = (code: string) => {
      const addon = new FakeAddon();
      addon.probeResult = () => Promise.reject(Object.assign(new Error('as the addon says'), { code }));
      return addon;
    };
    const none = await faultOf(inspect({ kind: 'file', path: file }, refusing('ERR_STATE_CHANGE')));
    expect(none).toMatchObject({ code: 'unsupported', permanent: true, message: expect.stringContaining('no video') });
    const late = await faultOf(inspect({ kind: 'file', path: file }, refusing('ERR_TIMEOUT')));
    expect(late).toMatchObject({ code: 'unsupported', permanent: false });
  });
});
