// Makes the addon available: a prebuilt binary where one fits this machine, else a build by CMake. Builds only what
// changed and leaves all else in build/ alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prebuiltBinary } from './prebuild/fitting.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = join(root, 'build');

/** Whether a prebuilt binary is here and loads. In a process of its own: a bad one may crash. */
function prebuiltLoads() {
  if (prebuiltBinary(root) === undefined) return false;
  const load = `require(${JSON.stringify(createRequire(import.meta.url).resolve('node-gyp-build'))})(${JSON.stringify(root)})`;
  const env = { ...process.env, PREBUILDS_ONLY: '1' };
  const { status, stderr } = spawnSync(process.execPath, ['-e', load], { env, encoding: 'utf8' });
  if (status !== 0) console.log(`The prebuilt addon doesn't load: ${/^Error: .*/m.exec(stderr)?.[0] ?? 'it crashes'}`);
  return status === 0;
}

/** CMake refuses a cache that was made for the same files elsewhere, as in a copied checkout. */
function dropForeignCache() {
  const cache = join(build, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  if (home && existsSync(home) && realpathSync(home) === realpathSync(root)) return;
  rmSync(cache);
  rmSync(join(build, 'CMakeFiles'), { recursive: true, force: true });
}

/** Never cmake-js's own `compile`: where that fails it removes the whole of build/. */
function cmake(...commands) {
  const script = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
  for (const command of commands) {
    const run = spawnSync(process.execPath, [script, command, '--directory', root, '--parallel', '2'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (run.status === 0) continue;
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ? `${run.error.message}\n` : ''}`);
    console.error(`The addon could not be built (cmake-js ${command}); the output above says why.`);
    process.exit(run.status ?? 1);
  }
}

if (prebuiltLoads()) {
  // What was built here once would be taken first.
  rmSync(join(build, 'Release', 'lenscast.node'), { force: true });
  console.log('Addon: a prebuilt binary fits this machine.');
} else {
  dropForeignCache();
  cmake('configure', 'build');
  console.log('Addon: built in build/Release.');
}
