/** Whether a prebuilt addon is there for this machine. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The prebuilt binary for a platform such as `linux-arm64`, as node-gyp-build looks for it; undefined where there is
 * none, where the sources were changed after it was built, or where npm was told `--build-from-source`. Whether it
 * loads is another question.
 */
export function prebuiltBinary(root, platform = `${process.platform}-${process.arch}`) {
  if (process.env.npm_config_build_from_source === 'true') return undefined;
  const [binary] = filesIn(join(root, 'prebuilds', platform), /\.node$/);
  if (binary === undefined) return undefined;
  const builtMs = statSync(binary).mtimeMs;
  const sources = [...filesIn(join(root, 'native'), /\.(cc|h|map)$/), join(root, 'CMakeLists.txt')];
  const isStale = sources.some((source) => existsSync(source) && statSync(source).mtimeMs > builtMs);
  return isStale ? undefined : binary;
}

function filesIn(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
