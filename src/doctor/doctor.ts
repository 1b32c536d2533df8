import { existsSync } from 'node:fs';
import type { Config } from '../config/config.js';
import type { SourceKind } from '../config/source.js';
import { isLensError } from '../core/errors.js';
import type { NativeAddon } from '../native/addon.types.js';
import { parseVersion } from '../pipeline/catalogue/row.js';
import { checkCameras } from './checks/cameras.js';
import { checkDevices } from './checks/devices.js';
import { checkEncoders, type ProbedEncoder } from './checks/encoders.js';
import { checkNetwork } from './checks/network.js';
import { checkPermissions } from './checks/permissions.js';
import { checkPlugins } from './checks/plugins.js';
import { checkPorts } from './checks/ports.js';
import { checkResources } from './checks/resources.js';
import { type AddonFacts, checkVersions } from './checks/versions.js';
import { checkWebRtc } from './checks/webrtc.js';
import { gatherCameras, type Reach } from './facts/cameras.js';
import { gatherDevices } from './facts/devices.js';
import { gatherNetwork } from './facts/network.js';
import { gatherPermissions } from './facts/permissions.js';
import { gatherPorts } from './facts/ports.js';
import { gatherResources } from './facts/resources.js';
import { gatherVersions } from './facts/versions.js';
import { gatherWebRtc } from './facts/webrtc.js';
import { type Finding, ok, problem } from './finding.js';

export interface DoctorOptions {
  readonly version: string;
  /** Throws where the addon can't be loaded. */
  readonly loadAddon: () => NativeAddon;
  readonly addonFile: () => string | null;
  /** Rejects with a LensError where the configuration is not valid. */
  readonly loadConfig: () => Promise<{ readonly config: Config; readonly file: string | null }>;
  /** What is looked at where the configuration can't be read. */
  readonly defaultConfig: Config;
  readonly reach: Reach;
  /** What is kept of what the chip's encoders were seen to do with that GStreamer. */
  readonly probedEncoders: (gstreamerVersion: string) => readonly ProbedEncoder[];
}

/** Looks at everything that Lenscast needs, whatever is broken; what it asks of devices and networks ends in seconds. */
export async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { addon, facts: addonFacts } = tryAddon(options);
  const { config, findings: configFindings } = await tryConfig(options);
  const { server, webrtc, cameras } = config;
  const find = (element: string) => addon?.findElement(element) ?? null;
  const has = (element: string) => find(element) !== null;
  const devices = addon === null ? [] : await gatherDevices(addon);
  const [permissions, ports, webRtc, resources, cameraFacts] = await Promise.all([
    gatherPermissions(cameras.map(({ source }) => source)),
    gatherPorts(server, webrtc),
    gatherWebRtc(server, webrtc),
    gatherResources(addon),
    gatherCameras(cameras, { devices, has, reach: options.reach }),
  ]);
  const sources = sourceKinds(config);
  const gstreamer = addon?.gstreamerVersion ?? '';
  const ofAddon = [
    ...checkPlugins({ has, sources, isJetson: existsSync('/etc/nv_tegra_release') }),
    ...checkEncoders({ find, gstreamer: parseVersion(gstreamer), probed: options.probedEncoders(gstreamer) }),
    ...checkDevices(devices),
    ...checkCameras(cameraFacts),
  ];
  return [
    ...checkVersions(gatherVersions(options.version, addonFacts)),
    ...configFindings,
    ...(addon === null ? [] : ofAddon),
    ...checkPermissions(permissions),
    ...checkPorts(ports),
    ...checkNetwork(gatherNetwork(server.host, server.port)),
    ...checkWebRtc(webRtc),
    ...checkResources(resources),
  ];
}

function tryAddon({ loadAddon, addonFile }: DoctorOptions): { addon: NativeAddon | null; facts: AddonFacts } {
  const file = addonFile();
  try {
    const addon = loadAddon();
    return { addon, facts: { file: file ?? 'built in', gstreamer: addon.gstreamerVersion } };
  } catch (error) {
    return { addon: null, facts: { file, error: error instanceof Error ? error.message : String(error) } };
  }
}

async function tryConfig({ loadConfig, defaultConfig }: DoctorOptions) {
  try {
    const { config, file } = await loadConfig();
    const cameras = config.cameras.length === 1 ? '1 camera' : `${config.cameras.length} cameras`;
    const told =
      file === null ? 'no configuration file: the defaults, and what the environment sets' : `${file}: ${cameras}`;
    return { config, findings: [ok('config', told)] };
  } catch (error) {
    if (!isLensError(error)) throw error;
    const findings = error.message.split('\n').map((line) => problem('config', line, error.hint));
    return { config: defaultConfig, findings };
  }
}

/** Without cameras it is the first V4L2 one, else the test picture. */
function sourceKinds({ cameras }: Config): ReadonlySet<SourceKind> {
  if (cameras.length === 0) return new Set<SourceKind>(['v4l2', 'test']);
  return new Set(cameras.map(({ source }) => source.kind));
}
