import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessId, sameProcess } from './crash-record.js';

/** Null where the system doesn't tell, as one that isn't Linux. `root` is where its files are looked for. */
export function processId(pid: number | 'self', root = '/'): ProcessId | null {
  try {
    const boot = readFileSync(join(root, 'proc/sys/kernel/random/boot_id'), 'utf8').trim();
    const stat = readFileSync(join(root, `proc/${pid}/stat`), 'utf8');
    // The name in brackets may hold anything; the start is the 20th field after it, as proc(5) counts.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = Number(fields[19]);
    return boot === '' || !Number.isInteger(startTicks) ? null : { boot, pid: Number.parseInt(stat, 10), startTicks };
  } catch {
    return null;
  }
}

export function isAlive(process: ProcessId, root = '/'): boolean {
  const now = processId(process.pid, root);
  return now !== null && sameProcess(now, process);
}
