import { type Finding, ok, problem, warning } from '../finding.js';

const MiB = 1024 * 1024;

export interface ResourceFacts {
  /** The most files that a process may have open; Node raises its own soft limit to the hard one. */
  readonly openFiles: number;
  readonly disks: readonly { readonly path: string; readonly freeBytes: number }[];
  readonly memory: {
    readonly totalBytes: number;
    readonly availableBytes: number;
    /** Of the control group that the process is in; null where it has none. */
    readonly limitBytes: number | null;
  };
  readonly clock: {
    readonly nowMs: number;
    /** Null where the kernel doesn't tell. */
    readonly synchronized: boolean | null;
  };
}

export function checkResources({ openFiles, disks, memory, clock }: ResourceFacts): readonly Finding[] {
  return [checkOpenFiles(openFiles), ...disks.map(checkDisk), checkMemory(memory), checkClock(clock)];
}

const fewFiles = 1024;

function checkOpenFiles(openFiles: number): Finding {
  const told = Number.isFinite(openFiles) ? String(openFiles) : 'any number of';
  const message = `a process may have ${told} files open; each viewer takes one`;
  if (openFiles > fewFiles) return ok('limits', message);
  return warning('limits', message, 'ulimit -n 65536, or LimitNOFILE=65536 in the service');
}

const fullBytes = 20 * MiB;
const nearlyFullBytes = 200 * MiB;

function checkDisk({ path, freeBytes }: ResourceFacts['disks'][number]): Finding {
  const message = `${inWords(freeBytes)} free in ${path}`;
  const remedy = 'make room: GStreamer keeps its list of plugins on disk';
  if (freeBytes < fullBytes) return problem('disk', message, remedy);
  return freeBytes < nearlyFullBytes ? warning('disk', message, remedy) : ok('disk', message);
}

const scarceBytes = 64 * MiB;
const littleBytes = 256 * MiB;

function checkMemory({ totalBytes, availableBytes, limitBytes }: ResourceFacts['memory']): Finding {
  const usable = Math.min(availableBytes, limitBytes ?? Number.POSITIVE_INFINITY);
  const limit = limitBytes === null ? '' : `, at most ${inWords(limitBytes)} for this service or container`;
  const message = `${inWords(availableBytes)} of ${inWords(totalBytes)} memory available${limit}`;
  const remedy = 'Lenscast itself takes about 100 MB: end other programs, or have fewer or smaller tiers';
  if (usable < scarceBytes) return problem('memory', message, remedy);
  return usable < littleBytes ? warning('memory', message, remedy) : ok('memory', message);
}

// A board without a battery begins in the past, before this program was written.
const writtenMs = Date.UTC(2026, 0, 1);

function checkClock({ nowMs, synchronized }: ResourceFacts['clock']): Finding {
  const now = `the clock says ${new Date(nowMs).toISOString()}`;
  const remedy = 'sudo timedatectl set-ntp true';
  if (nowMs < writtenMs) {
    return problem('clock', `${now}, which is past: certificates and time stamps are wrong`, remedy);
  }
  if (synchronized === null) return ok('clock', `${now}; the kernel doesn't tell whether anything keeps it right`);
  if (!synchronized) return warning('clock', `${now}; nothing keeps it right: time stamps will drift`, remedy);
  return ok('clock', `${now} and is kept right`);
}

function inWords(bytes: number): string {
  return bytes >= 1024 * MiB ? `${(bytes / MiB / 1024).toFixed(1)} GB` : `${Math.round(bytes / MiB)} MB`;
}
