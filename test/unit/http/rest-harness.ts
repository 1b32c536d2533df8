import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import { Camera } from '../../../src/camera/camera.js';
import { publishCamera } from '../../../src/camera/camera-events.js';
import { CameraDirectory } from '../../../src/camera/directory.js';
import type { CameraConfig } from '../../../src/config/config.js';
import { monotonicMs } from '../../../src/core/clock.js';
import type { Log } from '../../../src/core/log.js';
import { createApp } from '../../../src/http/app.js';
import type { Channel } from '../../../src/hub/channel.js';
import { EventBus } from '../../../src/hub/events.js';
import { Subscription } from '../../../src/hub/subscription.js';
import { type TierChoice, type Viewer, ViewerRegistry } from '../../../src/hub/viewer-registry.js';
import { MjpegTransport } from '../../../src/transports/mjpeg/transport.js';
import { WebSocketTransport } from '../../../src/transports/websocket/transport.js';
import { cameraConfig, FakeAddon, idleLink, silentLog, withoutWebRtc } from '../fakes.js';

/** A viewer that remembers what became of it. */
export class FakeViewer implements Viewer {
  readonly id: string;
  readonly camera: string;
  readonly transport = 'mjpeg';
  readonly address = '127.0.0.1:5000';
  readonly sinceMs = monotonicMs();
  readonly request = {};
  readonly medium = 'jpeg';
  readonly #subscription: Subscription;
  readonly #channelOf: (tier: string) => Channel;
  readonly #onClose: (viewer: FakeViewer) => void;
  choice: TierChoice;
  maxFps: number | null = null;
  tier: string;

  constructor(
    id: string,
    tier: string,
    channelOf: (tier: string) => Channel,
    choice: TierChoice,
    onClose: (viewer: FakeViewer) => void,
  ) {
    this.id = id;
    this.camera = 'front';
    this.choice = choice;
    this.tier = tier;
    this.#channelOf = channelOf;
    this.#onClose = onClose;
    this.#subscription = new Subscription(channelOf(tier), { deliver: (frame) => frame.release() });
  }

  stats() {
    return { delivered: 3, droppedSlow: 2, droppedRate: 1, fps: 29.987, bytes: 100, bitrateBps: 1234.5 };
  }

  moveTo(tier: string): void {
    this.#subscription.moveTo(this.#channelOf(tier));
    this.tier = tier;
  }

  pinTo(tier: string | null): void {
    this.choice = tier === null ? { mode: 'auto' } : { mode: 'fixed', fixedTier: tier };
  }

  limitTo(maxFps: number | null): void {
    this.maxFps = maxFps;
  }

  close(): void {
    this.#subscription.close();
    this.#onClose(this);
  }
}

/** The whole app over one camera, `front`, and no GStreamer. */
export function restHarness(config: Partial<CameraConfig> = {}, log: Log = silentLog) {
  const addon = new FakeAddon();
  const camera = new Camera(cameraConfig(config), { addon, clock: monotonicMs, log });
  onTestFinished(() => camera.close());
  const events = new EventBus();
  publishCamera(camera, events);
  const viewers = new ViewerRegistry(events);
  const sockets = { sendToAll() {}, boundBuffer() {}, setUnsentLimit() {}, info: () => idleLink };
  const webSockets = new WebSocketTransport({ viewers, clock: monotonicMs, sockets });
  onTestFinished(() => webSockets.close());
  const app = createApp({
    cameras: new CameraDirectory([camera]),
    viewers,
    events,
    mjpeg: new MjpegTransport({ viewers, clock: monotonicMs, sockets }),
    webSockets,
    ...withoutWebRtc(viewers),
    metrics: { contentType: 'text/plain', render: () => Promise.resolve('') },
    clock: monotonicMs,
    log,
    version: '1.2.3',
  });
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const watch = (id: string, tier: string, choice: TierChoice = { mode: 'auto' }) => {
    const viewer = new FakeViewer(
      id,
      tier,
      (name) => camera.channel(name),
      choice,
      (gone) => viewers.remove(gone),
    );
    viewers.add(viewer);
    return viewer;
  };
  return { addon, app, camera, viewers, webSockets, ask, watch };
}

/** Serves an app on a port of loopback until the test is over. */
export async function serve(app: ReturnType<typeof restHarness>['app']): Promise<string> {
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
