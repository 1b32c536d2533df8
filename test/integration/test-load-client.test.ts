import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpCamera, type HttpCameraFault, type HttpCameraOptions } from '../support/http-camera.js';
import { runLoad, startBareSend } from '../support/load-client.js';
import { RtspCamera } from '../support/rtsp-camera.js';
import { runProgram } from '../support/run-program.js';
import { startUstreamer } from '../support/ustreamer.js';
import { oneV4l2Camera } from '../support/v4l2-camera.js';

const brief = { warmupSeconds: 0.3, seconds: 1 } as const;
const started: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

async function startHttp(options: HttpCameraOptions = {}): Promise<HttpCamera> {
  const camera = await HttpCamera.start({ width: 320, height: 240, ...options });
  started.push(camera);
  return camera;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lenscast-load-'));
  started.push({ stop: () => rm(folder, { recursive: true }) });
  return folder;
}

/** The URL of a `bare-send` with a JPEG of about 130 kB. */
async function startBare(fps: number): Promise<string> {
  const file = join(await temporaryFolder(), 'picture.jpg');
  const picture = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=1920x1080',
    '-frames:v',
    '1',
    '-q:v',
    '2',
    '-pix_fmt',
    'yuvj420p',
  ];
  const made = await runProgram('ffmpeg', ['-v', 'error', ...picture, file], 15_000);
  expect(made.code, made.stderr).toBe(0);
  const server = await startBareSend({ file, fps });
  started.push(server);
  return server.url;
}

describe('the load client counts what viewers see', () => {
  test.each<[string, HttpCameraOptions]>([
    ['with Content-Length', {}],
    ['without Content-Length', { framing: { contentLength: false } }],
    ['a quoted boundary', { framing: { boundary: "odd'(bound)ary:=?", quoted: true } }],
    ['dashes in the header', { framing: { dashesInHeader: true } }],
    ['no line end before the boundary', { framing: { lineEndBeforeBoundary: false } }],
    ['a preamble', { framing: { preamble: 'one moment\r\n' } }],
  ])('%s', async (_name, options) => {
    const camera = await startHttp({ fps: 25, ...options });
    const report = await runLoad({ url: camera.url, viewers: 4, ...brief });
    expect(report).toMatchObject({
      viewers: 4,
      closed: 0,
      badFrames: 0,
      framingErrors: 0,
      duplicates: 0,
      backwards: 0,
    });
    expect(report.perViewer.length).toBe(4);
    for (const viewer of report.perViewer) {
      expect(viewer.frames).toBeGreaterThan(0);
      expect(viewer.frames + viewer.missed).toBeGreaterThanOrEqual(10);
      expect(viewer.frames + viewer.missed).toBeLessThanOrEqual(50);
      expect(viewer.firstFrameMs).toBeGreaterThan(0);
    }
    expect(report.frames).toBeLessThan(camera.framesSent);
    const latency = report.latencyMs;
    expect(latency?.count).toBe(report.frames);
    expect(latency?.min).toBeGreaterThan(0);
    expect(latency?.p50).toBeGreaterThanOrEqual(latency?.min ?? 0);
    expect(latency?.max).toBeGreaterThanOrEqual(latency?.p99 ?? 0);
  });

  test.each<[HttpCameraFault, 'with' | 'without']>([
    ['cut-jpegs', 'without'],
    ['content-length-too-large', 'with'],
    ['content-length-too-small', 'with'],
  ])('%s: each frame is bad, %s bytes between the parts', async (fault, between) => {
    const camera = await startHttp();
    camera.fault = fault;
    const report = await runLoad({ url: camera.url, viewers: 1, warmupSeconds: 0, seconds: 1 });
    expect(report.frames).toBeGreaterThan(0);
    expect(report).toMatchObject({ badFrames: report.frames, closed: 0 });
    // The time may be over between a part's last byte and the next part, where the error shows.
    if (between === 'with') expect(report.framingErrors).toBeGreaterThanOrEqual(report.frames - 1);
    else expect(report.framingErrors).toBe(0);
  });

  // Of an endless part it has to read many megabytes to know it.
  test.each<[HttpCameraFault, string, number]>([
    ['half-part-then-close', 'closed by the server', 1],
    ['half-part-then-silence', '', 1],
    ['silence', '', 1],
    ['endless-part', 'a part has no end', 5],
  ])('%s: no frame', async (fault, failure, seconds) => {
    const camera = await startHttp();
    camera.fault = fault;
    const report = await runLoad({ url: camera.url, viewers: 1, warmupSeconds: 0, seconds });
    expect(report).toMatchObject({ frames: 0, badFrames: 0, closed: failure ? 1 : 0, perViewer: [{ failure }] });
  });

  test('says why a viewer could not be served', async () => {
    const failure = async (url: string) => {
      const report = await runLoad({ url, viewers: 1, warmupSeconds: 0, seconds: 0.5 });
      expect(report).toMatchObject({ closed: 1, frames: 0, framesPerViewer: { max: 0 }, latencyMs: null });
      return report.perViewer[0]?.failure;
    };
    const camera = await startHttp();
    camera.fault = 'html';
    expect(await failure(camera.url)).toBe('no multipart: Content-Type text/html');
    camera.fault = 'not-found';
    expect(await failure(camera.url)).toBe('HTTP/1.1 404 Not Found');
    const chunked = await startHttp({ chunked: true });
    expect(await failure(chunked.url)).toContain('chunked');
    await chunked.stop();
    expect(await failure(chunked.url)).toBe('connecting failed');
    await expect(runLoad({ url: camera.url })).rejects.toThrow('--viewers or --churn is missing');
    await expect(runLoad({ url: 'ftp://x', viewers: 1 })).rejects.toThrow('--url begins with http://');
  });

  test('counts gaps and duplicates', async () => {
    const jpeg = (sequence: number) => {
      const text = `lenscast-test seq=${String(sequence).padStart(10, '0')} capture_us=${'1'.padStart(20, '0')}`;
      return Buffer.concat([Buffer.from('ffd8fffe003e', 'hex'), Buffer.from(text), Buffer.from('ffd9', 'hex')]);
    };
    const sequences = [5, 6, 6, 9, 8, 9, 20];
    const server = createServer((_request, response) => {
      response.removeHeader('Transfer-Encoding');
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace;boundary=b', Connection: 'close' });
      for (const sequence of sequences) {
        response.write(`--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg(sequence).length}\r\n\r\n`);
        response.write(jpeg(sequence));
        response.write('\r\n');
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    started.push({ stop: async () => server.close().closeAllConnections() });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const report = await runLoad({ url, viewers: 1, warmupSeconds: 0, seconds: 0.5 });
    expect(report).toMatchObject({ frames: 7, duplicates: 1, gaps: 2, missed: 2 + 10, backwards: 1, badFrames: 0 });
  });
});

describe('the load client with viewers that are slow, stalled, or come and go', () => {
  test('lets viewers stall and reports how old the frames are when they read on', async () => {
    const url = await startBare(20);
    const stalling = { viewers: 5, stalled: 2, resumeAfterSeconds: 2, resumeSkip: 5 } as const;
    const report = await runLoad({ url, ...stalling, warmupSeconds: 1, seconds: 3 });
    expect(report.viewers).toBe(3);
    expect(report.framesPerViewer?.min).toBeGreaterThan(0);
    expect(report.stalled.length).toBe(2);
    for (const viewer of report.stalled) {
      expect(viewer).toMatchObject({ resumed: true, closed: false, badFrames: 0 });
      expect(viewer.framesEver).toBe(viewer.framesAfterResume + 1);
      const oldest = viewer.agesMs[0] ?? 0;
      // The first was on its way when the viewer stalled, which was 2 s before it read on, less its start.
      expect(oldest).toBeGreaterThan(500);
      expect(viewer.agesMs.length).toBe(Math.min(20, viewer.framesAfterResume));
      expect(oldest).toBeGreaterThan(report.latencyMs?.p50 ?? Number.POSITIVE_INFINITY);
      expect(viewer.worstAgeAfterSkipMs).toBeGreaterThan(0);
      expect(viewer.missed).toBeGreaterThanOrEqual(viewer.gaps);
    }
  });

  test('reads slowly where asked to', async () => {
    const url = await startBare(20);
    const slowBps = 4_000_000;
    const report = await runLoad({ url, viewers: 2, stalled: 1, slowBps, ...brief, seconds: 2 });
    const [slow] = report.stalled;
    expect(slow?.frames).toBeGreaterThan(0);
    expect((slow?.bytes ?? 0) * 8).toBeLessThan(slowBps * 2 * 1.5);
    expect(report.frames).toBeGreaterThan(slow?.frames ?? 0);
  });

  test('comes and goes, half of the times in the middle of a frame', async () => {
    const camera = await startHttp();
    const report = await runLoad({ url: camera.url, churn: 81, concurrency: 9, warmupSeconds: 0 });
    expect(report.churn).toMatchObject({ connected: 81, closed: 41, reset: 40, refused: 0, timedOut: 0 });
    expect(report.churn.firstFrameMs?.count).toBe(41);
    expect(camera.requests).toBe(81);
    await expect.poll(() => camera.viewers, { timeout: 10_000, message: 'all viewers are gone' }).toBe(0);
  });

  test('limits the segments to what Ethernet carries', async () => {
    const url = await startBare(20);
    const port = new URL(url).port;
    let sockets: Promise<{ stdout: Buffer }> | null = null;
    const order: string[] = [];
    await runLoad(
      // The sockets are looked at while they are there.
      { url, viewers: 1, mssBytes: 1448, ...brief, seconds: 3 },
      {
        onMeasuring: () => {
          order.push('measuring');
          sockets = runProgram('ss', ['-Htin', 'state', 'established', `( sport = :${port} )`], 10_000);
        },
        onMeasured: () => order.push('measured'),
      },
    );
    expect(order).toEqual(['measuring', 'measured']);
    const told = sockets as Promise<{ stdout: Buffer }> | null;
    expect(Number(/\bmss:(\d+)/.exec(String((await told)?.stdout))?.[1])).toBeLessThanOrEqual(1448);
  });
});

async function ustreamerUrl(format: 'MJPEG' | 'YUYV'): Promise<string> {
  const { cameras } = oneV4l2Camera();
  started.push({ stop: async () => cameras.dispose() });
  const ustreamer = await startUstreamer(cameras, { format, width: 640, height: 480, fps: 30 });
  started.push(ustreamer);
  return ustreamer.url;
}

describe('the load client at µStreamer with an emulated camera', () => {
  test('whose JPEGs it passes through', async () => {
    const report = await runLoad({ url: await ustreamerUrl('MJPEG'), viewers: 5, mssBytes: 1448, ...brief });
    expect(report).toMatchObject({ viewers: 5, closed: 0, badFrames: 0, framingErrors: 0, backwards: 0 });
    expect(report.framesPerViewer?.min).toBeGreaterThan(0);
    expect(report.latencyMs?.count).toBe(report.frames - report.duplicates);
    expect(report.latencyMs?.min).toBeGreaterThan(0);
  });

  test('whose pictures it encodes: by their time code', async () => {
    const options = { viewers: 5, decodeTimecode: true, decodeSample: 2, ...brief } as const;
    const report = await runLoad({ url: await ustreamerUrl('YUYV'), ...options });
    expect(report).toMatchObject({ viewers: 5, closed: 0, badFrames: 0, framingErrors: 0, backwards: 0 });
    const [one, other] = report.perViewer;
    expect(one?.frames).toBeGreaterThan(0);
    expect(report.latencyMs?.count).toBe((one?.frames ?? 0) + (other?.frames ?? 0) - report.duplicates);
    expect(report.latencyMs?.min).toBeGreaterThan(0);
  });
});

describe('the load client reads the time code out of re-encoded pictures', () => {
  test('of every picture that carries one', async () => {
    const camera = await RtspCamera.start({ codec: 'jpeg', width: 640, height: 360 });
    started.push(camera);
    const file = join(await temporaryFolder(), 'picture.jpg');
    const beforeUs = Number(process.hrtime.bigint() / 1000n);
    const grab = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', camera.url, '-frames:v', '1', '-vf', 'scale=1280:720'];
    const made = await runProgram('ffmpeg', [...grab, '-q:v', '6', file], 15_000);
    expect(made.code, made.stderr).toBe(0);
    const afterUs = Number(process.hrtime.bigint() / 1000n);
    const server = await startBareSend({ file, fps: 30 });
    started.push(server);
    const startUs = Number(process.hrtime.bigint() / 1000n);
    const options = { url: server.url, viewers: 3, decodeTimecode: true, decodeSample: 2, warmupSeconds: 0 } as const;
    const report = await runLoad({ ...options, seconds: 1 });
    const endUs = Number(process.hrtime.bigint() / 1000n);
    // The same picture again and again: one age for each decoding viewer, all else duplicates.
    expect(report.badFrames).toBe(0);
    expect(report.latencyMs?.count).toBe(2);
    const [one, other, plain] = report.perViewer;
    expect(one?.duplicates).toBe((one?.frames ?? 0) - 1);
    expect(other?.duplicates).toBe((other?.frames ?? 0) - 1);
    expect(plain?.duplicates).toBe(0);
    expect(report.latencyMs?.min).toBeGreaterThan((startUs - afterUs) / 1000);
    expect(report.latencyMs?.max).toBeLessThan((endUs - beforeUs) / 1000);
  });

  test('and counts those without as bad', async () => {
    const url = await startBare(20);
    const report = await runLoad({ url, viewers: 1, decodeTimecode: true, ...brief });
    expect(report.frames).toBeGreaterThan(0);
    expect(report.badFrames).toBe(report.frames);
    expect(report.latencyMs).toBeNull();
  });
});
