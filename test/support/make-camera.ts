/** A camera without a server around it. */
import { fileURLToPath } from 'node:url';
import { Camera } from '../../src/camera/camera.js';
import { type CameraConfig, completeTier } from '../../src/config/config.js';
import { parseSource } from '../../src/config/source.js';
import { monotonicMs } from '../../src/core/clock.js';
import type { Frame } from '../../src/core/frame.js';
import type { Log } from '../../src/core/log.js';
import { IsolatedRunner } from '../../src/isolation/isolated-runner.js';
import { loadAddon } from '../../src/native/addon.js';

const child = fileURLToPath(new URL('../../dist/isolation/child.js', import.meta.url));
const nothing = () => undefined;
const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

/** A camera of the default tiers, and what ends it. */
export function makeCamera(source: string, changes: Partial<CameraConfig>) {
  const config: CameraConfig = {
    id: 'camera',
    name: 'Camera',
    source: parseSource(source),
    tiers: ['high', 'medium', 'low'].map((name) => completeTier(name, {})),
    minFps: null,
    lingerMs: 15_000,
    retryMaxMs: 1500,
    rtspTransport: 'tcp',
    latencyMs: 100,
    isolation: 'none',
    acceleration: 'auto',
    nice: 0,
    cpus: null,
    ...changes,
  };
  const isolated = new IsolatedRunner({ label: 'camera', program: child });
  const camera = new Camera(config, { addon: loadAddon(), isolated, clock: monotonicMs, log: silent });
  const close = async () => {
    await camera.close();
    await isolated.close();
  };
  return { camera, close };
}

export interface AccessUnit {
  readonly bytes: Buffer;
  readonly isKeyframe: boolean;
  readonly isStandIn: boolean;
  readonly width: number;
  readonly height: number;
  readonly captureMs: number;
}

export function copyOf({ data, isKeyframe, isStandIn, width, height, captureMs }: Frame): AccessUnit {
  return { bytes: Buffer.from(data), isKeyframe, isStandIn, width, height, captureMs };
}
