import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../../scripts/system-deps.mjs');

let directory: string;
/** A PATH of its own, without any of the programs that Lenscast needs. */
let programs: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenscast-deps-'));
  programs = join(directory, 'bin');
  mkdirSync(programs);
});
afterEach(() => rmSync(directory, { recursive: true }));

function run(set: string, env: Record<string, string> = {}) {
  // As where nothing prebuilt is there.
  const build = { npm_config_build_from_source: 'true' };
  const isolated = { PATH: programs, GST_PLUGIN_SYSTEM_PATH_1_0: join(directory, 'plugins'), ...build, ...env };
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, set], { env: isolated, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

/** An apt-get that writes down how it was called; `script` may do more. */
function fakeApt(script: string): () => string[] {
  const log = join(directory, 'apt.log');
  program('apt-get', `echo "$*" >> ${log}\n${script}`);
  return () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []);
}

it('names everything that is missing where there is no apt', () => {
  const { status, stderr } = run('runtime');
  expect(status).toBe(1);
  for (const name of ['g++', 'cmake', 'libgstreamer1.0-dev', 'gstreamer1.0-plugins-good', 'gstreamer1.0-libav']) {
    expect(stderr).toContain(name);
  }
  expect(stderr).not.toContain('ustreamer');
  expect(run('test').stderr).toContain('ustreamer');
});

it('does nothing when it is turned off', () => {
  expect(run('runtime', { LENSCAST_SKIP_SYSTEM_DEPS: '1' })).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('refuses sets that do not exist', () => {
  expect(run('all').status).toBe(2);
  expect(run('toString').status).toBe(2);
});

it('takes an old cmake for missing', () => {
  program('cmake', 'echo "cmake version 3.13.4"');
  expect(run('runtime').stderr).toMatch(/\bcmake\b/);
  program('cmake', 'echo "cmake version 3.16.0"');
  expect(run('runtime').stderr).not.toMatch(/\bcmake\b/);
});

it.each(['x264', 'openh264'])('has an encoder of H.264 in %s, and asks for one where there is none', (plugin) => {
  const wanted = 'gstreamer1.0-plugins-ugly (to encode H.264 for WebRTC)';
  expect(run('runtime').stderr).toContain(wanted);
  mkdirSync(join(directory, 'plugins'));
  writeFileSync(join(directory, 'plugins', `libgst${plugin}.so`), '');
  expect(run('runtime').stderr).not.toContain('plugins-ugly');
});

it('names a package once in its command, whatever is wanted of it', () => {
  fakeApt('');
  const { stderr } = run('test');
  const command = /sudo apt-get update.*/.exec(stderr)?.[0] ?? '';
  expect(command.match(/gstreamer1\.0-plugins-ugly/g)).toHaveLength(1);
});

const asRoot = it.skipIf(process.getuid?.() !== 0);

asRoot('as root installs what is missing, and that alone', () => {
  program('make', '');
  program('pkg-config', 'exit 0');
  program('cmake', 'echo "cmake version 3.25.1"');
  mkdirSync(join(directory, 'plugins'));
  const make = (names: string) => `for n in ${names}; do : > ${directory}/plugins/libgst$n.so; done`;
  const base = 'app playback videorate videotestsrc typefindfunctions videoconvertscale';
  const good = 'debug isomp4 jpeg matroska rtp rtpmanager rtsp udp video4linux2';
  const compiler = `printf '#!/bin/sh\\n' > ${programs}/c++; ${process.execPath} -e "fs.chmodSync('${programs}/c++', 0o755)"`;
  const calls = fakeApt(`${make(`${base} ${good} videoparsersbad x264 libav pango`)}\n${compiler}`);
  const { status, stdout } = run('runtime');
  expect(status).toBe(0);
  const install = calls().find((call) => call.includes(' install '));
  expect(install?.split('--no-install-recommends ')[1]?.split(' ')).toEqual([
    'g++',
    'gstreamer1.0-plugins-base',
    'gstreamer1.0-plugins-good',
    'gstreamer1.0-plugins-bad',
    'gstreamer1.0-plugins-ugly',
    'gstreamer1.0-libav',
    'gstreamer1.0-x',
  ]);
  expect(stdout).toContain('g++ (to build the native addon)');
  expect(run('runtime')).toEqual({ status: 0, stdout: '', stderr: '' });
});

asRoot('as root reads the lists anew and tries once more before it gives up with apt’s own words', () => {
  const calls = fakeApt('echo "E: broken mirror" >&2; exit 100');
  const { status, stderr } = run('runtime');
  expect(status).toBe(1);
  expect(stderr).toContain('E: broken mirror');
  expect(stderr).toContain('sudo apt-get update && sudo apt-get install -y --no-install-recommends g++');
  const kinds = calls().map((call) => /\b(update|install)\b/.exec(call.replace('--no-install', ''))?.[1]);
  expect(kinds.slice(-2)).toEqual(['update', 'install']);
  expect(kinds.length).toBeLessThanOrEqual(3);
});

asRoot('without root prints the one command and installs nothing', () => {
  const calls = fakeApt('');
  // Another user has to be able to read the script, wherever the checkout is.
  const copy = join(directory, 'scripts');
  spawnSync('cp', ['-r', join(SCRIPT, '..'), copy]);
  spawnSync('chmod', ['-R', 'a+rX', directory]);
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'system-deps.mjs'), 'runtime'], {
    env: { PATH: programs },
    encoding: 'utf8',
    uid: 65_534,
    gid: 65_534,
  });
  expect(stderr).toContain('sudo apt-get update && sudo apt-get install -y --no-install-recommends g++ make');
  expect(status).toBe(1);
  expect(calls()).toEqual([]);
});
