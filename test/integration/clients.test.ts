import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { sequencesOf, timecodeOf } from '../support/picture.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { expectInOrder } from '../support/sequences.js';
import { Server } from '../support/server.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';
import { type Watch, watchWithFfmpeg, watchWithGstreamer, watchWithOpenCv } from '../support/watch.js';

const frames = 30;

interface Started {
  readonly server: Server;
  /** Named, so that nobody is moved to another in the middle. */
  readonly tier: string;
  readonly width: number;
  readonly height: number;
}

async function startV4l2(format: 'MJPG' | 'YUYV'): Promise<Started> {
  renderV4l2Pictures(format, '640x480');
  const { cameras, camera } = oneV4l2Camera({ sizes: ['640x480'], rates: [30], formats: [format] });
  onTestFinished(() => cameras.dispose());
  const server = await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env });
  return { server: stopAfterTest(server), tier: format === 'MJPG' ? 'source' : 'high', width: 640, height: 480 };
}

async function startRtsp(): Promise<Started> {
  const size = { width: 320, height: 192 };
  const camera = stopAfterTest(await RtspCamera.start({ ...size, fps: 15 }));
  return { server: stopAfterTest(await Server.start({ sources: [camera.url] })), tier: 'high', ...size };
}

const clients: readonly { readonly client: string; readonly watch: Watch }[] = [
  { client: 'ffmpeg', watch: watchWithFfmpeg },
  { client: 'GStreamer', watch: watchWithGstreamer },
  { client: "OpenCV's VideoCapture", watch: watchWithOpenCv },
];

describe.each([
  { source: 'a V4L2 camera, passed through', start: () => startV4l2('MJPG') },
  { source: 'a V4L2 camera, encoded', start: () => startV4l2('YUYV') },
  { source: 'an RTSP camera', start: startRtsp },
])('$source', ({ start }) => {
  test('is watched by ffmpeg, GStreamer and OpenCV at once', async () => {
    const { server, tier, width, height } = await start();

    await server.shows(tier);
    const watched = await Promise.all(
      clients.map(async ({ client, watch }) => {
        const pictures = await watch(`${server.url}/stream?tier=${tier}`, { frames, width, height });
        return { client, pictures };
      }),
    );

    for (const { client, pictures } of watched) {
      expect(pictures.length, client).toBe(frames);
      // Three programs that start at once leave a camera little of the machine.
      const intact = pictures.filter((picture) => timecodeOf(picture) !== null);
      expect(intact.length, client).toBeGreaterThan(frames / 2);
      expectInOrder(sequencesOf(intact), 1, 0.7);
    }
  });
});
