import { isDeepStrictEqual } from 'node:util';
import { cacheFile, FindingsCache } from './acceleration/cache.js';
import { CameraAcceleration } from './acceleration/camera-acceleration.js';
import { CrashFile, crashFile } from './acceleration/crash-file.js';
import { findEnvironment } from './acceleration/environment.js';
import { ProbeQueue } from './acceleration/probe-queue.js';
import { isAlive, processId } from './acceleration/process-id.js';
import { adaptersFor } from './adaptation/adapters.js';
import { AdaptationController } from './adaptation/controller.js';
import { putAllInBounds } from './adaptation/place.js';
import { Camera } from './camera/camera.js';
import { publishCamera } from './camera/camera-events.js';
import { camerasOrDefault } from './camera/default-source.js';
import { cameraFacts } from './camera/facts.js';
import { CameraFleet } from './camera/fleet.js';
import { cameraVitals } from './camera/vitals.js';
import type { CameraConfig, Config } from './config/config.js';
import { describeDiff } from './config/diff.js';
import type { Clock } from './core/clock.js';
import type { Log } from './core/log.js';
import { createApp } from './http/app.js';
import { listen } from './http/listen.js';
import { EventBus } from './hub/events.js';
import { ViewerRegistry } from './hub/viewer-registry.js';
import { IsolatedRunner } from './isolation/isolated-runner.js';
import { Isolation } from './isolation/isolation.js';
import { createMetrics } from './metrics/metrics.js';
import type { NativeAddon } from './native/addon.types.js';
import type { Vitals } from './service/vitals.js';
import { MjpegTransport } from './transports/mjpeg/transport.js';
import type { Sockets } from './transports/tcp/sockets.js';
import { WebSocketTransport } from './transports/websocket/transport.js';
import { startWhep } from './transports/whep/start.js';

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
  /**
   * Brings the cameras in line with another configuration; who watches one that it doesn't change notices nothing. The
   * address to listen on stays.
   */
  apply(config: Config): Promise<void>;
  /** For the service manager's watchdog. */
  vitals(): Vitals;
  /** Ends streams and pipelines within about two seconds. Idempotent. */
  close(): Promise<void>;
}

const sendBufferBytes = 1024 * 1024;
const closeGraceMs = 500;

/** Builds the server and starts it; `close()` undoes it in reverse. Throws what {@link listen} throws. */
export async function startServer({ config, addon, clock, log, version }: ServerOptions): Promise<Server> {
  const camerasOf = camerasOrDefault(addon);
  const events = new EventBus();
  const viewers = new ViewerRegistry(events);
  const isolation = new Isolation();
  const findings = new FindingsCache(cacheFile(process.env), findEnvironment(addon.gstreamerVersion));
  const crashes = new CrashFile({
    file: crashFile(cacheFile(process.env)),
    ...{ process: processId('self'), isAlive, clock, log },
  });
  const prober = new IsolatedRunner({ label: 'probe' });
  const probes = new ProbeQueue({ addon, runner: prober, cache: findings, log: log.child('probe') });
  const fleet = new CameraFleet({
    make: (each) => {
      const isolated = isolation.runnerOf(each.id);
      const own = log.child(`camera ${each.id}`);
      const known = { queue: probes, cache: findings, crashes: crashes.of(each.id) };
      const acceleration = new CameraAcceleration({ addon, ...known, clock, log: own });
      const camera = new Camera(each, { addon, isolated, acceleration, clock, log: own });
      camera.listen({ onTiers: () => putAllInBounds(camera, viewers) });
      publishCamera(camera, events);
      return camera;
    },
    onRemoved: ({ id }) => {
      for (const viewer of viewers.ofCamera(id)) viewer.close();
    },
  });
  const sockets: Sockets = {
    sendToAll: (descriptors, chunks, sent) => addon.sendToAll(descriptors, chunks, sent),
    boundBuffer: (descriptor) => addon.setSocketOptions(descriptor, { sendBufferBytes }),
    setUnsentLimit: (descriptor, bytes) => addon.setSocketOptions(descriptor, { notSentLowWaterBytes: bytes }),
    info: (descriptor) => addon.socketInfo(descriptor),
  };
  const mjpeg = new MjpegTransport({ viewers, clock, sockets });
  const webSockets = new WebSocketTransport({ viewers, clock, sockets });
  const cameras = fleet.directory;
  const adaptation = new AdaptationController({
    viewers,
    clock,
    log: log.child('adaptation'),
    adapters: adaptersFor((id) => cameras.find(id), clock),
  });
  const metrics = createMetrics({
    cameras: () => cameraFacts(cameras.all(), viewers),
    switches: () => adaptation.switches,
    addon: () => isolation.addTo(addon.stats()),
  });
  const initial = await camerasOf(config);
  const { withTimerSlack } = addon;
  const whep = await startWhep({ ...config.webrtc, viewers, clock, log, withTimerSlack });
  const transports = { mjpeg, webSockets, whep: whep.transport, webRtc: config.webrtc };
  const app = createApp({ cameras, viewers, events, ...transports, metrics, clock, log, version });
  const listener = await listen(app, config.server.host, config.server.port).catch((error: unknown) => {
    whep.close();
    throw error;
  });
  // Whoever ends the process by a call of exit() ends it in order.
  const forgetRuns = () => crashes.close();
  process.on('exit', forgetRuns);
  await fleet.apply(initial);

  let closing: Promise<void> | undefined;
  const close = async () => {
    probes.close();
    adaptation.close();
    webSockets.close();
    viewers.closeAll();
    whep.close();
    await listener.close(closeGraceMs);
    await fleet.close();
    process.off('exit', forgetRuns);
    crashes.close();
    await isolation.close();
    await prober.close();
  };
  return {
    port: listener.port,
    cameras: initial,
    apply: async (next) => {
      if (closing !== undefined) return;
      const listening = `${config.server.host}:${listener.port}`;
      if (!isDeepStrictEqual(next.server, config.server)) {
        log.warn('another server.host or server.port needs a restart', { listening });
      }
      if (!isDeepStrictEqual(next.webrtc, config.webrtc)) log.warn('another setting of webrtc needs a restart');
      log.info('configuration applied', describeDiff(await fleet.apply(await camerasOf(next))));
      events.publish({ type: 'cameras' });
    },
    vitals: () => ({
      cameras: cameras.all().map(cameraVitals),
      abandonedPipelines: addon.stats().abandoned,
      viewers: viewers.all().length,
    }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
