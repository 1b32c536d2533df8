#!/usr/bin/env node
/**
 * Compiles src into dist. The new dist takes the old one's place only when everything compiled: a failed build leaves
 * what was there, and no file of an earlier build stays behind.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const fresh = join(root, 'build', `dist-${process.pid}`);
const old = join(root, 'build', `dist-old-${process.pid}`);

process.exitCode = main();

function main() {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  mkdirSync(fresh, { recursive: true });
  try {
    const words = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh, '--noEmitOnError'];
    const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
    copyAssets();
    const program = join(fresh, 'main.js');
    if (existsSync(program)) chmodSync(program, 0o755);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    return 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Pages and style sheets lie beside the code that serves them. */
function copyAssets() {
  const isSource = (path) => ['.ts', '.md'].includes(extname(path)) || basename(path) === 'tsconfig.json';
  const isAsset = (path) => statSync(path).isDirectory() || !isSource(path);
  cpSync(join(root, 'src'), fresh, { recursive: true, filter: isAsset });
}
