import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isEveryTrouble, someTroubles } from '../../support/chips.js';
import { makeClip } from '../../support/clip.js';
import { FakeHardware, type Trouble } from '../../support/fake-hardware.js';
import { runLenscast } from '../../support/server.js';

interface Candidate {
  readonly id: string;
  readonly family: string;
  readonly passes: boolean;
  readonly reason: string | null;
  readonly ms_per_frame: number | null;
}
interface Format {
  readonly format: string;
  readonly together: string | null;
  readonly candidates: readonly Candidate[];
}

const folder = mkdtempSync(join(tmpdir(), 'lenscast-probe-'));
const clips = { jpeg: join(folder, 'jpeg.avi'), h264: join(folder, 'h264.mp4') };
let chip: FakeHardware | undefined;

beforeAll(async () => {
  const size = { width: 320, height: 240, fps: 30, frames: 30 };
  await makeClip({ ...size, path: clips.jpeg, encoder: ['mjpeg', '-pix_fmt', 'yuvj420p'] });
  await makeClip({ ...size, path: clips.h264, encoder: ['libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'] });
});
afterEach(() => chip?.dispose());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function probe({ env }: FakeHardware, clip: string): Promise<Format> {
  const { stdout, stderr, code } = await runLenscast(['probe', '--json', '--source', `file:${clip}`], {
    env,
    timeoutMs: 80_000,
  });
  expect(code, stderr).toBe(0);
  const { formats } = JSON.parse(stdout.toString()) as { formats: readonly Format[] };
  const [format] = formats;
  if (format === undefined || formats.length !== 1) throw new Error(`not one format: ${stdout.toString()}`);
  return format;
}

function chipsRows({ candidates }: Format): readonly Candidate[] {
  return candidates.filter(({ family, reason }) => family !== 'software' && reason !== 'absent');
}

function reasonOf({ candidates }: Format, id: string): string | null {
  const candidate = candidates.find((each) => each.id === id);
  if (candidate === undefined) throw new Error(`no candidate ${id}`);
  return candidate.passes ? 'works' : candidate.reason;
}

describe('lenscast probe', () => {
  const boards = [
    ['jetson', 'jpeg', ['nvvidconv', 'nvv4l2decoder', 'nvjpegdec', 'nvjpegenc', 'nvv4l2h264enc']],
    ['jetson', 'h264', ['nvvidconv', 'nvv4l2decoder', 'nvjpegenc', 'nvv4l2h264enc']],
    ['va', 'h264', ['vapostproc', 'vah264dec', 'vah264enc']],
    ['va', 'jpeg', ['vapostproc', 'vajpegdec', 'vah264enc']],
    ['vaapi', 'jpeg', ['vaapipostproc', 'vaapijpegdec', 'vaapijpegenc', 'vaapih264enc']],
    ['nvidia', 'h264', ['cudaconvertscale', 'cudascale', 'nvh264dec', 'nvh264enc']],
    ['v4l2', 'h264', ['v4l2h264dec', 'v4l2jpegenc', 'v4l2h264enc']],
  ] as const;
  it.each(someTroubles(boards, 2))('%s with a camera of %s: the whole chain works', async (board, clip, elements) => {
    chip = new FakeHardware(board);
    const format = await probe(chip, clips[clip]);
    const rows = chipsRows(format).filter(({ reason }) => !/another element|needs GStreamer/.test(reason ?? ''));
    expect(rows.filter(({ passes }) => !passes)).toEqual([]);
    expect(rows.map(({ id }) => id.split('/')[0])).toEqual(elements);
    expect(format.together).toBeNull();
    expect(format.format).toContain('320x240@30');
  });

  const broken = ['nvv4l2decoder', 'nvjpegenc', 'nvv4l2h264enc'] as const;
  const rows = ['nvv4l2decoder/nvvideo4linux2/jpeg', 'nvjpegenc/nvjpeg', 'nvv4l2h264enc/nvvideo4linux2'] as const;

  const anyElement: readonly (readonly [Trouble, RegExp])[] = [
    ['refuse-caps', /not-negotiated|Internal data (stream|flow) error/],
    ['error-at-17', /the fake chip fails as it was told/],
    ['hang-start', /its start hung for 5 s/],
    ['stall-at-17', /\d+ of 30 frames came.*within 5 s/],
    ['segv', /died: SIGSEGV/],
  ];
  it.each(someTroubles(anyElement, 4))(
    'a decoder, a JPEG and an H.264 encoder with %s are found out',
    async (trouble, reason) => {
      chip = new FakeHardware('jetson');
      chip.trouble(Object.fromEntries(broken.map((element) => [element, trouble])));
      const format = await probe(chip, clips.jpeg);
      for (const row of rows) expect(reasonOf(format, row)).toMatch(reason);
      expect(reasonOf(format, 'nvjpegdec/nvjpeg/jpeg')).toBe('works');
      expect(reasonOf(format, 'x264enc/software')).toBe('works');
    },
  );

  const encoder: readonly (readonly [Trouble, RegExp])[] = [
    ['b-frames', /it gives B-frames/],
    ['ignore-keyframe', /no keyframe when it is asked/],
    ['one-session', /with a second one at once: .*no session to spare/],
  ];
  it.each(someTroubles(encoder))('an H.264 encoder with %s is found out', async (trouble, reason) => {
    chip = new FakeHardware('jetson');
    chip.trouble({ nvv4l2h264enc: trouble });
    const format = await probe(chip, clips.jpeg);
    expect(reasonOf(format, 'nvv4l2h264enc/nvvideo4linux2')).toMatch(reason);
    expect(reasonOf(format, 'nvjpegenc/nvjpeg')).toBe('works');
  });

  it.runIf(isEveryTrouble)('without its encoder a board does the rest', async () => {
    chip = new FakeHardware('jetson', { absent: ['nvv4l2h264enc'] });
    const format = await probe(chip, clips.jpeg);
    expect(reasonOf(format, 'nvv4l2h264enc/nvvideo4linux2')).toBe('absent');
    expect(reasonOf(format, 'nvv4l2decoder/nvvideo4linux2/jpeg')).toBe('works');
    expect(reasonOf(format, 'nvjpegenc/nvjpeg')).toBe('works');
  });

  it('prints a table for people', async () => {
    chip = new FakeHardware('va');
    chip.trouble({ vah264enc: 'error-at-17' });
    const { stdout, code } = await runLenscast(['probe', '--source', `file:${clips.h264}`], {
      env: chip.env,
      timeoutMs: 80_000,
    });
    expect(code).toBe(0);
    const lines = stdout.toString().split('\n');
    expect(lines[0]).toMatch(/^GStreamer 1\.\d+/);
    expect(lines.some((line) => /^ {2}candidate +job +result +ms per frame +why not$/.test(line))).toBe(true);
    expect(lines.some((line) => /^ {2}vah264dec \(va\) +decode +works +\d+\.\d/.test(line))).toBe(true);
    for (const scaler of ['vapostproc (va)', 'lenscastscale']) {
      const [line = ''] = lines.filter((each) => each.startsWith(`  ${scaler} `));
      expect(line.slice(2 + scaler.length)).toMatch(/^ +scale +works +\d+\.\d$/);
    }
    expect(lines.some((line) => /^ {2}vah264enc \(va\) +h264 +fails +- +.*as it was told/.test(line))).toBe(true);
    expect(lines.some((line) => /^ {2}absent: .*nvv4l2h264enc/.test(line))).toBe(true);
  });
});
