import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { addon, expectCode, until } from './harness.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenscast-notify-'));
  return () => rmSync(folder, { recursive: true });
});

// Node itself can't receive such datagrams.
const receiver = `
import socket, sys
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\\0' + name[1:] if name[0] == '@' else name)
print('ready', flush=True)
while True:
    text = s.recv(65536).decode()
    print(repr(text), flush=True)
    if text.endswith('STOPPING=1'): break
`;

/** Receives at `path` until STOPPING=1; what came, as Python writes it. */
async function receive(path: string) {
  const child = spawn('python3', ['-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const ended = once(child, 'close');
  await until('the receiver', () => text.startsWith('ready\n'));
  return {
    end: async () => {
      await ended;
      return text.split('\n').slice(1, -1);
    },
  };
}

it('reaches a socket of the file system', async () => {
  const path = join(folder, 'notify');
  const receiver = await receive(path);
  addon.notifySocket(path, 'READY=1\nSTATUS=zwei Kameras: läuft');
  addon.notifySocket(path, 'STOPPING=1');
  expect(await receiver.end()).toEqual(["'READY=1\\nSTATUS=zwei Kameras: läuft'", "'STOPPING=1'"]);
});

it('reaches a socket of the abstract namespace', async () => {
  const path = `@lenscast-test-${process.pid}`;
  const receiver = await receive(path);
  addon.notifySocket(path, 'WATCHDOG=1');
  addon.notifySocket(path, 'STOPPING=1');
  expect(await receiver.end()).toEqual(["'WATCHDOG=1'", "'STOPPING=1'"]);
});

it('takes a path of the longest length', async () => {
  const path = join(folder, 'n'.repeat(107 - folder.length - 1));
  expect(path).toHaveLength(107);
  const receiver = await receive(path);
  addon.notifySocket(path, 'STOPPING=1');
  expect(await receiver.end()).toEqual(["'STOPPING=1'"]);
});

it('says what went wrong', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expectCode(() => addon.notifySocket(join(folder, 'none'), 'x'), 'ERR_SOCKET', /sendto to ".*none": errno 2/);
  expectCode(() => addon.notifySocket(file, 'x'), 'ERR_SOCKET', /errno 111, Connection refused/);
  expectCode(
    () => addon.notifySocket('@lenscast-nobody', 'x'),
    'ERR_SOCKET',
    /sendto to "@lenscast-nobody": errno 111/,
  );
});

it('fails, and waits for nobody, where the receiver does not read', async () => {
  const path = join(folder, 'full');
  const bind =
    'import socket,sys,time\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\nprint("ready",flush=True)\ntime.sleep(60)';
  const child = spawn('python3', ['-c', bind, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const fill = () => {
    for (let i = 0; i < 100_000; i += 1) addon.notifySocket(path, 'x'.repeat(1000));
  };
  expectCode(fill, 'ERR_SOCKET', /errno 11/);
});

it('refuses wrong arguments', () => {
  const loose = addon.notifySocket as (...args: unknown[]) => void;
  for (const [args, message] of [
    [[], /path must be a string/],
    [['/x'], /text must be a string/],
    [['', 'x'], /path must be an absolute path or "@" and a name, at most 107 bytes, not ""/],
    [['relative', 'x'], /not "relative"/],
    [['@', 'x'], /at most 108 bytes, not "@"/],
    [['/a\0b', 'x'], /path must be a string without NUL/],
    [[`/${'n'.repeat(107)}`, 'x'], /at most 107 bytes/],
    [[`@${'n'.repeat(108)}`, 'x'], /at most 108 bytes/],
  ] as [unknown[], RegExp][]) {
    expectCode(() => loose(...args), 'ERR_INVALID_ARG', message);
  }
});

it('tells whether the clock is kept right', () => {
  expect([true, false, null]).toContain(addon.clockSynchronized());
});
