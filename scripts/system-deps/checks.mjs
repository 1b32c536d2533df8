/** Looks at the machine: without GStreamer's own tools, which may be missing, and without starting much. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {ReturnType<typeof lookAtMachine>} Machine */

/** Each call looks anew, so that what was installed since is seen. */
export function lookAtMachine(env = process.env) {
  const directories = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/sbin'];
  const command = (name) => directories.some((directory) => isExecutable(join(directory, name)));
  const run = (program, words) => spawnSync(program, words, { encoding: 'utf8', env });
  /** @type {Set<string> | undefined} */
  let plugins;

  return {
    /** A program on the PATH. */
    command,

    /** A library's development files, by pkg-config. */
    library: (name, minimum) => run('pkg-config', [`--atleast-version=${minimum}`, name]).status === 0,

    /** A GStreamer plugin, by its file: `jpeg` is libgstjpeg.so. */
    plugin: (name) => {
      plugins ??= pluginFiles(env, run);
      return plugins.has(`libgst${name}.so`);
    },

    cmake: (major, minor) => {
      const [, foundMajor, foundMinor] = /version (\d+)\.(\d+)/.exec(run('cmake', ['--version']).stdout ?? '') ?? [];
      return Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor);
    },

    /** Debian's modules are seen by Debian's Python, which another one may hide on the PATH. */
    pythonModule: (name) => {
      const script = 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)';
      return ['/usr/bin/python3', 'python3'].some((python) => run(python, ['-c', script, name]).status === 0);
    },

    /** What Debian's Python sees of a library through GObject introspection. */
    typelib: (name, version) => {
      const script = 'import sys, gi; gi.require_version(sys.argv[1], sys.argv[2])';
      return run('/usr/bin/python3', ['-c', script, name, version]).status === 0;
    },
  };
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function pluginFiles(env, run) {
  const own = [env.GST_PLUGIN_PATH_1_0, env.GST_PLUGIN_PATH].flatMap((path) => (path ?? '').split(delimiter));
  const system = env.GST_PLUGIN_SYSTEM_PATH_1_0 ?? env.GST_PLUGIN_SYSTEM_PATH;
  const asked = run('pkg-config', ['--variable=pluginsdir', 'gstreamer-1.0']);
  const directory = asked.status === 0 ? asked.stdout.trim() : '';
  const standard = system === undefined ? [directory, ...multiarchDirectories()] : system.split(delimiter);
  const files = new Set();
  for (const path of [...own, ...standard].filter(Boolean)) {
    if (existsSync(path)) for (const file of readdirSync(path)) files.add(file);
  }
  return files;
}

/** Where distributions put plugins, for a machine that has them but not yet the development files. */
function multiarchDirectories() {
  const roots = [
    '/usr/lib',
    '/usr/lib64',
    ...(existsSync('/usr/lib') ? readdirSync('/usr/lib').map((n) => `/usr/lib/${n}`) : []),
  ];
  return roots.map((root) => join(root, 'gstreamer-1.0'));
}
