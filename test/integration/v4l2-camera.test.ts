import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Timecode } from '../support/timecode.js';
import { oneV4l2Camera, renderV4l2Pictures, type V4l2Camera, V4l2Cameras } from '../support/v4l2-camera.js';
import {
  CameraReader,
  decodedTimecodes,
  missingBetween,
  runWithCameras,
  splitJpegs,
  stampsOf,
} from '../support/v4l2-clients.js';

let folder: string;
let cameras: V4l2Cameras;
let camera: V4l2Camera;
const readers: CameraReader[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'v4l2-camera-test-'));
  for (const size of ['640x480', '1280x720', '1920x1080']) renderV4l2Pictures('MJPG', size);
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  ({ cameras, camera } = oneV4l2Camera());
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.stop();
  cameras.dispose();
});

const jpegCaps = (size: string, fps: number) => {
  const [width, height] = size.split('x');
  return `image/jpeg,width=${width},height=${height},framerate=${fps}/1`;
};

function startReader(program: string, ...args: string[]): CameraReader {
  const reader = new CameraReader(cameras, program, args);
  readers.push(reader);
  return reader;
}

const startGstreamer = (): CameraReader =>
  startReader('gst-launch-1.0', '-q', 'v4l2src', 'device=/dev/video0', '!', jpegCaps('640x480', 60), '!', 'fakesink');

async function waitUntil(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}

/** Frames follow each other; one that is missing was lost by the camera and counted. */
function expectOrder(codes: readonly (Timecode | null)[]): void {
  const known = codes.filter((code) => code !== null);
  expect(known).toHaveLength(codes.length);
  const { lost, late } = camera.counters();
  expect(missingBetween(known.map(({ sequence }) => sequence))).toBeLessThanOrEqual(lost + late);
  for (const [index, code] of known.entries()) {
    const before = known[index - 1];
    if (!before) continue;
    expect(code.sequence).toBeGreaterThan(before.sequence);
    expect(code.captureUs).toBeGreaterThan(before.captureUs);
  }
}

async function recordWithGstreamer(size: string, fps: number, frames: number, ...between: string[]): Promise<Buffer[]> {
  const file = join(folder, 'gstreamer.mjpg');
  const source = ['v4l2src', 'device=/dev/video0', `num-buffers=${frames}`, '!', jpegCaps(size, fps)];
  const sink = [...between, '!', 'filesink', `location=${file}`];
  const { code, stderr } = await runWithCameras(cameras, 'gst-launch-1.0', '-q', ...source, ...sink);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return [...(await splitJpegs(file))];
}

async function recordWithFfmpeg(format: string, size: string, output: string): Promise<string> {
  const file = join(folder, output);
  const input = ['-f', 'v4l2', '-input_format', format, '-video_size', size, '-framerate', '30', '-i', '/dev/video0'];
  const args = ['-v', 'error', ...input, '-frames:v', '60', '-c', 'copy', '-f', 'rawvideo', '-y', file];
  const { code, stderr } = await runWithCameras(cameras, 'ffmpeg', ...args);
  expect(code, stderr).toBe(0);
  return file;
}

describe('an independent program takes it for a camera', () => {
  test('GStreamer reads MJPG, and the pixels tell the same time as the comment', async () => {
    const jpegs = await recordWithGstreamer('1280x720', 60, 60);
    expect(jpegs).toHaveLength(60);
    const stamps = stampsOf(jpegs);
    expectOrder(stamps);
    const decoded = await decodedTimecodes(1280, 720, '-f', 'mjpeg', '-i', join(folder, 'gstreamer.mjpg'));
    expect(decoded).toEqual(stamps);
  });

  test('GStreamer reads YUYV through libv4l2 too', async () => {
    const file = join(folder, 'gstreamer.yuyv');
    const caps = 'video/x-raw,format=YUY2,width=640,height=480,framerate=30/1';
    const args = ['v4l2src', 'device=/dev/video0', 'num-buffers=30', '!', caps, '!', 'filesink', `location=${file}`];
    const libv4l2 = ['env', 'GST_V4L2_USE_LIBV4L2=1', 'gst-launch-1.0', '-q'];
    const { code, stderr } = await runWithCameras(cameras, 'env', ...libv4l2.slice(1), ...args);
    expect(code, stderr).toBe(0);
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuyv422', '-video_size', '640x480', '-i', file];
    const decoded = await decodedTimecodes(640, 480, ...raw);
    expect(decoded).toHaveLength(30);
    expectOrder(decoded);
  });

  test('ffmpeg records MJPG of 1080p, of a real camera’s size', async () => {
    const file = await recordWithFfmpeg('mjpeg', '1920x1080', 'ffmpeg.mjpg');
    const jpegs = await splitJpegs(file);
    expect(jpegs).toHaveLength(60);
    for (const jpeg of jpegs) expect(Math.abs(jpeg.length / 180_000 - 1)).toBeLessThan(0.15);
    const decoded = await decodedTimecodes(1920, 1080, '-f', 'mjpeg', '-i', file);
    expect(decoded).toEqual(stampsOf(jpegs));
    expectOrder(decoded);
  });

  test('ffmpeg records YUYV', async () => {
    const file = await recordWithFfmpeg('yuyv422', '1280x720', 'ffmpeg.yuyv');
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuyv422', '-video_size', '1280x720', '-i', file];
    const decoded = await decodedTimecodes(1280, 720, ...raw);
    expect(decoded).toHaveLength(60);
    expectOrder(decoded);
  });

  test('µStreamer serves a snapshot', async () => {
    const socketPath = join(folder, 'ustreamer.sock');
    const mode = ['-r', '1920x1080', '-f', '30', '--format', 'MJPEG', '--encoder', 'HW'];
    const ustreamer = startReader('ustreamer', '--device', '/dev/video0', ...mode, '--unix', socketPath);
    await waitUntil('µStreamer captures', () => camera.counters().captured > 5);
    expect(ustreamer.running).toBe(true);
    const jpeg = await new Promise<Buffer>((resolve, reject) => {
      const get = request({ socketPath, path: '/snapshot' }, async (response) => {
        resolve(Buffer.concat(await response.toArray()));
      });
      get.once('error', reject).end();
    });
    expect(stampsOf([jpeg])[0]?.captureUs).toBeGreaterThan(0);
    expect(jpeg.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
  });

  test('v4l2-ctl lists the modes and sees a driver’s time stamps', async () => {
    const list = await runWithCameras(cameras, 'v4l2-ctl', '-d', '/dev/video0', '--list-formats-ext');
    const text = list.stdout.toString();
    expect(text.match(/'(MJPG|YUYV)'/g)).toEqual(["'MJPG'", "'YUYV'"]);
    expect(text.match(/Size: Discrete 1920x1080/g)).toHaveLength(2);
    expect(text.match(/\(60\.000 fps\)/g)).toHaveLength(6);
    const stream = ['--stream-mmap', '--stream-count=5', '--verbose'];
    const { stdout, stderr } = await runWithCameras(cameras, 'v4l2-ctl', '-d', '/dev/video0', ...stream);
    expect((stdout + stderr).match(/seq: +\d+ .*\(ts-monotonic, ts-src-soe\)/g)).toHaveLength(5);
  });

  test('v4l2-compliance streams by every way of waiting and of memory', async () => {
    const { stdout } = await runWithCameras(cameras, 'v4l2-compliance', '-d', '/dev/video0', '-s5');
    const text = stdout.toString();
    for (const way of ['MMAP \\(no poll\\)', 'MMAP \\(select\\)', 'MMAP \\(epoll\\)', 'USERPTR \\(select\\)'])
      expect(text).toMatch(new RegExp(`test ${way}: .*OK`, 's'));
  });

  test('two cameras run in one process', async () => {
    const pair = new V4l2Cameras([{ card: 'left' }, { card: 'right', formats: ['MJPG'], sizes: ['640x480'] }]);
    const branch = (node: number) => ['v4l2src', `device=/dev/video${node}`, 'num-buffers=20', '!', 'image/jpeg'];
    const args = [...branch(0), '!', 'fakesink', ...branch(1), '!', 'fakesink'];
    const { code, stderr } = await runWithCameras(pair, 'gst-launch-1.0', '-q', ...args);
    expect(code, stderr).toBe(0);
    for (const one of pair.cameras) expect(one.counters().captured).toBeGreaterThanOrEqual(20);
    pair.dispose();
  });
});

describe('Node.js', () => {
  const evaluate = async (expression: string): Promise<unknown> => {
    const script = `const fs = require('node:fs'); console.log(JSON.stringify(${expression}))`;
    const { code, stdout, stderr } = await runWithCameras(cameras, process.execPath, '-e', script);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout.toString());
  };

  test('finds it in /dev, until it is unplugged', async () => {
    const look = `[fs.readdirSync('/dev').includes('video0'), fs.existsSync('/dev/video0'),
      fs.statSync('/dev/video0', { throwIfNoEntry: false })?.isCharacterDevice() ?? null,
      fs.readdirSync('/dev').includes('null')]`;
    expect(await evaluate(look)).toEqual([true, true, true, true]);
    camera.unplug();
    expect(await evaluate(look)).toEqual([false, false, null, true]);
  });

  test('gets all descriptors and threads back', async () => {
    const script = `(() => {
      const count = () => [fs.readdirSync('/proc/self/fd').length, fs.readdirSync('/proc/self/task').length];
      const before = count();
      for (let round = 0; round < 300; round++) fs.closeSync(fs.openSync('/dev/video0', 'r+'));
      const open = fs.openSync('/dev/video0', 'r+');
      const during = count();
      fs.closeSync(open);
      return { before, during, after: count() };
    })()`;
    const { before, during, after } = (await evaluate(script)) as Record<string, [number, number]>;
    expect(during?.[1]).toBe((before?.[1] ?? 0) + 1);
    expect(after).toEqual(before);
  });
});

describe('a fault on command', () => {
  test('unplugged: its reader fails, its node is gone; plugged in again, it works', async () => {
    const reader = startGstreamer();
    await waitUntil('frames', () => camera.counters().captured > 10);
    camera.unplug();
    expect(await reader.ended(5_000)).not.toBe(0);
    expect(camera.counters().streamingPid).toBe(0);
    const { stderr } = await runWithCameras(cameras, 'v4l2-ctl', '-d', '/dev/video0', '--all');
    expect(stderr).toMatch(/No such file|Cannot open device/);
    camera.plug();
    expect(await recordWithGstreamer('640x480', 60, 10)).toHaveLength(10);
  });

  test('stalled: no frames and no error, until it resumes', async () => {
    const reader = startGstreamer();
    await waitUntil('frames', () => camera.counters().captured > 10);
    camera.stall();
    const still = async () => {
      const { captured } = camera.counters();
      await delay(300);
      return camera.counters().captured === captured;
    };
    await waitUntil('no more frames', still);
    expect(await still()).toBe(true);
    expect(reader.running).toBe(true);
    const { captured } = camera.counters();
    camera.resume();
    await waitUntil('frames again', () => camera.counters().captured > captured + 10);
    expect(reader.running).toBe(true);
  });

  test('truncated: JPEGs without an end, as many as commanded', async () => {
    camera.truncate(3);
    const jpegs = await recordWithGstreamer('640x480', 60, 30);
    const cut = jpegs.filter((jpeg) => !jpeg.subarray(-2).equals(Buffer.from([0xff, 0xd9])));
    const numbers = stampsOf(jpegs).map(({ sequence }) => sequence);
    expect(stampsOf(cut).map(({ sequence }) => sequence)).toEqual(numbers.filter((number) => number % 3 === 0));
  });

  test('corrupt: a decoder complains, the time code stays readable', async () => {
    camera.corrupt();
    const jpegs = await recordWithGstreamer('640x480', 60, 10);
    const file = join(folder, 'gstreamer.mjpg');
    const check = ['-v', 'error', '-f', 'mjpeg', '-i', file, '-f', 'null', '-'];
    expect((await runWithCameras(cameras, 'ffmpeg', ...check)).stderr).toMatch(/error|invalid|overread/i);
    expect(stampsOf(jpegs)).toHaveLength(10);
    const decoded = await decodedTimecodes(640, 480, '-f', 'mjpeg', '-i', file);
    expect(decoded.filter((code) => code !== null).length).toBeGreaterThan(0);
  });

  test('in use: a second process gets EBUSY until the first one is gone', async () => {
    const first = startGstreamer();
    await waitUntil('frames', () => camera.counters().captured > 5);
    const format = '--set-fmt-video=width=1280,height=720,pixelformat=YUYV';
    const setFormat = () => runWithCameras(cameras, 'v4l2-ctl', '-d', '/dev/video0', format);
    const refused = await setFormat();
    expect(refused.stdout + refused.stderr).toContain('Device or resource busy');
    expect(refused.code).not.toBe(0);
    await first.stop();
    expect((await setFormat()).code).toBe(0);
  });

  test('a reader that is too slow loses frames, and the numbers tell how many', async () => {
    const jpegs = await recordWithGstreamer('640x480', 60, 12, '!', 'identity', 'sleep-time=120000');
    const missing = missingBetween(stampsOf(jpegs).map(({ sequence }) => sequence));
    expect(missing).toBeGreaterThan(0);
    const { lost, late } = camera.counters();
    expect(missing).toBeLessThanOrEqual(lost + late);
  });
});
