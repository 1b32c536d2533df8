import { type Finding, installRemedy, ok, problem } from '../finding.js';

export interface VersionFacts {
  readonly lenscast: string;
  /** `20.1.0`. */
  readonly node: string;
  readonly kernel: string;
  /** Null where the C library is another one. */
  readonly glibc: string | null;
  /** `linux-x64`. */
  readonly platform: string;
  readonly addon: AddonFacts;
}

export type AddonFacts =
  | { readonly file: string; readonly gstreamer: string }
  | { readonly file: string | null; readonly error: string };

const leastNode = [20] as const;
const leastGStreamer = [1, 16] as const;

export function checkVersions({ lenscast, node, kernel, glibc, platform, addon }: VersionFacts): readonly Finding[] {
  const system = `Linux ${kernel}, ${glibc === null ? 'no glibc' : `glibc ${glibc}`}, ${platform}`;
  return [
    ok('version', `Lenscast ${lenscast}`),
    isAtLeast(node, leastNode)
      ? ok('version', `Node ${node}`)
      : problem('version', `Node ${node} is too old`, `install Node ${leastNode[0]} or later`),
    ok('version', system),
    ...checkAddon(addon),
  ];
}

function checkAddon(addon: AddonFacts): readonly Finding[] {
  if ('error' in addon) return [problem('addon', addon.error, addonRemedy(addon.error))];
  const { file, gstreamer } = addon;
  return [
    ok('addon', `the native addon loads: ${file}`),
    isAtLeast(gstreamer, leastGStreamer)
      ? ok('version', `GStreamer ${gstreamer}`)
      : problem('version', `GStreamer ${gstreamer} is too old`, 'install a system with GStreamer 1.16 or later'),
  ];
}

/** What the loader's words point to, beyond what the error itself says to do. */
function addonRemedy(error: string): string | undefined {
  if (/libgst[\w.-]*\.so/.test(error)) {
    return installRemedy(['libgstreamer1.0-0', 'libgstreamer-plugins-base1.0-0', 'gstreamer1.0-plugins-base']);
  }
  if (/GLIBC|version `/.test(error)) return 'node scripts/build-addon.mjs, which builds it for this system';
  return undefined;
}

/** Compares dotted numbers; what follows them (`-rc1`) doesn't count. */
export function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
