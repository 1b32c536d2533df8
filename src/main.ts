#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { setFlagsFromString } from 'node:v8';
import { cacheFile, FindingsCache } from './acceleration/cache.js';
import { formatsOfCameras } from './acceleration/camera-formats.js';
import { findEnvironment } from './acceleration/environment.js';
import { COMMON_FORMATS, probeFormats } from './acceleration/probe-formats.js';
import { reportToJson, reportToText, unseenToText } from './acceleration/report.js';
import { whereabouts } from './camera/cause.js';
import { findDefaultSource } from './camera/default-source.js';
import { deliveredCaps, whyNothing } from './camera/delivered.js';
import { inspectSource } from './camera/inspect.js';
import { whyUnreachable } from './camera/network-cause.js';
import { type Arguments, helpText, parseArguments } from './config/arguments.js';
import { type CameraConfig, type Config, defaultCamera } from './config/config.js';
import { type LoadedConfig, loadConfig, parseConfig } from './config/load.js';
import { ConfigReloader } from './config/reloader.js';
import { formatSource } from './config/source.js';
import { FileWatch } from './config/watch-file.js';
import { bracketed } from './core/bracketed.js';
import { monotonicMs } from './core/clock.js';
import { isLensError, LensError } from './core/errors.js';
import { createLog } from './core/log.js';
import { maskCredentials } from './core/mask.js';
import { camerasToJson, camerasToText, findCameras } from './doctor/cameras.js';
import { examine } from './doctor/doctor.js';
import type { Reach } from './doctor/facts/cameras.js';
import { toJson, toText, worstLevel } from './doctor/report.js';
import { IsolatedRunner } from './isolation/isolated-runner.js';
import { addonFile, loadAddon } from './native/addon.js';
import type { NativeAddon } from './native/addon.types.js';
import { startServer } from './server.js';
import { ServiceManager } from './service/service-manager.js';
import { Watchdog } from './service/watchdog.js';

const exitCodes = { failure: 1, usage: 2 } as const;

/** Runs the program; resolves once the server listens, or the command is done. Throws what goes wrong. */
async function main(words: readonly string[]): Promise<void> {
  // Pictures lie outside V8's heap, and what else they leave behind is dead with the next one. V8 would let the space
  // for new objects grow to 48 MB (192 MB in Node 24) for that; it stays at 3 MB, at no cost in time.
  setFlagsFromString('--semi-space-growth-factor=1');
  // What many viewers report lives past that, and V8 would let it pile up to several times of what is in use: the heap is
  // looked through when it has grown by half.
  setFlagsFromString('--heap-growing-percent=50');
  const given = parseArguments(words);
  const version = readVersion();
  if (given.command === 'help') return print(helpText());
  if (given.command === 'version') return print(`${version}\n`);
  const load = () => loadConfig({ arguments: given, environment: process.env, workingDirectory: process.cwd() });
  if (given.command === 'doctor') return runDoctor(given, version, load);
  if (given.command === 'cameras') return listFound(given);
  if (given.command === 'probe') return runProbe(given, (await load()).config);
  const { config, file } = await load();
  const log = createLog({ level: 'info', write: (line) => process.stdout.write(`${line}\n`) });
  const addon = loadAddonOrSay();
  const starting = startServer({ config, addon, clock: monotonicMs, log, version });
  const reloader = new ConfigReloader({ load, apply: async (changed) => (await starting).apply(changed), log });
  const watch = file === null ? null : new FileWatch(file, () => void reloader.reload());
  const server = await starting;
  const manager = ServiceManager.of({
    environment: process.env,
    pid: process.pid,
    send: (path, text) => addon.notifySocket(path, text),
    onFailure: (error) => log.warn(`the service manager can't be told: ${String(error)}`),
  });
  const watchdog = manager && new Watchdog({ manager, vitals: server.vitals, clock: monotonicMs, log });
  heedSignals({
    stop: async () => {
      manager?.stopping();
      watchdog?.close();
      watch?.close();
      await Promise.all([reloader.close(), server.close()]);
    },
    reload: () => void reloader.reload(),
  });
  log.info(`Lenscast ${version} with GStreamer ${addon.gstreamerVersion}`, { config: file ?? 'none' });
  for (const camera of server.cameras) log.info(`camera ${camera.id}: ${formatSource(camera.source)}`);
  log.info(`listening on ${pageUrl(config.server.host, server.port)}`);
  manager?.ready();
}

const reachTimeoutMs = 3000;

/** Prints what is missing or wrong; the exit code is 1 where something is. */
async function runDoctor(given: Arguments, version: string, load: () => Promise<LoadedConfig>): Promise<void> {
  const reach: Reach = async (source) => {
    const { place, address } = whereabouts(source);
    return address === undefined ? null : ((await whyUnreachable(address, place, reachTimeoutMs))?.message ?? null);
  };
  const defaultConfig = parseConfig('', 'none', { arguments: parseArguments([]), environment: {} });
  const options = { version, loadAddon, addonFile, loadConfig: load, defaultConfig, reach, probedEncoders };
  const findings = await examine(options);
  const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  print(given.json ? toJson({ version, findings }) : toText({ version, findings }, { coloured }));
  if (worstLevel(findings) === 'problem') process.exitCode = exitCodes.failure;
}

function probedEncoders(gstreamerVersion: string) {
  const { all } = new FindingsCache(cacheFile(process.env), findEnvironment(gstreamerVersion));
  return all.flatMap(({ format, findings }) => findings.map(({ row, reason }) => ({ row, format, reason })));
}

async function listFound({ json }: Arguments): Promise<void> {
  const cameras = await findCameras(loadAddonOrSay());
  print(json ? camerasToJson(cameras) : camerasToText(cameras));
}

/** Prints what this machine's chips can do with what the cameras deliver, or with what most do. */
async function runProbe({ json }: Arguments, config: Config): Promise<void> {
  const addon = loadAddonOrSay();
  const environment = findEnvironment(addon.gstreamerVersion);
  const cache = new FindingsCache(cacheFile(process.env), environment);
  const onCacheError = (error: unknown) =>
    void process.stderr.write(`lenscast: what was found can't be kept: ${String(error)}\n`);
  const { formats, unseen } = await formatsOfCameras(await camerasToProbe(config, addon), {
    inspect: (camera) => inspectSource(camera, addon),
    look: (source) => deliveredCaps(source, addon),
    explain: (error, { source }) => whyNothing(error, source),
    cache,
    onCacheError,
  });
  process.stderr.write(unseenToText(unseen));
  const runner = new IsolatedRunner({ label: 'probe' });
  const wanted = formats.length === 0 ? COMMON_FORMATS : formats;
  const report = await probeFormats(wanted, { addon, environment, runner, cache, onCacheError });
  print(json ? reportToJson(report, unseen) : reportToText(report));
}

/** Without a configuration the camera that the server would show; none where that is the test pattern. */
async function camerasToProbe({ cameras }: Config, addon: NativeAddon): Promise<readonly CameraConfig[]> {
  if (cameras.length > 0) return cameras;
  const source = await findDefaultSource(addon);
  return source === 'test:' ? [] : [defaultCamera(source)];
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
  return `http://${bracketed(host)}:${port}/`;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}

// Ctrl-C reaches a program under npm twice: from the terminal, and from npm, which passes on what it got itself.
const sameSignalMs = 200;

/** The first signal to stop stops in order; a second one at once. SIGHUP reloads. */
function heedSignals({ stop, reload }: { readonly stop: () => Promise<void>; readonly reload: () => void }): void {
  let stoppingSinceMs: number | undefined;
  const onStop = () => {
    const nowMs = monotonicMs();
    if (stoppingSinceMs !== undefined) {
      if (nowMs - stoppingSinceMs > sameSignalMs) process.exit(exitCodes.failure);
      return;
    }
    stoppingSinceMs = nowMs;
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  // It also comes when the terminal is closed, which is none any more then.
  const hadTerminal = isatty(0);
  process.on('SIGHUP', () => (hadTerminal && !isatty(0) ? onStop() : reload()));
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
