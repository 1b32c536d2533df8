#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { helpText, parseArguments } from './config/arguments.js';
import { loadConfig } from './config/load.js';
import { formatSource } from './config/source.js';
import { monotonicMs } from './core/clock.js';
import { isLensError, LensError } from './core/errors.js';
import { createLog } from './core/log.js';
import { maskCredentials } from './core/mask.js';
import { loadAddon } from './native/addon.js';
import type { NativeAddon } from './native/addon.types.js';
import { type Server, startServer } from './server.js';

const exitCodes = { failure: 1, usage: 2 } as const;

/** Runs the program; resolves once the server listens, or the command is done. Throws what goes wrong. */
async function main(words: readonly string[]): Promise<void> {
  // Pictures lie outside V8's heap, and what else they leave behind is dead with the next one. V8 would let the space
  // for new objects grow to 48 MB (192 MB in Node 24) for that; it stays at 3 MB, at no cost in time.
  setFlagsFromString('--semi-space-growth-factor=1');
  const given = parseArguments(words);
  const version = readVersion();
  if (given.command === 'help') return print(helpText());
  if (given.command === 'version') return print(`${version}\n`);
  const { config, file } = await loadConfig({
    arguments: given,
    environment: process.env,
    workingDirectory: process.cwd(),
  });
  const log = createLog({ level: 'info', write: (line) => process.stdout.write(`${line}\n`) });
  const addon = loadAddonOrSay();
  const server = await startServer({ config, addon, clock: monotonicMs, log, version });
  closeOnSignals(server);
  log.info(`Lenscast ${version} with GStreamer ${addon.gstreamerVersion}`, { config: file ?? 'none' });
  for (const camera of server.cameras) log.info(`camera ${camera.id}: ${formatSource(camera.source)}`);
  log.info(`listening on ${pageUrl(config.server.host, server.port)}`);
}

function loadAddonOrSay(): NativeAddon {
  try {
    return loadAddon();
  } catch (cause) {
    throw new LensError('ADDON_UNAVAILABLE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function pageUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}

// Ctrl-C reaches a program under npm twice: from the terminal, and from npm, which passes on what it got itself.
const sameSignalMs = 200;

/** The first signal stops in order; a second one at once. */
function closeOnSignals(server: Server): void {
  let stoppingSinceMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const nowMs = monotonicMs();
      if (stoppingSinceMs !== undefined) {
        if (nowMs - stoppingSinceMs > sameSignalMs) process.exit(exitCodes.failure);
        return;
      }
      stoppingSinceMs = nowMs;
      server.close().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

/** One line that says what went wrong and one what to do. */
function fail(error: unknown): never {
  if (isLensError(error)) {
    process.stderr.write(`lenscast: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}\n`);
    process.exit(error.code === 'ARGUMENT_INVALID' ? exitCodes.usage : exitCodes.failure);
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`lenscast: ${maskCredentials(told)}\n`);
  process.exit(exitCodes.failure);
}

main(process.argv.slice(2)).catch(fail);
