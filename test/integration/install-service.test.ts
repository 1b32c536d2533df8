import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/install-service');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lenscast-root-'));
  mkdirSync(join(root, 'etc'));
});
afterEach(() => rmSync(root, { recursive: true }));

function run(program: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  return { status, told: stdout + stderr };
}
const install = (...words: string[]) => run(script, ...words, '--root', root);
const at = (path: string) => join(root, path);
const read = (path: string) => readFileSync(at(path), 'utf8');

it('installs into a root: program, unit, user, configuration', () => {
  const { status, told } = install();
  expect(told).toContain(`Installed into ${root}.`);
  expect(status).toBe(0);
  const unit = read('etc/systemd/system/lenscast.service');
  expect(unit).toContain('/opt/lenscast/dist/main.js --config /etc/lenscast/lenscast.yaml');
  expect(unit).not.toMatch(/@\w+@/);
  expect(read('etc/sysusers.d/lenscast.conf')).toContain('m lenscast video');
  expect(statSync(at('etc/lenscast/lenscast.yaml')).mode & 0o777).toBe(0o640);
  // It runs from there, with nothing but what is there.
  const { status: code, told: version } = run(process.execPath, at('opt/lenscast/dist/main.js'), '--version');
  expect([code, version]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  const doctor = run(process.execPath, at('opt/lenscast/dist/main.js'), 'doctor', '--port', '0');
  expect(doctor.told).toContain(`the native addon loads: ${at('opt/lenscast/build/Release/lenscast.node')}`);
  for (const name of ['typescript', 'vitest', 'cmake-js']) {
    expect(existsSync(at(`opt/lenscast/node_modules/${name}`)), name).toBe(false);
  }
});

it('has a command that takes the configuration and the cache of the service, unless told otherwise', () => {
  install();
  expect(readlinkSync(at('usr/local/bin/lenscast'))).toBe('/opt/lenscast/bin/lenscast');
  const command = at('opt/lenscast/bin/lenscast');
  expect(read('opt/lenscast/bin/lenscast')).toContain('LENSCAST_CONFIG:=/etc/lenscast/lenscast.yaml');
  expect(read('opt/lenscast/bin/lenscast')).toContain('CACHE_DIRECTORY:=/var/cache/lenscast');
  const config = at('etc/other.yaml');
  writeFileSync(config, 'server: { port: 0 }\n');
  const { status, told } = run('env', `LENSCAST_CONFIG=${config}`, `CACHE_DIRECTORY=${root}`, command, 'doctor');
  expect([0, 1]).toContain(status);
  expect(told).toContain(`${config}: 0 cameras`);
});

it('leaves another program of its command alone, and takes its own away', () => {
  mkdirSync(at('usr/local/bin'), { recursive: true });
  writeFileSync(at('usr/local/bin/lenscast'), 'precious');
  expect(install()).toMatchObject({
    status: 0,
    told: expect.stringContaining('the command is /opt/lenscast/bin/lenscast'),
  });
  expect(install('uninstall').status).toBe(0);
  expect(read('usr/local/bin/lenscast')).toBe('precious');
  rmSync(at('usr/local/bin/lenscast'));
  install();
  install();
  expect(install('uninstall').status).toBe(0);
  expect(readdirSync(at('usr/local/bin'))).toEqual([]);
});

it('installs over itself: the configuration stays, what is old goes', () => {
  install();
  appendFileSync(at('etc/lenscast/lenscast.yaml'), '# mine\n');
  writeFileSync(at('opt/lenscast/dist/old.js'), '');
  expect(install('install').status).toBe(0);
  expect(read('etc/lenscast/lenscast.yaml')).toContain('# mine');
  expect(existsSync(at('opt/lenscast/dist/old.js'))).toBe(false);
  expect(existsSync(at('opt/lenscast.old'))).toBe(false);
});

it('takes another prefix', () => {
  expect(install('--prefix', '/usr/lib/lenscast').status).toBe(0);
  expect(read('etc/systemd/system/lenscast.service')).toContain(' /usr/lib/lenscast/dist/main.js ');
  expect(existsSync(at('usr/lib/lenscast/dist/main.js'))).toBe(true);
});

it('uninstalls what it installed, and the configuration only when told', () => {
  install();
  expect(install('uninstall').status).toBe(0);
  for (const path of ['opt/lenscast', 'etc/systemd/system/lenscast.service', 'etc/sysusers.d/lenscast.conf']) {
    expect(existsSync(at(path)), path).toBe(false);
  }
  expect(existsSync(at('etc/lenscast/lenscast.yaml'))).toBe(true);
  expect(install('uninstall', '--purge').status).toBe(0);
  expect(existsSync(at('etc/lenscast'))).toBe(false);
  expect(install('uninstall').status).toBe(0);
});

it('touches no folder that is something else', () => {
  mkdirSync(at('opt/lenscast'), { recursive: true });
  writeFileSync(at('opt/lenscast/precious'), '');
  for (const words of [['install'], ['uninstall']]) {
    const { status, told } = install(...words);
    expect(status).toBe(1);
    expect(told).toContain('/opt/lenscast holds something else');
  }
  expect(existsSync(at('opt/lenscast/precious'))).toBe(true);
});

it.each([
  [['--prefix', '/'], 1, /--prefix must be an absolute path/],
  [['--prefix', 'opt'], 1, /--prefix must be/],
  [['--prefix', '/opt/../etc'], 1, /--prefix must be/],
  [['--prefix'], 2, /Usage:/],
  [['remove'], 2, /Usage:/],
  [['--root', '/nonexistent'], 1, /there is no folder '\/nonexistent'/],
])('refuses %j', (words, code, expected) => {
  const { status, told } = run(script, ...(words.includes('--root') ? words : ['--root', root, ...words]));
  expect(status).toBe(code);
  expect(told).toMatch(expected);
});

it('has a unit that systemd understands and finds well hardened', () => {
  install();
  const unit = at('etc/systemd/system/lenscast.service');
  expect(run('systemd-analyze', 'verify', '--man=no', unit)).toEqual({ status: 0, told: '' });
  // In tenths: 3.0 and more fails.
  const security = run(
    'systemd-analyze',
    'security',
    '--offline=true',
    '--threshold=29',
    `--root=${root}`,
    'lenscast.service',
  );
  expect(security.status, security.told).toBe(0);
});

it.each(['install-service', 'try-service.sh', 'service/lenscast'])('%s is clean for shellcheck', (name) => {
  expect(run('shellcheck', join(dirname(script), name))).toEqual({ status: 0, told: '' });
});
