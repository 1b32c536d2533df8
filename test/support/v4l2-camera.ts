/**
 * Emulated UVC cameras for child processes: `test/support/v4l2-camera/config.h` says what their control files hold.
 *
 * A process that is started with {@link V4l2Cameras.env} sees `/dev/video0`, `/dev/video1`… as they are commanded from
 * here; a command takes effect within milliseconds, in every such process.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface V4l2CameraSettings {
  readonly card?: string;
  readonly formats?: readonly ('MJPG' | 'YUYV')[];
  /** `1920x1080`: the width a multiple of 640, the height of 8. */
  readonly sizes?: readonly string[];
  /** Frames per second. */
  readonly rates?: readonly number[];
  /** The size of a 1920x1080 JPEG in bytes; other sizes in proportion to their area. */
  readonly jpegBytes?: number;
  readonly plugged?: boolean;
}

/** Counted over all streams of the camera. */
export interface V4l2CameraCounters {
  /** Frames put into a buffer. */
  readonly captured: number;
  /** Frames lost since no buffer was queued. */
  readonly lost: number;
  /** Frames left out since the capture thread got no CPU for longer than a frame. */
  readonly late: number;
  /** Sequence number of the newest frame; begins at 0 with every stream. */
  readonly sequence: number;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly captureUs: number;
  /** Who streams, or 0. */
  readonly streamingPid: number;
  /** CPU time of the camera's own threads inside the processes that use it, in nanoseconds. */
  readonly captureCpuNs: number;
}

type Fault = 'none' | 'stall' | 'truncate' | 'corrupt';

const buildFolder = fileURLToPath(new URL('../../build/test-support/', import.meta.url));
const library = join(buildFolder, 'libv4l2-camera.so');
const pictures = join(buildFolder, 'v4l2-camera-pictures.cache');
const defaultJpegBytes = 180_000;

export class V4l2Camera {
  /** `/dev/videoN`. */
  readonly device: string;
  readonly #file: string;
  readonly #settings: string;
  #plugged: boolean;
  #fault: Fault = 'none';
  #faultEvery = 1;
  #clockMs = 0;

  constructor(folder: string, node: number, settings: V4l2CameraSettings) {
    this.device = `/dev/video${node}`;
    this.#file = join(folder, `video${node}`);
    this.#plugged = settings.plugged ?? true;
    this.#settings = [
      `card=${settings.card ?? `Test Camera ${node}`}`,
      `formats=${(settings.formats ?? ['MJPG', 'YUYV']).join()}`,
      `sizes=${(settings.sizes ?? ['640x480', '1280x720', '1920x1080']).join()}`,
      `rates=${(settings.rates ?? [60, 30, 15]).join()}`,
      `jpeg_bytes=${settings.jpegBytes ?? defaultJpegBytes}`,
    ].join('\n');
    this.#write();
  }

  /** Takes the node away; whoever has it open gets ENODEV. */
  unplug(): void {
    this.#plugged = false;
    this.#write();
  }

  plug(): void {
    this.#plugged = true;
    this.#write();
  }

  /** No more frames, without any error. */
  stall(): void {
    this.#setFault('stall', 1);
  }

  /** Cuts each frame whose sequence number `every` divides at half its bytes. */
  truncate(every = 1): void {
    this.#setFault('truncate', every);
  }

  /** Overwrites bytes in each frame whose sequence number `every` divides; head and time code stay readable. */
  corrupt(every = 1): void {
    this.#setFault('corrupt', every);
  }

  /** From now on the driver's time stamps are wrong by so much; what the pictures tell stays right. */
  leapTo(clockMs: number): void {
    this.#clockMs = clockMs;
    this.#write();
  }

  /** Ends {@link stall}, {@link truncate} and {@link corrupt}. */
  resume(): void {
    this.#setFault('none', 1);
  }

  /** All 0 before the camera was opened for the first time. */
  counters(): V4l2CameraCounters {
    const state = readState(`${this.#file}.state`);
    const field = (index: number) => Number(state.readBigUInt64LE(index * 8));
    return {
      captured: field(0),
      lost: field(1),
      late: field(2),
      sequence: field(3),
      captureUs: field(4),
      streamingPid: field(5),
      captureCpuNs: field(6),
    };
  }

  #setFault(fault: Fault, every: number): void {
    this.#fault = fault;
    this.#faultEvery = every;
    this.#write();
  }

  #write(): void {
    const next = `${this.#file}.next`;
    const fault = `fault=${this.#fault}\nfault_every=${this.#faultEvery}`;
    const now = `plugged=${this.#plugged ? 1 : 0}\n${fault}\nclock_ms=${this.#clockMs}`;
    writeFileSync(next, `${this.#settings}\n${now}\n`);
    renameSync(next, this.#file);
  }
}

function readState(path: string): Buffer {
  const state = Buffer.alloc(7 * 8);
  try {
    const fd = openSync(path, 'r');
    readSync(fd, state, 0, state.length, 0);
    closeSync(fd);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
  }
  return state;
}

export class V4l2Cameras {
  /** Camera N is `/dev/videoN`. */
  readonly cameras: readonly V4l2Camera[];
  readonly #folder: string;

  /** One camera for each entry. */
  constructor(settings: readonly V4l2CameraSettings[]) {
    mkdirSync(pictures, { recursive: true });
    this.#folder = mkdtempSync(join(tmpdir(), 'v4l2-cameras-'));
    this.cameras = settings.map((one, node) => new V4l2Camera(this.#folder, node, one));
  }

  /** What a child process needs in its environment, on top of its own. */
  get env(): Record<'LD_PRELOAD' | 'V4L2_CAMERA_DIR' | 'V4L2_CAMERA_CACHE', string> {
    const preloaded = process.env.LD_PRELOAD;
    return {
      LD_PRELOAD: preloaded ? `${preloaded}:${library}` : library,
      V4L2_CAMERA_DIR: this.#folder,
      V4L2_CAMERA_CACHE: pictures,
    };
  }

  /** Unplugs all cameras and removes their files. */
  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One camera, at /dev/video0. */
export function oneV4l2Camera(settings: V4l2CameraSettings = {}): { cameras: V4l2Cameras; camera: V4l2Camera } {
  const cameras = new V4l2Cameras([settings]);
  const camera = cameras.cameras[0];
  if (!camera) throw new Error('no camera');
  return { cameras, camera };
}

/**
 * Renders a mode's pictures now, where they aren't yet. Otherwise the first stream of a mode waits for them in
 * VIDIOC_STREAMON: about a second at 1920x1080.
 */
export function renderV4l2Pictures(format: 'MJPG' | 'YUYV', size: string, jpegBytes = defaultJpegBytes): void {
  mkdirSync(pictures, { recursive: true });
  execFileSync(join(buildFolder, 'v4l2-camera-pictures'), [pictures, format, size, String(jpegBytes)]);
}
