import { access, constants, readdir, readFile } from 'node:fs/promises';
import { maskCredentials } from '../../core/mask.js';
import type { NativeAddon } from '../../native/addon.types.js';
import { v4l2Query } from '../../pipeline/source.js';
import { parseV4l2Mode } from '../../pipeline/v4l2-mode.js';
import type { DeviceFacts } from '../checks/devices.js';

const queryTimeoutMs = 3000;

/** Every `/dev/video*` in the order of their numbers. Opens each for a moment, all at once. */
export async function gatherDevices(addon: NativeAddon): Promise<readonly DeviceFacts[]> {
  const numbers = await videoNumbers();
  return Promise.all(numbers.map((number) => askDevice(number, addon)));
}

async function videoNumbers(): Promise<readonly number[]> {
  const names = await readdir('/dev').catch(() => []);
  const numbers = names.flatMap((name) => /^video(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => a - b);
}

async function askDevice(number: number, addon: NativeAddon): Promise<DeviceFacts> {
  const device = `/dev/video${number}`;
  const name = await readFile(`/sys/class/video4linux/video${number}/name`, 'utf8').catch(() => '');
  const known = { device, name: name.trim() };
  try {
    await access(device, constants.R_OK | constants.W_OK);
    const structures = await addon.queryCaps(v4l2Query(device), queryTimeoutMs);
    return { ...known, modes: structures.map(parseV4l2Mode).filter((mode) => mode !== null), trouble: null };
  } catch (error) {
    return { ...known, modes: [], trouble: inWords(error) };
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && (error.code === 'EACCES' || error.code === 'EPERM')) return 'this user may not open it';
  return maskCredentials(error.message);
}
