/** Runs µStreamer (Debian's `ustreamer`) on the first emulated camera. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { renderV4l2Pictures, type V4l2Cameras } from './v4l2-camera.js';

const startTimeoutMs = 15_000;

export interface UstreamerOptions {
  /** MJPEG is passed through, YUYV is encoded. */
  readonly format: 'MJPEG' | 'YUYV';
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Further arguments. */
  readonly args?: readonly string[];
}

export interface Ustreamer {
  /** Of the MJPEG stream. */
  readonly url: string;
  readonly pid: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** µStreamer doesn't say which port it was given: it takes one that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isOnline(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/state`).catch(() => null);
  const state = (await response?.json()) as { result?: { source?: { online?: boolean } } } | undefined;
  return state?.result?.source?.online ?? false;
}

/** Resolves once it has frames from the camera; rejects where it ends, or has none after 15 s. */
export async function startUstreamer(cameras: V4l2Cameras, options: UstreamerOptions): Promise<Ustreamer> {
  const { format, width, height, fps, args = [] } = options;
  const size = `${width}x${height}`;
  renderV4l2Pictures(format === 'YUYV' ? 'YUYV' : 'MJPG', size);
  const port = await unusedPort();
  const camera = ['--device', '/dev/video0', '--format', format, '--resolution', size, '--desired-fps', String(fps)];
  const server = ['--encoder', format === 'YUYV' ? 'CPU' : 'HW', '--host', '127.0.0.1', '--port', String(port)];
  const env = { ...process.env, ...cameras.env };
  const child = spawn('ustreamer', [...camera, ...server, '--log-level', '0', ...args], { env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isOnline(port))) {
    if (child.exitCode !== null) throw new Error(`ustreamer ended with ${child.exitCode}`);
    if (performance.now() > deadline) {
      await stop();
      throw new Error(`ustreamer shows no camera after ${startTimeoutMs} ms`);
    }
    await delay(50);
  }
  return { url: `http://127.0.0.1:${port}/stream`, pid: child.pid ?? 0, stop };
}
