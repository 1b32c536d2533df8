import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from './addon.types.js';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Loader {
  (root: string): unknown;
  path(root: string): string;
}

/**
 * Loads the C++ addon, the same one at every call: a prebuilt binary, or what `node scripts/build-addon.mjs` built. The
 * environment variable LENSCAST_ADDON names another file, for example one built with sanitizers.
 *
 * @throws Error that says what to do, with the loader's error as its `cause`.
 */
export function loadAddon(): NativeAddon {
  const file = process.env.LENSCAST_ADDON;
  try {
    if (file) return require(file) as NativeAddon;
    const load = require('node-gyp-build') as Loader;
    return load(root) as NativeAddon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    const remedy = file
      ? 'correct or unset LENSCAST_ADDON'
      : 'run "npm ci" or, with GStreamer\'s development files installed, "node scripts/build-addon.mjs"';
    throw new Error(`The native addon can't be loaded (${reason}): ${remedy}.`, { cause });
  }
}

/** The file that {@link loadAddon} loads; null where there is none. */
export function addonFile(): string | null {
  try {
    return process.env.LENSCAST_ADDON || (require('node-gyp-build') as Loader).path(root);
  } catch {
    return null;
  }
}
