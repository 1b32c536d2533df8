import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

it.each(['install-service', 'try-service.sh'])('%s is clean for shellcheck', (name) => {
  expect(run('shellcheck', join(script, '..', name))).toEqual({ status: 0, told: '' });
});
