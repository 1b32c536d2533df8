import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endAfterTest, stopAfterTest } from '../../support/cleanup.js';
import { makeColorClip, wrongColors } from '../../support/color-clip.js';
import { decodeJpeg } from '../../support/decode-jpeg.js';
import { FakeHardware } from '../../support/fake-hardware.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { type CameraView, Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { WhepViewer } from '../../support/whep-viewer.js';

type Job = { readonly element: string } | null;
type AcceleratedView = CameraView & { readonly acceleration: { readonly jpeg: Job; readonly h264: Job } };

const x264 = ['libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const hd = { matrix: 'bt709', range: 'tv', encoder: x264, ending: 'mp4' } as const;
const mjpeg = {
  matrix: 'smpte170m',
  range: 'pc',
  encoder: ['mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'],
  ending: 'avi',
} as const;
const slowMs = 60_000;

/** A chip that encodes what lies in the system's memory, and one that takes it into its own. */
const boards = [
  ['a Pi 4 with a camera of H.264', 'v4l2', [], hd, 'v4l2jpegenc', 'v4l2h264enc'],
  ['one that decodes JPEG in software', 'v4l2', ['v4l2jpegdec'], mjpeg, 'v4l2jpegenc', 'v4l2h264enc'],
  ['a Jetson that decodes in software', 'jetson', ['nvv4l2decoder', 'nvjpegdec'], hd, 'nvjpegenc', 'nvv4l2h264enc'],
  ['the same with a camera of JPEG', 'jetson', ['nvv4l2decoder', 'nvjpegdec'], mjpeg, 'nvjpegenc', 'nvv4l2h264enc'],
] as const;

it.each(boards)('%s shows the colors that software shows', async (_what, board, absent, clip, jpeg, h264) => {
  const folder = endAfterTest(await mkdtemp(join(tmpdir(), 'lenscast-colors-')), (path) =>
    rm(path, { recursive: true }),
  );
  const path = join(folder, `clip.${clip.ending}`);
  await makeColorClip({ ...clip, path });
  const chip = endAfterTest(new FakeHardware(board, { absent }), (one) => one.dispose());
  const tiers = '{ low: { width: 480, height: 240, fps: 30, quality: 90 } }';
  const config = `cameras:\n  front: { source: "file:${path}", linger_ms: 0, tiers: ${tiers} }\n`;
  const server = stopAfterTest(await Server.start({ config, env: chip.env }));
  const watch = async () => stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'));
  const wrong = async () => {
    await server.shows('low', 'front');
    const response = await fetch(`${server.url}/snapshot?tier=low`);
    return wrongColors(decodeJpeg(new Uint8Array(await response.arrayBuffer())), 6);
  };

  const first = await watch();
  expect(await wrong()).toEqual([]);
  await until('the probe', () => server.logs.includes('can be used'), slowMs);
  await first.stop();
  await server.reach('idle', 'front');

  const viewer = await WhepViewer.watch(`${server.url}/cameras/front/whep?tier=low`);
  endAfterTest(viewer, (one) => one.close());
  await watch();
  expect(await wrong()).toEqual([]);
  await viewer.sees(10);
  const { acceleration } = await server.json<AcceleratedView>('/api/cameras/front');
  expect([acceleration.jpeg?.element, acceleration.h264?.element]).toEqual([jpeg, h264]);
});
