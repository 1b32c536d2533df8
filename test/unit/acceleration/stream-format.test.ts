import { describe, expect, it } from 'vitest';
import { formatKey, formatOfCaps } from '../../../src/acceleration/stream-format.js';

describe('formatOfCaps', () => {
  it('a USB camera’s JPEGs are 4:2:2', () => {
    const caps = 'image/jpeg, width=(int)1920, height=(int)1080, framerate=(fraction)30/1';
    const format = formatOfCaps(caps, 'v4l2');
    expect(format).toMatchObject({ codec: 'jpeg', width: 1920, height: 1080, fps: 30, isWideChroma: true });
    expect(format && formatKey(format)).toBe('jpeg 4:2:2 1920x1080@30 system');
  });

  it('an RTSP camera’s H.264 has a profile, and rates that are no whole numbers stay apart', () => {
    const caps =
      'video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, profile=(string)main, ' +
      'width=(int)1280, height=(int)720, framerate=(fraction)30000/1001';
    const format = formatOfCaps(caps, 'rtsp');
    expect(format && formatKey(format)).toBe('h264 main 1280x720@29.97 system');
  });

  it("a Jetson's own camera gives its pictures in NVMM too", () => {
    const caps = 'video/x-raw(memory:NVMM), format=(string)NV12, width=(int)640, height=(int)480';
    expect(formatOfCaps(caps, 'csi')).toMatchObject({ codec: null, fps: 0, memories: ['NVMM', 'system'] });
  });

  it.each([
    ['', 'no caps yet'],
    ['image/jpeg', 'no size'],
    ['video/x-vp9, width=(int)640, height=(int)480', 'no chip is asked for it'],
  ])('null for %j: %s', (caps) => {
    expect(formatOfCaps(caps, 'http')).toBeNull();
  });
});
