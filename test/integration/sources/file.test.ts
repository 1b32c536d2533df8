import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { makeClip } from '../../support/clip.js';
import { difference, sequencesOf } from '../../support/picture.js';
import { Server } from '../../support/server.js';
import { watchWithFfmpeg } from '../../support/watch.js';

const frames = 40;
const fps = 20;
const size = { width: 640, height: 360 };
/** Raw pictures are encoded in their own range of values, narrower than JPEG's; these colors are strong. */
const tolerance = 20;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenscast-clips-'));
});
afterAll(() => rm(folder, { recursive: true }));

const h264 = ['libx264', '-preset', 'ultrafast', '-crf', '18', '-pix_fmt', 'yuv420p'];
const cases = [
  { name: 'clip.mp4', encoder: h264, tiers: ['high', 'medium', 'low'] },
  {
    name: 'b-frames.mp4',
    encoder: [...h264, '-bf', '2', '-g', '20', '-preset', 'fast'],
    tiers: ['high', 'medium', 'low'],
  },
  {
    name: 'jpegs.avi',
    encoder: ['mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'],
    tiers: ['source', 'high', 'medium', 'low'],
  },
  {
    name: 'jpegs.mkv',
    encoder: ['mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'],
    tiers: ['source', 'high', 'medium', 'low'],
  },
] as const;

describe('a video file', () => {
  test.each(cases)('plays in a loop and in real time: $name', async ({ name, encoder, tiers }) => {
    const path = join(folder, name);
    const originals = await makeClip({ path, encoder, ...size, fps, frames });
    const server = stopAfterTest(await Server.start({ sources: [`file:${path}`] }));

    await server.shows(tiers[0]);
    const startMs = performance.now();
    const shown = frames * 2.5;
    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=${tiers[0]}`, { frames: shown, ...size });
    const elapsedMs = performance.now() - startMs;

    const sequences = sequencesOf(pictures);
    const steps = sequences.slice(1).map((sequence, index) => (sequence - (sequences[index] ?? 0) + frames) % frames);
    const told = sequences.join(' ');
    // The last picture may be repeated where the clip begins again; nothing runs backwards.
    expect(
      steps.every((step) => step >= 0 && step < frames / 4),
      told,
    ).toBe(true);
    expect(steps.filter((step) => step === 1).length, told).toBeGreaterThan(shown * 0.75);
    expect(sequences.filter((sequence, index) => sequence < (sequences[index - 1] ?? 0)).length, told).toBeGreaterThan(
      1,
    );
    for (const [index, picture] of pictures.entries()) {
      const original = originals[sequences[index] ?? 0];
      if (original) expect(difference(picture, original), `picture ${index}`).toBeLessThan(tolerance);
    }
    expect(elapsedMs, 'not faster than real time').toBeGreaterThan((shown / fps) * 1000 * 0.8);
    const pictured = (await server.camera()).tiers.filter(({ media }) => media.includes('jpeg'));
    expect(pictured.map((tier) => tier.name)).toEqual(tiers);
    expect((await server.camera()).state).toBe('live');
  });

  test('that is none is called by its name', async () => {
    const missing = join(folder, 'nothing.mp4');
    const server = stopAfterTest(await Server.start({ sources: [`file:${missing}`, 'file:/etc/hostname'] }));

    const responses = await Promise.all(['cam1', 'cam2'].map((id) => fetch(`${server.url}/cameras/${id}/snapshot`)));

    const details = await Promise.all(
      responses.map(async (response) => ((await response.json()) as { detail: string }).detail),
    );
    expect(responses.map(({ status }) => status)).toEqual([503, 503]);
    expect(details[0]).toContain(`${missing} does not exist`);
    expect(details[1]).toContain('/etc/hostname holds no video');
  });
});
