import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

const listening = '0A';

/**
 * Which process has a port, `nginx (pid 812)`, from /proc as proc(5) has it; null where that can't be seen: without
 * privileges only one's own processes show their descriptors.
 */
export async function findSocketUser(protocol: 'tcp' | 'udp', port: number): Promise<string | null> {
  const tables = await Promise.all([protocol, `${protocol}6`].map((name) => readText(`/proc/net/${name}`)));
  const inodes = new Set(tables.flatMap((table) => inodesOf(table, port, protocol === 'tcp')));
  if (inodes.size === 0) return null;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await hasSocket(pid, inodes))) continue;
    return `${await programName(pid)} (pid ${pid})`;
  }
  return null;
}

/** Of its file rather than of its main thread: Node 24 calls that `MainThread`. */
async function programName(pid: string): Promise<string> {
  const file = await readlink(`/proc/${pid}/exe`).catch(() => '');
  return basename(file) || (await readText(`/proc/${pid}/comm`)).trim();
}

/** The inodes of the sockets on a local port, of those that listen where `listeners`. */
export function inodesOf(table: string, port: number, listeners: boolean): readonly string[] {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, address = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const isIt = address.endsWith(local) && (!listeners || state === listening);
    return isIt && inode !== undefined ? [inode] : [];
  });
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
