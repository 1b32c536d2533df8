import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterEach, expect } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';
import type { NativeFrame, NativePipeline, PipelineEvent, PipelineHandlers } from '../../src/native/addon.types.js';

export const addon = loadAddon();

/** Ends of a description: an appsink as the design has them. */
export const sink = (name: string) => `appsink name=${name} sync=false async=false max-buffers=2 drop=true`;
/** A live 320x240 JPEG source. */
export const jpegSource = (fps = 100, buffers = -1) =>
  `videotestsrc is-live=true num-buffers=${buffers} ! video/x-raw,width=320,height=240,framerate=${fps}/1 ! jpegenc`;

/** Waits until `condition` holds; fails with `label` otherwise. */
export async function until(label: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out after ${timeoutMs} ms: ${label}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Opened {
  readonly pipeline: NativePipeline;
  readonly events: PipelineEvent[];
  rings: number;
}

const open: NativePipeline[] = [];

/** Opens a pipeline that collects its events and is closed after the test. `onFrames` is called at each ring. */
export function openPipeline(
  description: string,
  options: {
    sinks?: string[];
    tap?: string;
    meters?: string[];
    afterDelivery?: readonly string[];
    onFrames?: (pipeline: NativePipeline) => void;
  } = {},
): Opened {
  const events: PipelineEvent[] = [];
  const { sinks = [], tap, meters = [], afterDelivery = [], onFrames } = options;
  const handlers: PipelineHandlers = {
    onFrames() {
      opened.rings += 1;
      onFrames?.(pipeline);
    },
    onEvent(event) {
      events.push(event);
    },
  };
  const wanted = { sinks, meters, afterDelivery, ...(tap === undefined ? {} : { tap }) };
  const pipeline = addon.openPipeline(description, wanted, handlers);
  const opened: Opened = { pipeline, events, rings: 0 };
  open.push(pipeline);
  return opened;
}

afterEach(async () => {
  for (const pipeline of open.splice(0)) await pipeline.close(5000);
});

/** Takes what is there, copies it out and releases it at once. */
export function takeCopy(pipeline: NativePipeline, name: string): (NativeFrame & { bytes: Buffer }) | null {
  const frame = pipeline.take(name);
  if (!frame) return null;
  const bytes = Buffer.from(new Uint8Array(frame.data));
  addon.releaseFrame(frame.handle);
  return { ...frame, bytes };
}

export const ofType = <T extends PipelineEvent['type']>(events: readonly PipelineEvent[], type: T) =>
  events.filter((event): event is Extract<PipelineEvent, { type: T }> => event.type === type);

/** Expects the call to throw an Error with that code, whose message matches. */
export function expectCode(call: () => unknown, code: string, message: RegExp): void {
  expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
}

export async function expectRejection(promise: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await expect(promise).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
}

/** A JPEG of a test picture, made by GStreamer. */
export async function makeJpeg(width = 64, height = 48): Promise<Buffer> {
  const { pipeline } = openPipeline(
    `videotestsrc num-buffers=1 ! video/x-raw,width=${width},height=${height} ! jpegenc ! ${sink('out')}`,
    { sinks: ['out'] },
  );
  await pipeline.start();
  let jpeg: Buffer | undefined;
  await until('a JPEG', () => {
    jpeg = takeCopy(pipeline, 'out')?.bytes;
    return jpeg !== undefined;
  });
  await pipeline.close(5000);
  return jpeg as Buffer;
}

/** The addon's file, for processes and workers that load it themselves. */
export function addonFile(): string {
  const require = createRequire(import.meta.url);
  const load = require('node-gyp-build') as { path(root: string): string };
  return process.env.LENSCAST_ADDON ?? load.path(fileURLToPath(new URL('../..', import.meta.url)));
}

export const child = (name: string) => fileURLToPath(new URL(`./children/${name}`, import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
}

/** Runs a script of children/ with the addon's file as its first argument; kills it after a minute. */
export function runChild(name: string, args: readonly string[] = [], nodeArgs: readonly string[] = []): Promise<Ended> {
  const began = performance.now();
  const process_ = spawn(process.execPath, [...nodeArgs, child(name), addonFile(), ...args], { timeout: 60_000 });
  let stdout = '';
  let stderr = '';
  process_.stdout.on('data', (data) => {
    stdout += data;
  });
  process_.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve, reject) => {
    process_.on('error', reject);
    process_.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, wallMs: performance.now() - began });
    });
  });
}

export const threadCount = () => readdirSync('/proc/self/task').length;
export const descriptorCount = () => readdirSync('/proc/self/fd').length;
