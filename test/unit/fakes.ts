import type { CameraConfig } from '../../src/config/config.js';
import { type Clock, monotonicMs } from '../../src/core/clock.js';
import { Frame } from '../../src/core/frame.js';
import type { Log } from '../../src/core/log.js';
import type { ViewerRegistry } from '../../src/hub/viewer-registry.js';
import type {
  NativeAddon,
  NativeFrame,
  NativePipeline,
  PipelineHandlers,
  PipelineOptions,
  PipelineStats,
  TapStats,
} from '../../src/native/addon.types.js';
import type { SocketCounters } from '../../src/transports/tcp/sockets.js';
import { FurtherHosts } from '../../src/transports/whep/further-hosts.js';
import { WhepTransport } from '../../src/transports/whep/transport.js';

/** A clock that stands still until it is moved. */
export interface ManualClock {
  nowMs: number;
  readonly clock: Clock;
}

export function manualClock(nowMs = 1_000_000): ManualClock {
  const state = { nowMs, clock: () => state.nowMs };
  return state;
}

/** A frame that tells whether its bytes are still there. */
export class TestFrame extends Frame {
  freed = 0;

  constructor(sequence: number, captureMs = sequence * 40, data: Uint8Array = Uint8Array.of(sequence & 0xff)) {
    super({ data, width: 640, height: 360, captureMs, sequence }, () => {
      this.freed++;
    });
  }
}

export const noTap: TapStats = { buffers: 0, bytes: 0, corrupt: 0, damaged: 0, lastMs: 0, caps: '' };

/** A pipeline that does what it is told and remembers it. */
export class FakePipeline implements NativePipeline {
  readonly description: string;
  readonly options: PipelineOptions;
  readonly handlers: PipelineHandlers;
  readonly properties = new Map<string, unknown>();
  readonly frames = new Map<string, NativeFrame[]>();
  readonly keyframeRequests: string[] = [];
  tap: TapStats = noTap;
  meters: PipelineStats['meters'] = {};
  started = false;
  closed = false;
  /** What the last `close()` was given. */
  closeTimeoutMs: number | null = null;
  /** What `start()` gives back; it never settles where this stays undefined. */
  startResult: Promise<void> | undefined = Promise.resolve();
  #rejectStart: ((error: Error) => void) | undefined;

  constructor(description: string, options: PipelineOptions, handlers: PipelineHandlers) {
    this.description = description;
    this.options = options;
    this.handlers = handlers;
  }

  start(): Promise<void> {
    this.started = true;
    return (
      this.startResult ??
      new Promise((_resolve, reject) => {
        this.#rejectStart = reject;
      })
    );
  }

  close(timeoutMs: number): Promise<boolean> {
    this.closed = true;
    this.closeTimeoutMs = timeoutMs;
    this.#rejectStart?.(Object.assign(new Error('the pipeline was closed'), { code: 'ERR_CLOSED' }));
    return Promise.resolve(true);
  }

  /** Tells of the frames that wait. */
  ring(): void {
    const waiting = [...this.frames].filter(([, frames]) => frames.length > 0);
    this.handlers.onFrames(waiting.map(([sink]) => sink));
  }

  take(sink: string): NativeFrame | null {
    return this.frames.get(sink)?.shift() ?? null;
  }

  setProperty(element: string, property: string, value: unknown): void {
    this.properties.set(`${element}.${property}`, value);
  }

  getProperty(): string {
    return '';
  }

  push(_element: string, _bytes: Uint8Array, _maxQueuedBytes: number): boolean {
    return true;
  }

  endOfStream(): void {}

  seek(): boolean {
    return true;
  }

  requestKeyframe(element: string): void {
    this.keyframeRequests.push(element);
  }

  stats(): PipelineStats {
    return { state: this.closed ? 'null' : 'playing', sinks: {}, tap: this.tap, meters: this.meters };
  }

  tapStats(): TapStats | null {
    return this.tap;
  }
}

/** An addon without GStreamer. */
export class FakeAddon implements NativeAddon {
  readonly gstreamerVersion = '1.22.0';
  /** The cameras'. */
  readonly pipelines: FakePipeline[] = [];
  /** What stands in for cameras. */
  readonly placeholders: FakePipeline[] = [];
  readonly released: number[] = [];
  /** Changes a pipeline before it is handed out. */
  onOpen: (pipeline: FakePipeline) => void = () => {};
  queryCapsResult: () => Promise<readonly string[]> = () => Promise.resolve([]);
  probeResult: () => Promise<{ readonly caps: string; readonly bytes: number }> = () =>
    Promise.reject(Object.assign(new Error('nothing to probe'), { code: 'ERR_TIMEOUT' }));

  openPipeline(description: string, options: PipelineOptions, handlers: PipelineHandlers): NativePipeline {
    const pipeline = new FakePipeline(description, options, handlers);
    this.onOpen(pipeline);
    // A camera's pipeline is known by its tap.
    (options.tap === undefined ? this.placeholders : this.pipelines).push(pipeline);
    return pipeline;
  }

  async openPipelineAsync(...given: Parameters<NativeAddon['openPipeline']>): Promise<NativePipeline> {
    return this.openPipeline(...given);
  }

  releaseFrame(handle: number): void {
    this.released.push(handle);
  }

  findElement(): null {
    return null;
  }

  elementProperties(): null {
    return null;
  }

  probe() {
    return this.probeResult();
  }

  queryCaps(_description: string): Promise<readonly string[]> {
    return this.queryCapsResult();
  }

  stats() {
    return { liveFrames: 0, liveBytes: 0, pipelines: 0, abandoned: 0 };
  }

  setSocketOptions(): void {}

  socketInfo(): never {
    throw new Error('no socket here');
  }

  sendToAll(): void {}
  notifySocket(): void {}
  clockSynchronized(): boolean {
    return true;
  }
  withTimerSlack<T>(_slackMs: number, action: () => T): T {
    return action();
  }
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};

const tier = (name: string, width: number, height: number) => {
  return { name, width, height, fps: 30, quality: 80, bitrateBps: 1_000_000, minFps: null };
};

export function cameraConfig(init: Partial<CameraConfig> = {}): CameraConfig {
  return {
    id: 'front',
    name: 'Front door',
    source: { kind: 'test' },
    tiers: [tier('high', 1920, 1080), tier('low', 640, 360)],
    minFps: null,
    lingerMs: 15_000,
    retryMaxMs: 1500,
    rtspTransport: 'tcp',
    latencyMs: 100,
    isolation: 'none',
    acceleration: 'auto',
    nice: 0,
    cpus: null,
    ...init,
  };
}

/** Waits until `condition` holds; fails with `label` otherwise. */
export async function until(label: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out after ${timeoutMs} ms: ${label}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** WebRTC that takes no viewers. */
export function withoutWebRtc(viewers: ViewerRegistry) {
  const whep = new WhepTransport({
    viewers,
    clock: monotonicMs,
    log: silentLog,
    egress: null,
    hosts: new FurtherHosts([]),
    maxViewers: 0,
  });
  return { whep, webRtc: { origins: [], iceServers: [] } };
}

/** What the kernel tells of a connection that sent nothing yet. */
export const idleLink: SocketCounters = {
  ackedBytes: 0,
  sackedBytes: 0,
  busyMs: 0,
  unackedBytes: 0,
  rttMs: 1,
  minRttMs: 1,
};
