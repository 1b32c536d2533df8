/** What the kernel says of a running process. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFigures {
  readonly threads: number;
  readonly descriptors: number;
  readonly residentBytes: number;
}

/** How long to wait for threads to be gone: GLib's pool keeps an idle one for 15 s. */
export const threadsEndTimeoutMs = 30_000;

/** proc(5). Throws where the process has ended. */
export function processFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    threads: field('Threads'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    residentBytes: 1024 * field('VmRSS'),
  };
}

/** The process' children, those that ended and were not waited for included. */
export function childrenOf(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ');
    } catch {
      // The thread ended meanwhile.
      return [];
    }
  });
  return children.filter((child) => child.trim() !== '').map(Number);
}
