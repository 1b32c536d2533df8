import { readdir } from 'node:fs/promises';
import { type CameraConfig, type Config, defaultCamera } from '../config/config.js';
import type { NativeAddon } from '../native/addon.types.js';
import { v4l2Query } from '../pipeline/source.js';
import { parseV4l2Mode } from '../pipeline/v4l2-mode.js';

/** The cameras of a configuration; where it has none, the one that is found at the first time that this is asked. */
export function camerasOrDefault(addon: NativeAddon): (config: Config) => Promise<readonly CameraConfig[]> {
  let found: Promise<readonly CameraConfig[]> | undefined;
  return ({ cameras }) => {
    if (cameras.length > 0) return Promise.resolve(cameras);
    found ??= findDefaultSource(addon).then((source) => [defaultCamera(source)]);
    return found;
  };
}

const queryTimeoutMs = 3000;

/** The source string of the first `/dev/video*` that can capture, else the test pattern. */
export async function findDefaultSource(addon: NativeAddon, deviceFolder = '/dev'): Promise<string> {
  const names = await readdir(deviceFolder).catch(() => []);
  const numbers = names.flatMap((name) => /^video(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  for (const number of numbers.sort((a, b) => a - b)) {
    const device = `${deviceFolder}/video${number}`;
    // Cameras have nodes beside the picture's (metadata, codecs): only the modes tell.
    const structures = await addon.queryCaps(v4l2Query(device), queryTimeoutMs).catch(() => []);
    if (structures.some((caps) => parseV4l2Mode(caps) !== null)) return `v4l2:${device}`;
  }
  return 'test:';
}
