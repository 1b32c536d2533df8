/** The servers that are compared, each started on the emulated cameras and ready to be watched. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startBareSend } from '../../test/support/load-client.js';
import type { V4l2Cameras } from '../../test/support/v4l2-camera.js';
import { Child, waitFor } from './children.js';

export interface RunningServer {
  readonly name: string;
  readonly pid: number;
  /** Its base, without a slash at the end. */
  readonly url: string;
  /** The path of the camera's MJPEG stream. */
  readonly streamPath: string;
  stop(): Promise<void>;
}

/** Servers run on one CPU, and what loads and measures them on another. */
export const SERVER_CPU = 0;
export const LOAD_CPU = 1;

export const lenscastProgram = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const startTimeoutMs = 15_000;

export interface LenscastOptions {
  /** Cameras /dev/video0 … of the emulator; none where the configuration names others. */
  readonly cameras?: V4l2Cameras;
  readonly cameraCount?: number;
  /** A configuration file instead of sources on the command line. */
  readonly configFile?: string;
  readonly tier?: string;
}

export async function startLenscast(options: LenscastOptions): Promise<RunningServer> {
  const { cameras, configFile, cameraCount = 1, tier = 'source' } = options;
  const sources = Array.from({ length: cameraCount }, (_, node) => ['--source', `v4l2:/dev/video${node}`]).flat();
  const what = configFile === undefined ? sources : ['--config', configFile];
  const args = [lenscastProgram, '--host', '127.0.0.1', '--port', '0', ...what];
  const child = new Child(process.execPath, args, { cpu: SERVER_CPU, env: cameras?.env ?? {}, cwd: '/' });
  const url = await child.waitForOutput(/listening on (http:\/\/[^/\s]+)/, startTimeoutMs);
  const server = serverOf('Lenscast', child, url, `/stream?tier=${tier}`);
  await waitFor('a picture of Lenscast', startTimeoutMs, async () => {
    const response = await fetch(`${url}/snapshot?tier=${tier}`);
    await response.arrayBuffer();
    return response.ok ? true : undefined;
  });
  return server;
}

export interface UstreamerOptions {
  readonly cameras: V4l2Cameras;
  readonly node?: number;
  readonly format: 'MJPEG' | 'YUYV';
  readonly size: string;
  readonly fps: number;
  /** Where it encodes. */
  readonly quality?: number;
}

/** The program, so that another version than the one in PATH can be named. */
export const ustreamerProgram = process.env.USTREAMER ?? 'ustreamer';

export async function startUstreamer(options: UstreamerOptions): Promise<RunningServer> {
  const { cameras, node = 0, format, size, fps, quality } = options;
  const port = await freePort();
  const encoder = format === 'MJPEG' ? ['--encoder=HW'] : ['--encoder=CPU', `--quality=${quality ?? 80}`];
  const args = [
    `--device=/dev/video${node}`,
    `--format=${format}`,
    `--resolution=${size}`,
    `--desired-fps=${fps}`,
    '--host=127.0.0.1',
    `--port=${port}`,
    '--tcp-nodelay',
    ...encoder,
  ];
  const child = new Child(ustreamerProgram, args, { cpu: SERVER_CPU, env: cameras.env });
  const url = `http://127.0.0.1:${port}`;
  await waitFor('µStreamer to be online', startTimeoutMs, async () => {
    if (!child.running) throw new Error(`µStreamer ended:\n${child.output}`);
    const state: unknown = await fetch(`${url}/state`).then(
      (response) => response.json(),
      () => undefined,
    );
    return /"online":\s*true/.test(JSON.stringify(state ?? '')) ? true : undefined;
  });
  return serverOf('µStreamer', child, url, '/stream');
}

/** The least there can be: a loop of nothing but `send()` over a JPEG file. */
export async function startBare(file: string, fps: number): Promise<RunningServer> {
  const bare = await startBareSend({ file, fps });
  execFileSync('taskset', ['-pc', String(SERVER_CPU), String(bare.pid)], { stdio: 'ignore' });
  const { origin } = new URL(bare.url);
  return { name: 'send()', pid: bare.pid, url: origin, streamPath: '/', stop: () => bare.stop() };
}

function serverOf(name: string, child: Child, url: string, streamPath: string): RunningServer {
  return { name, pid: child.pid, url, streamPath, stop: () => child.stop() };
}

/** µStreamer can't be told to take a free port and say which. */
async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
