/** The configuration as the rest of Lenscast reads it: checked, complete and in order. */

import type { IceServer } from '../core/ice-server.js';
import { parseCpuList } from './cpu-list.js';
import { parseIceServer } from './ice-server.js';
import {
  cameraSchema,
  DEFAULT_TIERS,
  type FileCamera,
  type FileConfig,
  type FileTier,
  OWN_TIER_DEFAULTS,
  type TierSettings,
} from './schema.js';
import { parseSource, type Source } from './source.js';

export interface ServerConfig {
  /** The address to listen on. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface WebRtcConfig {
  /** The address to listen on. */
  readonly host: string;
  /** UDP; 0 takes a free port. */
  readonly port: number;
  /** Further addresses or names at which viewers reach it. */
  readonly hosts: readonly string[];
  readonly iceServers: readonly IceServer[];
  /** Pages of other sites that may watch; `*` for all. */
  readonly origins: readonly string[];
  /** 0 for no WebRTC at all. */
  readonly maxViewers: number;
}

export interface TierConfig {
  readonly name: string;
  /** Bounds in pixels; the aspect ratio stays. */
  readonly width: number;
  readonly height: number;
  /** Upper bound, frames per second. */
  readonly fps: number;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
  /** H.264 bit rate in bit/s. */
  readonly bitrateBps: number;
  /** Down to so many frames per second those that show nothing new are left out; null: none is. */
  readonly minFps: number | null;
}

export interface CameraConfig {
  readonly id: string;
  /** What people see; the id where the file says nothing. */
  readonly name: string;
  readonly source: Source;
  /** Best first, at least one. */
  readonly tiers: readonly TierConfig[];
  /** As the tiers', for the tier `source`. */
  readonly minFps: number | null;
  /** How long the camera runs on after its last viewer left. */
  readonly lingerMs: number;
  /** The longest time from one try to reach a lost camera to the next. */
  readonly retryMaxMs: number;
  readonly rtspTransport: 'tcp' | 'udp';
  /** Jitter buffer of an RTSP camera. */
  readonly latencyMs: number;
  /** Whether its pipeline runs in the server or in a process of its own. */
  readonly isolation: 'none' | 'process';
  /** Whether the machine's chip may work on its pictures. */
  readonly acceleration: 'auto' | 'software';
  /** nice(2) of its streaming threads, 0 to 19. */
  readonly nice: number;
  /** The CPUs that they run on; null: all. */
  readonly cpus: readonly number[] | null;
}

export interface Config {
  readonly server: ServerConfig;
  readonly webrtc: WebRtcConfig;
  /** In the order of the file: the first one also answers the paths without a camera. May be empty. */
  readonly cameras: readonly CameraConfig[];
}

/**
 * Makes the configuration from the checked tree. `cameraOrder` gives the ids in the order in which they were written:
 * a JavaScript object would put an id such as `7` first.
 */
export function toConfig(checked: FileConfig, cameraOrder: readonly string[]): Config {
  const cameras: CameraConfig[] = [];
  for (const id of cameraOrder) {
    const camera = Object.hasOwn(checked.cameras, id) ? checked.cameras[id] : undefined;
    if (camera !== undefined) cameras.push(toCamera(id, camera));
  }
  return { server: { host: checked.server.host, port: checked.server.port }, webrtc: toWebRtc(checked), cameras };
}

const defaultWebRtcPort = 8189;

/** Who takes any port for HTTP doesn't want one program of many to fail for a UDP port. */
function toWebRtc({ server, webrtc }: FileConfig): WebRtcConfig {
  return {
    host: webrtc.host ?? server.host,
    port: webrtc.port ?? (server.port === 0 ? 0 : defaultWebRtcPort),
    hosts: webrtc.hosts,
    iceServers: webrtc.ice_servers.map(parseIceServer),
    origins: webrtc.origins,
    maxViewers: webrtc.max_viewers,
  };
}

function toCamera(id: string, camera: FileCamera): CameraConfig {
  return {
    id,
    name: camera.name ?? id,
    source: parseSource(camera.source),
    tiers: Object.entries<FileTier>(camera.tiers ?? DEFAULT_TIERS).map(([name, tier]) =>
      completeTier(name, { ...tier, min_fps: tier.min_fps ?? camera.min_fps }),
    ),
    minFps: camera.min_fps ?? null,
    lingerMs: camera.linger_ms,
    retryMaxMs: camera.retry_max_ms,
    rtspTransport: camera.rtsp_transport,
    latencyMs: camera.latency_ms,
    isolation: camera.isolation,
    acceleration: camera.acceleration,
    nice: camera.nice,
    cpus: camera.cpu_affinity === undefined ? null : parseCpuList(String(camera.cpu_affinity)),
  };
}

/** Fills what a tier leaves out from the default of its name, or from the defaults for tiers of one's own. */
export function completeTier(name: string, tier: FileTier): TierConfig {
  const defaults = defaultsFor(name);
  return {
    name,
    width: tier.width ?? defaults.width,
    height: tier.height ?? defaults.height,
    fps: tier.fps ?? defaults.fps,
    quality: tier.quality ?? defaults.quality,
    bitrateBps: tier.bitrate ?? defaults.bitrate,
    minFps: tier.min_fps ?? null,
  };
}

function defaultsFor(name: string): TierSettings {
  return name === 'high' || name === 'medium' || name === 'low' ? DEFAULT_TIERS[name] : OWN_TIER_DEFAULTS;
}

/** The three default tiers, best first: for a camera that no file describes. */
export function defaultTiers(): readonly TierConfig[] {
  return Object.entries(DEFAULT_TIERS).map(([name, tier]) => completeTier(name, tier));
}

/** The camera that is shown where nothing is configured: all defaults. Throws SOURCE_INVALID. */
export function defaultCamera(source: string): CameraConfig {
  return toCamera('cam1', cameraSchema.parse({ source }));
}
