import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { runLenscast, Server } from '../support/server.js';
import { until } from '../support/until.js';

/** It ends with an exit code and a message for people, in one line each, without a stack trace. */
async function refusal(args: readonly string[], options: Parameters<typeof runLenscast>[1] = {}): Promise<string> {
  const { code, stdout, stderr } = await runLenscast(args, options);
  expect(code, stderr + stdout).toBeGreaterThan(0);
  expect(stderr).toMatch(/^lenscast: /);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout + stderr).not.toContain('secret');
  return stderr;
}

const withFile = (text: string) => refusal(['--port', '0'], { files: { 'lenscast.yaml': text } });

describe('a configuration file', () => {
  test('with an unknown key: the key, its line, what is meant', async () => {
    const told = await withFile('server:\n  port: 0\ncameras:\n  front:\n    sorce: "test:"\n');
    expect(told).toMatch(/lenscast\.yaml:5/);
    expect(told).toContain('sorce');
    expect(told).toContain('source');
  });

  test('with a wrong type: the key, its line, what is allowed', async () => {
    const told = await withFile('cameras:\n  a:\n    source: "test:"\n    linger_ms: many\n');
    expect(told).toMatch(/lenscast\.yaml:4/);
    expect(told).toContain('linger_ms');
    expect(told).toContain('a whole number from 0 to 86400000');
  });

  test('with a key twice: both are told', async () => {
    const told = await withFile('cameras:\n  a: { source: "test:" }\n  a: { source: "test:" }\n');
    expect(told).toMatch(/lenscast\.yaml:3/);
    expect(told).toMatch(/twice|duplicate|unique|again/i);
  });

  test('with several problems: all of them', async () => {
    const told = await withFile('server: { prot: 1 }\ncameras: { A: { source: "test:" }, b: { linger_ms: -1 } }\n');
    for (const part of ['prot', '"A"', 'linger_ms', 'source']) expect(told).toContain(part);
  });

  test('that is no YAML', async () => {
    expect(await withFile('cameras: [\n')).toContain('lenscast.yaml');
  });

  test('that is missing', async () => {
    const told = await refusal(['--config', 'absent.yaml', '--port', '0']);
    expect(told).toMatch(/absent\.yaml.*there is no such file/);
    expect(told.trim().split('\n')).toHaveLength(1);
  });

  test('that is a directory', async () => {
    expect(await refusal(['--config', '/tmp', '--port', '0'])).toContain('it is a directory');
  });

  test('with a source of no known scheme: the masked source and the known forms', async () => {
    const told = await withFile('cameras:\n  front:\n    source: ftp://me:secret@host/cam\n');
    expect(told).toMatch(/lenscast\.yaml:3/);
    expect(told).toContain('rtsp://');
  });
});

describe('the command line', () => {
  test.each([
    { args: ['--prot', '1'], told: /Unknown option "--prot".*--port/ },
    { args: ['--port'], told: /--port needs a value/ },
    { args: ['--port', 'eighty'], told: /--port.*a whole number/s },
    { args: ['--port', '70000'], told: /65535/ },
    { args: ['serve'], told: /Unexpected argument "serve"/ },
    { args: ['--source', 'gopher://me:secret@host/'], told: /--source.*Allowed are/s },
    { args: ['--source', 'rtsp://me:secret@'], told: /--source/ },
    { args: ['--source', 'exec:rm -rf /'], told: /--source/ },
    { args: ['rtsp://me:secret@10.0.0.1/live'], told: /--source rtsp:\/\/me:\*\*\*@10\.0\.0\.1\/live/ },
  ])('$args', async ({ args, told }) => {
    expect(await refusal(args)).toMatch(told);
  });

  test('a variable with a wrong value is named', async () => {
    expect(await refusal([], { env: { LENSCAST_SERVER_PORT: 'x' } })).toContain('LENSCAST_SERVER_PORT');
  });
});

describe('the address', () => {
  test('that another program uses', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    const address = await until('a port', () => other.address());
    const port = typeof address === 'object' ? address.port : 0;
    const told = await refusal(['--source', 'test:', '--port', String(port)]);
    expect(told).toContain(`Port ${port} on 127.0.0.1 is used by another program`);
    expect(told.trim().split('\n')).toHaveLength(1);
  });

  test('that this machine does not have', async () => {
    const told = await refusal(['--source', 'test:', '--port', '0', '--host', '192.0.2.7']);
    expect(told).toContain('This machine has no address 192.0.2.7');
  });
});

test('an addon that is not there is told, with what to do', async () => {
  const env = { LENSCAST_ADDON: '/nonexistent/addon.node' };
  expect(await refusal(['--source', 'test:', '--port', '0'], { env })).toContain('/nonexistent/addon.node');
});

test('plugins that are missing take a camera out, with their names, and not the server', async () => {
  // A registry of its own that knows no plugins.
  const nowhere = { GST_PLUGIN_SYSTEM_PATH_1_0: '/nonexistent', GST_REGISTRY_1_0: '/nonexistent/registry' };
  const server = stopAfterTest(await Server.start({ sources: ['test:'], env: nowhere }));

  const response = await fetch(`${server.url}/snapshot`);

  expect(response.status).toBe(503);
  expect(((await response.json()) as { detail: string }).detail).toMatch(/missing|no element/i);
  expect((await server.reach('failed')).cause?.code).toBe('missing-plugin');
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
