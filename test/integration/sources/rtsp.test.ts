import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { runLoad } from '../../support/load-client.js';
import { difference, type Picture, sequencesOf, timecodeOf } from '../../support/picture.js';
import { RtspCamera, type RtspCameraOptions } from '../../support/rtsp-camera.js';
import { expectInOrder } from '../../support/sequences.js';
import { Server } from '../../support/server.js';
import { decodeWithFfmpeg, watchWithFfmpeg } from '../../support/watch.js';

// Small, for a camera's encoder and two decoders share a machine that may be busy.
const width = 320;
const height = 192;
const size = { width, height, fps: 15 };
/** Raw pictures are encoded in their own range of values, narrower than JPEG's; the texture's contrast is high. */
const tolerance = 12;

interface Case extends RtspCameraOptions {
  readonly name: string;
  readonly transport?: 'tcp' | 'udp';
}

const cases: readonly Case[] = [
  { name: 'H.264 over TCP', codec: 'h264', transport: 'tcp' },
  { name: 'H.264 over UDP', codec: 'h264', transport: 'udp' },
  { name: 'H.264 with B-frames', codec: 'h264', bframes: 2 },
  { name: 'H.265', codec: 'h265' },
  { name: 'H.265 over UDP', codec: 'h265', transport: 'udp' },
  { name: 'JPEG', codec: 'jpeg' },
  { name: 'H.264 behind digest authentication', codec: 'h264', user: 'viewer', password: 'a b:c@d/e%f' },
];

/** The camera as ffmpeg sees it without Lenscast, while Lenscast watches too. */
async function seenDirectly(url: string, frames: number): Promise<ReadonlyMap<number, Picture>> {
  const input = ['-rtsp_transport', 'tcp', '-i', url, '-frames:v', String(frames), '-fps_mode', 'passthrough'];
  const shown = new Map<number, Picture>();
  for (const picture of await decodeWithFfmpeg(input, width, height)) {
    const code = timecodeOf(picture);
    if (code !== null) shown.set(code.sequence, picture);
  }
  return shown;
}

function expectShown(pictures: readonly Picture[], shown: ReadonlyMap<number, Picture>): void {
  const sequences = sequencesOf(pictures);
  let compared = 0;
  for (const [index, picture] of pictures.entries()) {
    const sequence = sequences[index] ?? 0;
    const original = shown.get(sequence);
    if (original === undefined) continue;
    compared++;
    expect(difference(picture, original), `picture ${sequence}`).toBeLessThan(tolerance);
    // The background moves: an earlier picture fits less.
    const other = shown.get(sequence - 8) ?? shown.get(sequence + 8);
    if (other) expect(difference(picture, original)).toBeLessThan(difference(picture, other));
  }
  expect(compared, 'pictures that both saw').toBeGreaterThan(10);
}

describe('an RTSP camera', () => {
  test.each(cases)('shows its pictures: $name', async ({ name: _, transport, ...options }) => {
    // ffmpeg begins with a keyframe: that it misses one is not to cost it half of its pictures.
    const camera = stopAfterTest(await RtspCamera.start({ ...size, gop: 10, ...options }));
    const config = `cameras: { cam1: { source: ${JSON.stringify(camera.urlWithCredentials)}, rtsp_transport: ${transport ?? 'tcp'} } }`;
    const server = stopAfterTest(await Server.start({ config }));
    await server.shows('high');
    const direct = seenDirectly(camera.urlWithCredentials, 65);

    const shown = await watchWithFfmpeg(`${server.url}/stream?tier=high`, { frames: 30, width, height });
    // On a busy machine packets come too late for their pictures, and damage those that lean on them.
    const pictures = shown.filter((picture) => timecodeOf(picture) !== null);
    expect(pictures.length).toBeGreaterThan(shown.length / 2);

    // The camera's own encoder may starve beside the viewers' decoders.
    expectInOrder(sequencesOf(pictures), 1, 0.6);
    expectShown(pictures, await direct);
  });

  test.each(['h264', 'h265'] as const)('is decoded without a delay of whole frames: %s', async (codec) => {
    const fps = 4;
    const camera = stopAfterTest(await RtspCamera.start({ width: 320, height: 192, fps, gop: fps, codec }));
    const server = stopAfterTest(await Server.start({ sources: [camera.url] }));
    const url = `${server.url}/stream?tier=high`;

    const { latencyMs } = await runLoad({ url, viewers: 1, seconds: 4, decodeTimecode: true });

    // The best of all frames: a busy machine delays some, a decoder that holds one back delays each.
    expect(latencyMs?.min).toBeLessThan(1000 / fps / 2);
  });

  test('that refuses the password is called by its name, and the password never', async () => {
    const camera = stopAfterTest(await RtspCamera.start({ ...size, user: 'viewer', password: 'right' }));
    const source = camera.url.replace('//', '//viewer:wr0ng-secret@');
    const server = stopAfterTest(await Server.start({ sources: [source, 'test:'] }));
    const first = await fetch(`${server.url}/cameras/cam1/snapshot`);

    const view = await server.reach('failed');

    expect(first.status).toBe(503);
    const problem = await first.text();
    expect(view.cause).toMatchObject({ code: 'unauthorized', permanent: true });
    expect(view.cause?.message).toMatch(/password/);
    for (const told of [problem, JSON.stringify(view), server.logs]) expect(told).not.toContain('wr0ng-secret');
    expect(view.source).toContain('viewer:***@');
    expect((await fetch(`${server.url}/cameras/cam2/snapshot`)).status, 'the other camera').toBe(200);
  });
});
