/** Installs Debian packages. */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const OPTIONS = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3', '-o', 'Dpkg::Use-Pty=0'];
const LISTS = '/var/lib/apt/lists';
const TAIL_LINES = 25;

/** The one command for people who install by hand. */
export function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * Installs the packages and nothing that they only recommend. A first failure may come from stale lists, a broken
 * download or another apt: the lists are read anew and it is tried once more.
 * @returns {string | undefined} the end of apt's output where it failed twice
 */
export function installPackages(packages) {
  if (hasLists() && aptGet('install', '--no-install-recommends', ...packages).status === 0) return undefined;
  const update = aptGet('update');
  const install = aptGet('install', '--no-install-recommends', ...packages);
  if (install.status === 0) return undefined;
  const output = [update, install].map(({ stdout, stderr, error }) => `${stdout ?? ''}${stderr ?? ''}${error ?? ''}`);
  return output.join('\n').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

function aptGet(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  return spawnSync('apt-get', [...OPTIONS, ...words], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  });
}

function hasLists() {
  try {
    return readdirSync(LISTS).some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}
