import { AdaptationController } from './adaptation/controller.js';
import { allowedTiers } from './adaptation/tier-options.js';
import { Camera } from './camera/camera.js';
import { findDefaultSource } from './camera/default-source.js';
import { CameraDirectory } from './camera/directory.js';
import { cameraFacts } from './camera/facts.js';
import { type CameraConfig, type Config, defaultCamera } from './config/config.js';
import type { Clock } from './core/clock.js';
import type { Log } from './core/log.js';
import { createApp } from './http/app.js';
import { listen } from './http/listen.js';
import { ViewerRegistry } from './hub/viewer-registry.js';
import { createMetrics } from './metrics/metrics.js';
import type { NativeAddon } from './native/addon.types.js';
import { MjpegTransport } from './transports/mjpeg/transport.js';

export interface ServerOptions {
  readonly config: Config;
  readonly addon: NativeAddon;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}

export interface Server {
  readonly port: number;
  readonly cameras: readonly CameraConfig[];
  /** Ends streams and pipelines within about two seconds. Idempotent. */
  close(): Promise<void>;
}

const sendBufferBytes = 1024 * 1024;
const closeGraceMs = 500;

/** Builds the server and starts it; `close()` undoes it in reverse. Throws what {@link listen} throws. */
export async function startServer({ config, addon, clock, log, version }: ServerOptions): Promise<Server> {
  const configs = config.cameras.length > 0 ? config.cameras : [defaultCamera(await findDefaultSource(addon))];
  const viewers = new ViewerRegistry();
  const cameras = configs.map((each) => new Camera(each, { addon, clock, log: log.child(`camera ${each.id}`) }));
  const mjpeg = new MjpegTransport({
    viewers,
    clock,
    sockets: {
      sendToAll: (descriptors, chunks, sent) => addon.sendToAll(descriptors, chunks, sent),
      boundBuffer: (descriptor) => addon.setSocketOptions(descriptor, { sendBufferBytes }),
      setUnsentLimit: (descriptor, bytes) => addon.setSocketOptions(descriptor, { notSentLowWaterBytes: bytes }),
      info: (descriptor) => addon.socketInfo(descriptor),
    },
  });
  const directory = new CameraDirectory(cameras);
  const adaptation = new AdaptationController({
    viewers,
    clock,
    log: log.child('adaptation'),
    allowed: (viewer) => allowedTiers(directory.get(viewer.camera), viewer),
  });
  const metrics = createMetrics({ cameras: () => cameraFacts(cameras, viewers), addon: () => addon.stats() });
  const services = { cameras: directory, viewers, mjpeg, metrics, clock, log, version };
  const closeCameras = () => Promise.all(cameras.map((camera) => camera.close()));
  const listener = await listen(createApp(services), config.server.host, config.server.port);
  // So that the first request finds the tiers known.
  for (const camera of cameras) void camera.knowTiers();

  let closing: Promise<void> | undefined;
  const close = async () => {
    adaptation.close();
    viewers.closeAll();
    await listener.close(closeGraceMs);
    await closeCameras();
  };
  return {
    port: listener.port,
    cameras: configs,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
