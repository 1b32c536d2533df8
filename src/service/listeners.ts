import { readdir, readFile, readlink } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The processes of this user that run a Node program, by its absolute path, from /proc as proc(5) has it. */
export async function processesOf(program: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const runs = await Promise.all(
    pids.map(async (pid) => {
      const [words, folder] = await Promise.all([readText(`/proc/${pid}/cmdline`), target(`/proc/${pid}/cwd`)]);
      return folder !== '' && words.split('\0').some((word) => word !== '' && resolve(folder, word) === program);
    }),
  );
  return pids.filter((_, index) => runs[index]);
}

/** Where a process of this user takes TCP connections, as a client on this machine writes it: `127.0.0.1:8080`. */
export async function listenersOf(pid: string): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((descriptor) => target(`${folder}/${descriptor}`)));
  const inodes = new Set(targets.flatMap((text) => /^socket:\[(\d+)\]$/.exec(text)?.[1] ?? []));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readText(`/proc/${pid}/net/${name}`)));
  return tables.flatMap((table) => listenersIn(table, inodes));
}

const listening = '0A';

/** The addresses of those sockets in /proc/net/tcp or tcp6 that listen. For all addresses stands that of loopback. */
export function listenersIn(table: string, inodes: ReadonlySet<string>): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [, address, port] = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (state !== listening || !inodes.has(inode) || address === undefined || port === undefined) return [];
    return [`${addressOf(address)}:${Number.parseInt(port, 16)}`];
  });
}

/** Of words of 32 bits, each with its last byte first. */
function addressOf(hex: string): string {
  const isAny = /^0+$/.test(hex);
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return isAny ? '127.0.0.1' : bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  return isAny ? '[::1]' : `[${bytes.join('').match(/.{4}/g)?.join(':')}]`;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function target(path: string): Promise<string> {
  return readlink(path).catch(() => '');
}
