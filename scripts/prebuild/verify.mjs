/** Looks at a built addon without running it: it may be for another machine. */

import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Says what the binary needs, `AArch64, 310 kB, needs glibc 2.17, libgstreamer-1.0.so.0 …`.
 * @throws Error where it needs a symbol that neither Node nor the sysroot's libraries have
 */
export function describeBinary(binary, triplet, sysroot) {
  const read = (...words) => output(`${triplet}-readelf`, ['--wide', ...words, binary]);
  const machine = /Machine:\s+(.+)/.exec(read('--file-header'))?.[1];
  const needed = [...read('--dynamic').matchAll(/NEEDED.*\[(.+)\]/g)].map(([, name]) => name);
  const versions = [...read('--version-info').matchAll(/Name: GLIBC_([\d.]+)/g)].map(([, version]) => version);
  const newest = versions.toSorted(new Intl.Collator('en', { numeric: true }).compare).at(-1);
  const unknown = unknownSymbols(binary, needed, triplet, sysroot);
  if (unknown.length > 0) throw new Error(`${binary} needs symbols that nothing has: ${unknown.join(', ')}`);
  const kilobytes = Math.round(statSync(binary).size / 1024);
  return `${machine}, ${kilobytes} kB, needs glibc ${newest}, ${needed.join(' ')}`;
}

function unknownSymbols(binary, needed, triplet, sysroot) {
  const folders = [`usr/lib/${triplet}`, `lib/${triplet}`, 'lib', 'usr/lib'].map((path) => join(sysroot, path));
  const files = folders.flatMap((folder) =>
    filesIn(folder).filter((path) => needed.some((name) => path.endsWith(`/${name}`))),
  );
  const defined = new Set(files.flatMap((file) => symbols(triplet, ['--defined-only', file])));
  const isNodes = (name) => /^(napi|node_api)_/.test(name);
  return symbols(triplet, ['--undefined-only', binary]).filter((name) => !isNodes(name) && !defined.has(name));
}

function filesIn(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The dynamic symbols' names, without their versions; weak ones that are undefined (`w`) may stay so. */
function symbols(triplet, words) {
  const lines = output(`${triplet}-nm`, ['--dynamic', ...words]).split('\n');
  return lines.flatMap((line) => /\s[^w]\s(\S+)$/.exec(line)?.[1]?.split('@')[0] ?? []);
}

function output(program, words) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout;
}
