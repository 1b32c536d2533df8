/** A folder with the libraries of an older Debian, to compile against. */

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

const SUITE = 'bullseye';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const PACKAGES = ['libstdc++-10-dev', 'libgstreamer1.0-dev', 'libgstreamer-plugins-base1.0-dev'];

/**
 * Makes the folder where it isn't there yet, from packages that apt fetches into it: this system's own packages and
 * architectures stay as they are.
 * @returns {string} the folder
 */
export function makeSysroot(folder, { debian }) {
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  console.log(`Fetching Debian ${SUITE}'s libraries for ${debian}, which takes a minute.`);
  const archives = download(join(fresh, 'apt'), debian);
  for (const archive of archives) must('dpkg-deb', ['--extract', archive, fresh]);
  rmSync(join(fresh, 'apt'), { recursive: true });
  for (const place of ['usr/lib', 'lib', 'lib64', 'usr/include']) keepLinksInside(join(fresh, place), fresh);
  renameSync(fresh, folder);
  return folder;
}

/** What an empty system would install for {@link PACKAGES}: the paths of the downloaded packages. */
function download(folder, architecture) {
  const lists = join(folder, 'lists', 'partial');
  const archives = join(folder, 'archives');
  for (const path of [lists, join(archives, 'partial')]) mkdirSync(path, { recursive: true });
  const sources = join(folder, 'sources.list');
  const status = join(folder, 'status');
  writeFileSync(sources, `deb [arch=${architecture} signed-by=${KEYRING}] ${mirror()} ${SUITE} main\n`);
  writeFileSync(status, '');
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures::': architecture,
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': '',
    'Dir::State::status': status,
    'Dir::State::lists': dirname(lists),
    'Dir::Cache::archives': archives,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Debug::NoLocking': 'true',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  must('apt-get', ['-q', ...options, 'update']);
  must('apt-get', ['-q', '-y', ...options, '--download-only', 'install', ...PACKAGES]);
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name));
}

/** This machine's own Debian mirror. */
function mirror() {
  const format = '$(ORIGIN)|$(COMPONENT)|$(REPO_URI)';
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const uris = (stdout ?? '').split('\n').flatMap((line) => /^Debian\|main\|(.*)$/.exec(line)?.[1] ?? []);
  return uris.find((uri) => !uri.includes('security')) ?? 'http://deb.debian.org/debian/';
}

/** A link to `/lib/…` means the folder's own and not this system's. */
function keepLinksInside(folder, root) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!lstatSync(path).isSymbolicLink()) continue;
    const target = readlinkSync(path);
    if (!target.startsWith('/')) continue;
    rmSync(path);
    symlinkSync(relative(dirname(path), join(root, target)), path);
  }
}

function must(program, words) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', env, maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`${program} failed: ${error ?? ''}\n${stdout}${stderr}`.slice(-4000));
}
