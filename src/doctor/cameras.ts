import { escapeControls } from '../core/log.js';
import type { NativeAddon } from '../native/addon.types.js';
import type { DeviceFacts } from './checks/devices.js';
import { isOtherNode, summarizeModes } from './checks/devices.js';
import { gatherDevices } from './facts/devices.js';
import { discoverOnvif, type OnvifDevice } from './onvif.js';
import { usualRtspPath, usualRtspPaths } from './rtsp-paths.js';

/** A camera that was found, and what to write for it. */
export interface FoundCamera {
  readonly kind: 'v4l2' | 'csi' | 'onvif';
  /** What it calls itself; '' where it doesn't. */
  readonly name: string;
  /** For the configuration. Of a network camera with `USER` and `PASSWORD` to be replaced, and `PATH` where unknown. */
  readonly source: string;
  /** What it delivers, or what else must be known. */
  readonly note: string;
}

export interface FoundFacts {
  readonly devices: readonly DeviceFacts[];
  readonly hasCsi: boolean;
  readonly onvif: readonly OnvifDevice[];
}

export function listCameras({ devices, hasCsi, onvif }: FoundFacts): readonly FoundCamera[] {
  const v4l2 = devices
    .filter((device) => !isOtherNode(device))
    .map(({ device, name, modes, trouble }): FoundCamera => {
      return { kind: 'v4l2', name, source: `v4l2:${device}`, note: trouble ?? summarizeModes(modes) };
    });
  const csi: FoundCamera[] = hasCsi
    ? [{ kind: 'csi', name: 'Jetson camera connector', source: 'csi:0', note: 'the first sensor; csi:1 is the second' }]
    : [];
  return [...v4l2, ...csi, ...onvif.map(toCamera)];
}

function toCamera({ host, services, name, hardware }: OnvifDevice): FoundCamera {
  const title = [name, hardware].filter((part) => part !== '').join(' ');
  const path = usualRtspPath(title);
  const note = path === null ? 'its manual tells the path of the stream' : 'the usual path of this maker';
  const source = `rtsp://USER:PASSWORD@${host}${path ?? '/PATH'}`;
  return { kind: 'onvif', name: title, source, note: `${note}; ONVIF at ${services.join(' ')}` };
}

const discoveryMs = 2000;

/** Looks at this machine's devices and asks the network for ONVIF cameras, for two seconds. */
export async function findCameras(addon: NativeAddon): Promise<readonly FoundCamera[]> {
  const [devices, onvif] = await Promise.all([gatherDevices(addon), discoverOnvif({ timeoutMs: discoveryMs })]);
  return listCameras({ devices, onvif, hasCsi: addon.findElement('nvarguscamerasrc') !== null });
}

/** Ready to be put under `cameras:`. */
export function camerasToText(cameras: readonly FoundCamera[]): string {
  const hint = cameras.some(({ kind }) => kind === 'onvif') ? '' : networkHint();
  if (cameras.length === 0) {
    return `No camera was found: none is plugged in, and none answered in the network.\n${hint}`;
  }
  const lines = cameras.flatMap(({ kind, name, source, note }, index) => [
    `  cam${index + 1}: # ${[name, `(${kind})`].filter((part) => part !== '').join(' ')}`,
    `    source: ${source} # ${note}`,
  ]);
  return `${['cameras:', ...lines].map(escapeControls).join('\n')}\n${hint}`;
}

/** For who knows of one: many answer no question until ONVIF is turned on in them. */
function networkHint(): string {
  const write = 'write source: rtsp://USER:PASSWORD@HOST/PATH';
  return `# Of a network camera that didn't answer ${write}. Usual paths: ${usualRtspPaths()}\n`;
}

/** `{"cameras": [{"kind", "name", "source", "note"}]}` */
export function camerasToJson(cameras: readonly FoundCamera[]): string {
  return `${JSON.stringify({ cameras }, null, 2)}\n`;
}
