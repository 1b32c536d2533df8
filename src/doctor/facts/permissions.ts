import { access, constants, readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../../config/source.js';
import type { NodeFacts, PermissionFacts } from '../checks/permissions.js';

/** Where nodes of cameras and chips are, and which of those in there. */
const folders: readonly (readonly [string, RegExp])[] = [
  ['/dev', /^(video|media)\d+$|^nvidia(\d+|ctl)$|^nvmap$|^nvhost-(nvenc|msenc|nvdec|vic|nvjpg\d*)$/],
  ['/dev/dri', /^renderD\d+$/],
];

export async function gatherPermissions(sources: readonly Source[]): Promise<PermissionFacts> {
  const groupFile = parseGroups(await readFile('/etc/group', 'utf8').catch(() => ''));
  const user = userName();
  const configured = new Set(sources.flatMap((source) => (source.kind === 'v4l2' ? [source.device] : [])));
  const found = (await Promise.all(folders.map(([folder, pattern]) => list(folder, pattern)))).flat();
  const paths = [...new Set([...found, ...configured])];
  const nodes = await Promise.all(paths.map((path) => lookAt(path, user, groupFile, configured.has(path))));
  const groups = (process.getgroups?.() ?? []).map((id) => groupFile.get(id)?.name ?? String(id));
  return { user, groups, nodes: nodes.filter((node) => node !== null) };
}

interface Group {
  readonly name: string;
  readonly members: readonly string[];
}

/** group(5), by the groups' numbers. */
export function parseGroups(text: string): ReadonlyMap<number, Group> {
  const groups = new Map<number, Group>();
  for (const line of text.split('\n')) {
    const [name, , id, members = ''] = line.split(':');
    if (name !== undefined && id !== undefined) groups.set(Number(id), { name, members: members.split(',') });
  }
  return groups;
}

async function list(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

/** Null where there is no such node. */
async function lookAt(
  path: string,
  user: string,
  groups: ReadonlyMap<number, Group>,
  isConfigured: boolean,
): Promise<NodeFacts | null> {
  const status = await stat(path).catch(() => null);
  if (status === null) return null;
  const group = groups.get(status.gid);
  const canOpen = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const isMember = group?.members.includes(user) ?? false;
  return { path, group: group?.name ?? String(status.gid), isMember, canOpen, isConfigured };
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
