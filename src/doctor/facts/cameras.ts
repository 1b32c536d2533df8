import { access, constants, realpath } from 'node:fs/promises';
import type { CameraConfig } from '../../config/config.js';
import { formatSource } from '../../config/source.js';
import { fpsOf, pickV4l2Mode, type V4l2Mode } from '../../pipeline/v4l2-mode.js';
import type { CameraFacts } from '../checks/cameras.js';
import { type DeviceFacts, isOtherNode } from '../checks/devices.js';

/** Why a source on the network can't be reached, in words; null where it answers, or isn't on the network. */
export type Reach = (source: CameraConfig['source']) => Promise<string | null>;

interface Options {
  readonly devices: readonly DeviceFacts[];
  readonly has: (element: string) => boolean;
  readonly reach: Reach;
}

/** Tries every configured camera as far as that goes without running it, all at once. */
export function gatherCameras(cameras: readonly CameraConfig[], options: Options): Promise<readonly CameraFacts[]> {
  return Promise.all(
    cameras.map(async (camera) => ({
      id: camera.id,
      source: formatSource(camera.source),
      mode: null,
      trouble: null,
      ...(await tryCamera(camera, options)),
    })),
  );
}

type Outcome = Partial<Pick<CameraFacts, 'mode' | 'trouble' | 'remedy'>>;

async function tryCamera(camera: CameraConfig, { devices, has, reach }: Options): Promise<Outcome> {
  const { source } = camera;
  switch (source.kind) {
    case 'v4l2':
      return tryDevice(camera, source.device, devices);
    case 'rtsp':
    case 'http': {
      const trouble = await reach(source);
      const remedy =
        'look whether it is on, in this network, and has that address; lenscast cameras lists what it finds';
      return trouble === null ? {} : { trouble, remedy };
    }
    case 'file':
      return access(source.path, constants.R_OK).then(
        () => ({ mode: 'can be read' }),
        () => ({
          trouble: 'there is no such file that this user may read',
          remedy: 'correct the path, or chmod a+r it',
        }),
      );
    case 'csi':
      return has('nvarguscamerasrc')
        ? { mode: 'opened when it starts' }
        : { trouble: 'this is no Jetson with GStreamer' };
    case 'test':
      return { mode: 'needs no device' };
  }
}

async function tryDevice({ tiers }: CameraConfig, path: string, devices: readonly DeviceFacts[]): Promise<Outcome> {
  // People name cameras by the links in /dev/v4l/by-id.
  const device = await realpath(path).catch(() => path);
  const found = devices.find((each) => each.device === device);
  if (found === undefined) {
    return { trouble: 'there is no such device', remedy: `plug it in, or choose one of ${listDevices(devices)}` };
  }
  const mode = found.trouble === null && tiers[0] !== undefined ? pickV4l2Mode(found.modes, tiers[0]) : undefined;
  if (mode === undefined) return { trouble: found.trouble ?? 'it delivers no picture format that can be used' };
  return { mode: `will be run at ${modeInWords(mode)}` };
}

function modeInWords(mode: V4l2Mode): string {
  return `${mode.format} ${mode.width}x${mode.height}, ${Number(fpsOf(mode).toFixed(2))} frames a second`;
}

function listDevices(devices: readonly DeviceFacts[]): string {
  const names = devices.filter((device) => !isOtherNode(device)).map(({ device }) => `v4l2:${device}`);
  return names.length === 0 ? 'none: no camera is there' : names.join(', ');
}
