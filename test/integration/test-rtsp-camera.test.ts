import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RtspCamera, type RtspCameraOptions } from '../support/rtsp-camera.js';
import { runProgram } from '../support/run-program.js';
import { readTimecode, type Timecode } from '../support/timecode.js';

const programTimeoutMs = 15_000;
const width = 320;
const height = 192;

const started: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((camera) => camera.stop()));
});

async function startRtsp(options: RtspCameraOptions = {}): Promise<RtspCamera> {
  const camera = await RtspCamera.start({ width, height, ...options });
  started.push(camera);
  return camera;
}

/** The time codes that ffmpeg sees in the pictures of an RTSP camera, in their order; null where one is damaged. */
async function timecodes(url: string, transport: 'udp' | 'tcp', frames: number): Promise<(Timecode | null)[]> {
  const input = ['-rtsp_transport', transport, '-i', url, '-frames:v', String(frames), '-fps_mode', 'passthrough'];
  const output = ['-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  const { code, stdout, stderr } = await runProgram('ffmpeg', ['-v', 'error', ...input, ...output], programTimeoutMs);
  expect(code, stderr).toBe(0);
  const size = width * height;
  expect(stdout.length).toBe(frames * size);
  return Array.from({ length: frames }, (_, index) =>
    readTimecode({ luma: stdout.subarray(index * size, (index + 1) * size), width, height }),
  );
}

async function pictureTypes(url: string, frames: number): Promise<string> {
  const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-read_intervals', `%+#${frames}`];
  const show = ['-show_entries', 'frame=pict_type', '-of', 'csv=p=0', url];
  const { code, stdout, stderr } = await runProgram('ffprobe', [...args, ...show], programTimeoutMs);
  expect(code, stderr).toBe(0);
  return stdout.toString().replace(/[^A-Z]/g, '');
}

/** An ffmpeg that counts the frames it gets, without decoding them, until it is stopped or the stream ends. */
function watch(url: string) {
  const args = [
    '-v',
    'quiet',
    '-rtsp_transport',
    'tcp',
    '-i',
    url,
    '-c',
    'copy',
    '-f',
    'framecrc',
    '-flush_packets',
    '1',
  ];
  const child = spawn('ffmpeg', [...args, '-'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const watcher = {
    frames: 0,
    exited,
    stop: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
  child.stdout.on('data', (chunk: Buffer) => {
    watcher.frames += chunk
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('0,')).length;
  });
  started.push(watcher);
  return watcher;
}

const frameDeadline = { timeout: 10_000, interval: 50 };

async function frameCountMoves(watcher: { frames: number }, what: string): Promise<void> {
  const before = watcher.frames;
  await expect.poll(() => watcher.frames, { ...frameDeadline, message: what }).toBeGreaterThan(before);
}

async function frameCountStops(watcher: { frames: number }, what: string): Promise<void> {
  let before = -1;
  const unchanged = () => {
    const same = watcher.frames === before;
    before = watcher.frames;
    return same;
  };
  await expect.poll(unchanged, { timeout: 10_000, interval: 400, message: what }).toBe(true);
}

/** The status line that the server answers to OPTIONS on a new connection; null after `timeoutMs` of silence. */
async function askOptions(port: number, timeoutMs: number): Promise<string | null> {
  const socket = connect(port, '127.0.0.1');
  socket.write('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n');
  const answer = once(socket, 'data', { signal: AbortSignal.timeout(timeoutMs) });
  try {
    const [data] = await answer;
    return String(data).split('\r\n')[0] ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  } finally {
    socket.destroy();
  }
}

describe('the RTSP camera', () => {
  test.each([
    { codec: 'h264', transport: 'tcp', bframes: 0 },
    { codec: 'h264', transport: 'udp', bframes: 2 },
    { codec: 'h265', transport: 'tcp', bframes: 2 },
    { codec: 'h265', transport: 'udp', bframes: 0 },
    { codec: 'jpeg', transport: 'tcp', bframes: 0 },
    { codec: 'jpeg', transport: 'udp', bframes: 0 },
  ] as const)(
    'shows ffmpeg $codec with $bframes B-frames over $transport, each picture once and in order',
    async (row) => {
      const camera = await startRtsp({ codec: row.codec, bframes: row.bframes, fps: 15 });
      const seen = (await timecodes(camera.url, row.transport, 25)).slice(5);
      const nowUs = Number(process.hrtime.bigint() / 1000n);
      for (const [index, code] of seen.entries()) {
        if (!code) throw new Error(`picture ${index} has no time code`);
        expect(code.captureUs).toBeLessThan(nowUs);
        expect(nowUs - code.captureUs).toBeLessThan(programTimeoutMs * 1000);
        const before = seen[index - 1];
        if (before) expect(code.sequence).toBeGreaterThan(before.sequence);
        if (before) expect(code.captureUs).toBeGreaterThan(before.captureUs);
      }
      const steps = seen.slice(1).map((code, index) => (code?.sequence ?? 0) - (seen[index]?.sequence ?? 0));
      expect(steps.filter((step) => step === 1).length).toBeGreaterThanOrEqual(steps.length * 0.8);
    },
  );

  test.each([
    { codec: 'h264', bframes: 0 },
    { codec: 'h264', bframes: 2 },
    { codec: 'h265', bframes: 0 },
    { codec: 'h265', bframes: 2 },
  ] as const)('encodes $codec with exactly $bframes B-frames between its references', async ({ codec, bframes }) => {
    const camera = await startRtsp({ codec, bframes, gop: 12 });
    const types = await pictureTypes(camera.url, 30);
    expect(types.startsWith('I')).toBe(true);
    expect(types.match(/I/g)?.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...(types.match(/B*/g) ?? []).map((run) => run.length))).toBe(bframes);
  });

  test('feeds several clients at once, GStreamer among them, from one capture', async () => {
    const camera = await startRtsp();
    const source = ['rtspsrc', `location=${camera.url}`, 'protocols=tcp', 'latency=0', '!', 'rtph264depay', '!'];
    const sink = ['avdec_h264', '!', 'identity', 'eos-after=20', '!', 'fakesink'];
    const [launched, one, other] = await Promise.all([
      runProgram('gst-launch-1.0', ['-q', ...source, ...sink], programTimeoutMs),
      timecodes(camera.url, 'tcp', 60),
      timecodes(camera.url, 'udp', 60),
    ]);
    expect(launched.code, launched.stderr).toBe(0);
    const captured = new Map(one.map((code) => [code?.sequence, code?.captureUs]));
    const shared = other.filter((code) => code && captured.has(code.sequence));
    expect(shared.length).toBeGreaterThan(0);
    for (const code of shared) expect(captured.get(code?.sequence)).toBe(code?.captureUs);
  });

  test('lets in who knows the password, and nobody else', async () => {
    const camera = await startRtsp({ user: 'viewer', password: 'right horse' });
    expect((await timecodes(camera.urlWithCredentials, 'tcp', 3)).length).toBe(3);
    for (const url of [camera.url, camera.url.replace('//', '//viewer:wrong@')]) {
      const { code, stderr } = await runProgram('ffprobe', ['-v', 'error', url], programTimeoutMs);
      expect(code).not.toBe(0);
      expect(stderr).toContain('401');
    }
  });

  test('loops a clip without re-encoding it', async () => {
    const encoder = ['x264enc', 'bframes=2', 'key-int-max=10', '!', 'mp4mux', '!', 'filesink'];
    const folder = await mkdtemp(join(tmpdir(), 'lenscast-clip-'));
    started.push({ stop: () => rm(folder, { recursive: true }) });
    const path = join(folder, 'clip.mp4');
    const picture = `video/x-raw,width=${width},height=${height},framerate=30/1`;
    const source = ['videotestsrc', 'pattern=smpte', 'num-buffers=30', '!', picture, '!'];
    const made = await runProgram(
      'gst-launch-1.0',
      ['-q', ...source, ...encoder, `location=${path}`],
      programTimeoutMs,
    );
    expect(made.code, made.stderr).toBe(0);
    const checksums = async (input: string[], frames: number) => {
      const args = [
        '-v',
        'error',
        ...input,
        '-frames:v',
        String(frames),
        '-fps_mode',
        'passthrough',
        '-f',
        'framemd5',
        '-',
      ];
      const { stdout } = await runProgram('ffmpeg', args, programTimeoutMs);
      return stdout
        .toString()
        .split('\n')
        .flatMap((line) => /[0-9a-f]{32}$/.exec(line)?.[0] ?? []);
    };
    const clip = await checksums(['-i', path], 30);
    expect(new Set(clip).size).toBe(30);
    const camera = await startRtsp({ file: path });
    expect(await checksums(['-rtsp_transport', 'tcp', '-i', camera.url], 90)).toEqual([...clip, ...clip, ...clip]);
  });

  test('stalls with its connections open, answers meanwhile, and goes on', async () => {
    const camera = await startRtsp();
    const watcher = watch(camera.url);
    await frameCountMoves(watcher, 'frames before the stall');
    await camera.stall();
    await frameCountStops(watcher, 'no more frames');
    expect(await askOptions(camera.port, 10_000)).toBe('RTSP/1.0 200 OK');
    await camera.unstall();
    await frameCountMoves(watcher, 'frames after the stall');
  });

  test('is a black hole while paused', async () => {
    const camera = await startRtsp();
    const watcher = watch(camera.url);
    await frameCountMoves(watcher, 'frames before the pause');
    camera.pause();
    await frameCountStops(watcher, 'no more frames');
    expect(await askOptions(camera.port, 500)).toBeNull();
    camera.resume();
    await frameCountMoves(watcher, 'frames after the pause');
  });

  test('ends its clients when killed, and can be started again on the same port', async () => {
    const camera = await startRtsp();
    const watcher = watch(camera.url);
    await frameCountMoves(watcher, 'frames before the kill');
    await camera.kill();
    await watcher.exited;
    const again = await startRtsp({ port: camera.port });
    expect(again.url).toBe(camera.url);
    await frameCountMoves(watch(again.url), 'frames after the restart');
    expect(await again.stop()).toBe(0);
    expect(await again.stop()).toBe(0);
  });

  test('refuses what it cannot do', async () => {
    await expect(startRtsp({ width: 321 })).rejects.toThrow('--width');
    await expect(startRtsp({ file: '/nonexistent.mp4' })).rejects.toThrow('Resource not found');
    const camera = await startRtsp();
    await expect(startRtsp({ port: camera.port })).rejects.toThrow(`port ${camera.port} can't be had`);
  });
});
