/** What a finding about an element depends on besides the element: another driver may do what this one doesn't. */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';

export interface Environment {
  readonly gstreamer: string;
  readonly kernel: string;
  /** The drivers of chips, in words; '' where none is known. */
  readonly drivers: string;
}

export function sameEnvironment(one: Environment, other: Environment): boolean {
  return one.gstreamer === other.gstreamer && one.kernel === other.kernel && one.drivers === other.drivers;
}

/** Reads a few small files of the system; never throws. `root` is where they are looked for. */
export function findEnvironment(gstreamer: string, root = '/'): Environment {
  return { gstreamer, kernel: release(), drivers: findDrivers(root) };
}

function findDrivers(root: string): string {
  const nvidia = firstLine(join(root, 'sys/module/nvidia/version'));
  const tegra = firstLine(join(root, 'etc/nv_tegra_release'));
  return [
    nvidia === null ? null : `nvidia ${nvidia}`,
    tegra,
    ...drmDrivers(join(root, 'sys/class/drm')),
    ...codecDevices(join(root, 'sys/class/video4linux')),
    ...vaDrivers(join(root, 'usr/lib')),
  ]
    .filter((part) => part !== null)
    .join('; ');
}

function firstLine(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? null;
  } catch {
    return null;
  }
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function drmDrivers(folder: string): readonly string[] {
  return entries(folder)
    .filter((name) => name.startsWith('renderD'))
    .flatMap((name) => {
      try {
        return [`${name} ${basename(readlinkSync(join(folder, name, 'device/driver')))}`];
      } catch {
        return [name];
      }
    });
}

/** By their names: cameras are no codecs, and come and go. */
function codecDevices(folder: string): readonly string[] {
  const names = entries(folder).map((device) => firstLine(join(folder, device, 'name')));
  return names.filter((name) => name !== null && /codec|enc|dec|hantro|rkvdec|cedrus|isp/i.test(name)) as string[];
}

/** libva's drivers belong to no version that GStreamer knows. */
function vaDrivers(libraries: string): readonly string[] {
  const folders = [libraries, ...entries(libraries).map((name) => join(libraries, name))].map((one) =>
    join(one, 'dri'),
  );
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      entries(folder)
        .filter((name) => name.endsWith('_drv_video.so'))
        .map((name) => `${name} ${modifiedMs(join(folder, name))}`),
    );
}

function modifiedMs(file: string): number {
  try {
    return Math.round(statSync(file).mtimeMs);
  } catch {
    return 0;
  }
}
