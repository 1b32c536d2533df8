import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { runProgram } from '../support/run-program.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const root = new URL('../../', import.meta.url);
const program = fileURLToPath(new URL('dist/health.js', root));

/** What the health check says of a process, or of those that it finds itself. */
async function check(...words: readonly string[]) {
  const { code, stderr } = await runProgram(process.execPath, [program, ...words], 20_000);
  return { code, stderr };
}

test.each([
  ['its default host', ''],
  ['all addresses', 'server: { host: 0.0.0.0 }\n'],
])('finds the port of a server on %s, whatever its configuration says now', async (_, config) => {
  const server = stopAfterTest(await Server.start({ config }));
  const isWell = async (...words: readonly string[]) => (await check(...words)).code === 0;
  await until('it is well', () => isWell(String(server.pid)), 30_000);
  server.configure('server: { prot: 1 }\n');
  await until('the file is refused', () => server.logs.includes('unknown key "prot"'));
  await until('it is well yet', () => isWell(String(server.pid)), 30_000);
  await until('it is found', () => isWell(), 30_000);
});

test('says so where a server doesn’t answer, or there is none', async () => {
  const server = stopAfterTest(await Server.start());
  server.signal('SIGSTOP');
  const { code, stderr } = await check(String(server.pid));
  server.signal('SIGCONT');
  expect([code, stderr]).toEqual([1, expect.stringContaining(`127.0.0.1:${server.port}: `)]);
  expect(await check(String(process.pid)).then((answer) => answer.code)).toBe(1);
  expect(await check('0')).toEqual({ code: 1, stderr: 'lenscast: no Lenscast listens here\n' });
});

test.each(['Containerfile', 'Containerfile.l4t'])('is what %s has', (name) => {
  const text = readFileSync(new URL(`scripts/container/${name}`, root), 'utf8');
  const [, path = ''] = /^HEALTHCHECK .*\\\n {2}CMD \["node", "\/opt\/lenscast\/(.*)"\]$/m.exec(text) ?? [];
  expect([path, existsSync(new URL(path, root))]).toEqual(['dist/health.js', true]);
});
