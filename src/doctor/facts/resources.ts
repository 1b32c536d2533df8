import { readFile, statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import type { NativeAddon } from '../../native/addon.types.js';
import type { ResourceFacts } from '../checks/resources.js';

/** Without an addon nothing is known of the clock's state. */
export async function gatherResources(addon: NativeAddon | null): Promise<ResourceFacts> {
  const paths = new Set([process.env.XDG_CACHE_HOME || homedir(), tmpdir()]);
  const disks = await Promise.all([...paths].map(freeOn));
  return {
    openFiles: parseOpenFiles(await readText('/proc/self/limits')),
    disks: disks.filter((disk) => disk !== null),
    memory: { ...parseMemory(await readText('/proc/meminfo')), limitBytes: await memoryLimit() },
    clock: { nowMs: Date.now(), synchronized: addon?.clockSynchronized() ?? null },
  };
}

async function freeOn(path: string): Promise<ResourceFacts['disks'][number] | null> {
  const disk = await statfs(path).catch(() => null);
  return disk === null ? null : { path, freeBytes: disk.bavail * disk.bsize };
}

/** The hard limit of /proc/self/limits, proc(5). */
export function parseOpenFiles(limits: string): number {
  const hard = /^Max open files +\S+ +(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

export function parseMemory(meminfo: string): Pick<ResourceFacts['memory'], 'totalBytes' | 'availableBytes'> {
  const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0);
  return { totalBytes: bytes('MemTotal'), availableBytes: bytes('MemAvailable') };
}

/** memory.max of control groups, version 2; those above this one may be tighter, and aren't looked at. */
async function memoryLimit(): Promise<number | null> {
  const group = /^0::(.*)$/m.exec(await readText('/proc/self/cgroup'))?.[1];
  if (group === undefined) return null;
  const limit = (await readText(`/sys/fs/cgroup${group}/memory.max`)).trim();
  return /^\d+$/.test(limit) ? Number(limit) : null;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
