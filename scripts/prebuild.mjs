#!/usr/bin/env node
/**
 * Builds the addon for every machine that it is shipped for, on a Debian machine of any kind:
 * `npm run prebuild [-- x64|arm64]` makes prebuilds/linux-x64 and prebuilds/linux-arm64, which `npm ci` and node-gyp-build
 * take in place of a build. They are compiled against Debian 11 (glibc 2.31, GStreamer 1.18), unpacked into
 * build/sysroot-*, so that they load on what is newer, and on JetPack 5. Needs no root and installs nothing.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSysroot } from './prebuild/sysroot.mjs';
import { describeBinary } from './prebuild/verify.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const TARGETS = {
  x64: { debian: 'amd64', processor: 'x86_64', triplet: 'x86_64-linux-gnu', package: 'g++-x86-64-linux-gnu' },
  arm64: { debian: 'arm64', processor: 'aarch64', triplet: 'aarch64-linux-gnu', package: 'g++-aarch64-linux-gnu' },
};

// npm takes a script called "prebuild" for one that belongs before "build".
if (!isHookOfBuild()) process.exitCode = main(process.argv.slice(2));

function main(names) {
  const unknown = names.filter((name) => !Object.hasOwn(TARGETS, name));
  if (unknown.length > 0) {
    console.error(`Usage: npm run prebuild [-- ${Object.keys(TARGETS).join('|')}]; there is no ${unknown.join(', ')}.`);
    return 2;
  }
  const missing = missingTools(names.length > 0 ? names : Object.keys(TARGETS));
  if (missing.length > 0) {
    console.error(`This needs more programs:\n\n  sudo apt-get install --no-install-recommends ${missing.join(' ')}\n`);
    return 1;
  }
  for (const name of names.length > 0 ? names : Object.keys(TARGETS)) build(name, TARGETS[name]);
  return 0;
}

function build(name, target) {
  const sysroot = makeSysroot(join(root, 'build', `sysroot-${name}`), target);
  const folder = join(root, 'build', `prebuild-${name}`);
  rmSync(folder, { recursive: true, force: true });
  run('cmake', ['-S', root, '-B', folder, ...cmakeOptions(target, sysroot)], pkgConfigOf(target, sysroot));
  run('cmake', ['--build', folder, '--parallel', '2'], pkgConfigOf(target, sysroot));
  const built = join(folder, 'lenscast.node');
  run(`${target.triplet}-strip`, ['--strip-unneeded', built]);
  const place = join(root, 'prebuilds', `linux-${name}`);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  // node-gyp-build reads the name: for any Node that has Node-API, on systems with glibc.
  const binary = join(place, 'lenscast.napi.glibc.node');
  cpSync(built, binary);
  console.log(`prebuilds/linux-${name}: ${describeBinary(binary, target.triplet, sysroot)}`);
}

function cmakeOptions({ processor, triplet }, sysroot) {
  const modules = join(root, 'node_modules');
  const headers = [join(modules, 'node-api-headers', 'include'), join(modules, 'node-addon-api')].join(';');
  // The old system's own headers and libraries come before those that the compiler brings for a newer one.
  const headersOf = [
    '/usr/include/c++/10',
    `/usr/include/${triplet}/c++/10`,
    `/usr/include/${triplet}`,
    '/usr/include',
  ];
  const librariesOf = [`/usr/lib/gcc/${triplet}/10`, `/usr/lib/${triplet}`, `/lib/${triplet}`];
  const include = headersOf.map((path) => `-isystem ${sysroot}${path}`).join(' ');
  const link = librariesOf.map((path) => `-L${sysroot}${path}`).join(' ');
  return [
    ...['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_SYSTEM_NAME=Linux', `-DCMAKE_SYSTEM_PROCESSOR=${processor}`],
    ...[`-DCMAKE_CXX_COMPILER=${triplet}-g++`, `-DCMAKE_SYSROOT=${sysroot}`, `-DCMAKE_JS_INC=${headers}`],
    // Programs are this machine's.
    ...['-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER', `-DCMAKE_FIND_ROOT_PATH=${sysroot}`],
    `-DCMAKE_CXX_FLAGS=-nostdinc++ ${include}`,
    `-DCMAKE_MODULE_LINKER_FLAGS=-pthread -B${sysroot}/usr/lib/${triplet} ${link}`,
  ];
}

function pkgConfigOf({ triplet }, sysroot) {
  const folders = [`${sysroot}/usr/lib/${triplet}/pkgconfig`, `${sysroot}/usr/share/pkgconfig`];
  return { PKG_CONFIG_SYSROOT_DIR: sysroot, PKG_CONFIG_LIBDIR: folders.join(':'), PKG_CONFIG_PATH: '' };
}

function missingTools(names) {
  const tools = [
    ['cmake', 'cmake'],
    ['make', 'make'],
    ['pkg-config', 'pkg-config'],
    ['dpkg-deb', 'dpkg'],
    ['apt-get', 'apt'],
    ...names.map((name) => [`${TARGETS[name].triplet}-g++`, TARGETS[name].package]),
  ];
  const isThere = (tool) => spawnSync('sh', ['-c', 'command -v "$0"', tool]).status === 0;
  return tools.filter(([tool]) => !isThere(tool)).map(([, name]) => name);
}

function run(program, words, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, ...env },
  });
  if (status === 0) return;
  throw new Error(`${program} ${words[0]} failed: ${error ?? ''}\n${stdout}${stderr}`);
}

/**
 * Whether npm runs this before `build`, and not by its own name: that stands on the command line, or in the title, of an
 * npm above. Where neither can be seen (an emulated process has another one) it is left alone.
 */
function isHookOfBuild() {
  if (process.env.npm_lifecycle_event !== 'prebuild') return false;
  for (let pid = process.ppid, level = 0; level < 4 && pid > 1; level += 1) {
    const commandLine = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    if (/\srun(-script)?\s(.*\s)?prebuild(\s|$)/.test(commandLine)) return false;
    pid = Number(/^PPid:\s*(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0);
  }
  return true;
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
